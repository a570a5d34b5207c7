//! `biowatch models catalogue`.

use libtest_mimic::Trial;

use super::server::Archive;
use crate::biowatch::Sandbox;
use crate::{golden, plain};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        golden("models::catalogue::a_model_of_ones_own_catalogue_is_installed", install),
        plain("models::catalogue::what_is_wrong_is_told_with_its_key", wrong),
    ]
}

fn entry(id: &str, version: &str, url: &str) -> String {
    format!(
        r#"{{"format": 1, "id": "{id}", "version": "{version}", "name": "Mini", "licence": {{"name": "MIT"}}, "citation": "Nobody",
            "website": "https://example.org", "region": ["nowhere"], "download_bytes": 3700000,
            "files": [{{"name": "info.json"}}], "sources": [{{"archive": ["{url}"]}}]}}"#
    )
}

fn install() {
    let sandbox = Sandbox::new();
    let url = Archive::of_golden_model().serve(0);
    fs_err::write(sandbox.path("mine.json"), entry("speciesnet", "4.0.2a-mini", &url)).unwrap();
    sandbox
        .run(&["models", "catalogue", "add", "mine.json"])
        .expect(0, &["added the catalogue `mine`: speciesnet:4.0.2a-mini"]);
    let list = sandbox.run(&["models", "catalogue", "list"]);
    assert!(list.stdout.contains("catalogue `mine`: speciesnet:4.0.2a-mini"), "{}", list.stdout);
    let ended = sandbox.run(&["models", "install", "speciesnet:4.0.2a-mini"]);
    ended
        .expect(0, &["licence: MIT", "cite: Nobody", "no known SHA-256", "installed speciesnet:4.0.2a-mini"]);
    let licence = ended.stderr.find("licence: MIT").unwrap();
    assert!(licence < ended.stderr.find("downloading").unwrap(), "{}", ended.stderr);
    sandbox
        .run(&["models", "catalogue", "remove", "mine"])
        .expect(0, &["models that were installed from it stay"]);
    sandbox.run(&["models", "verify", "speciesnet:4.0.2a-mini"]).expect(0, &[]);
}

fn wrong() {
    let sandbox = Sandbox::new();
    let cases = [
        (entry("speciesnet", "4.0.2a", "https://example.org/a.zip"), "is known already (built in)"),
        (
            entry("a", "1", "http://example.org/a.zip"),
            "`sources[0]`: `http://example.org/a.zip` is a plain http",
        ),
        (
            entry("a", "1", "https://example.org/a.zip").replace("region", "regions"),
            "`regions`: unknown field",
        ),
        ("{".to_owned(), "it is no catalogue"),
    ];
    for (text, words) in cases {
        fs_err::write(sandbox.path("bad.json"), text).unwrap();
        sandbox
            .run(&["models", "catalogue", "add", "bad.json"])
            .expect(1, &["`bad.json` is not added", words, "\n\nhint: "]);
    }
    sandbox.run(&["models", "catalogue", "remove", "bad"]).expect(1, &["there is no catalogue `bad`"]);
}
