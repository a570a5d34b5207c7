//! Imports whose model is this program's own server.

use std::path::PathBuf;

use serde_json::Value;

use super::show;
use crate::biowatch::Sandbox;

const ENGINE: [&str; 4] = ["--engine", "built-in", "--threads", "1"];

/// A scene of the demo under a name of its own, and with content of its own.
pub(super) fn scene(sandbox: &Sandbox, name: &str) -> PathBuf {
    let scenes = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/scenes/09-pheasant.jpg");
    let mut bytes = fs_err::read(scenes).unwrap();
    bytes.extend_from_slice(name.as_bytes());
    let file = sandbox.path("photos").join(name);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(&file, bytes).unwrap();
    file
}

/// Servers that outlive commands end with the test, however that ends.
struct Stops<'a>(&'a Sandbox);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.run(&["stop", "--all", "--kill"]);
    }
}

fn line<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().chain(ENGINE).collect()
}

fn ps(sandbox: &Sandbox) -> Vec<Value> {
    serde_json::from_str(&sandbox.run(&["ps", "--json"]).stdout).unwrap()
}

pub(super) fn shared() {
    let sandbox = Sandbox::new();
    sandbox.run(&["models", "install", "demo", "--offline"]).expect(0, &[]);
    for index in 0..4 {
        scene(&sandbox, &format!("{index}.jpg"));
    }
    let _stops = Stops(&sandbox);
    sandbox.run(&line(&["start", "demo", "--country", "SVN"])).expect(0, &[]);
    let import = line(&["import", "photos", "--study", "s", "--model", "demo", "--country", "SVN"]);
    let ended = sandbox.run(&import);
    let names: Vec<_> = ps(&sandbox).iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    sandbox.run(&["stop", "--all"]).expect(0, &[]);
    ended.expect(0, &["the model is the server `", "4 predicted"]);
    assert_eq!(names.len(), 1, "it was there before, and is there after");
    // With nobody there, a server of its own comes and goes.
    scene(&sandbox, "5.jpg");
    let ended = sandbox.run(&import);
    ended.expect(0, &["the model is ready on http://127.0.0.1:", "5 predicted"]);
    assert!(ps(&sandbox).is_empty());
    let study = show(&sandbox)["file"].as_str().map(PathBuf::from).unwrap();
    let left: Vec<_> = fs_err::read_dir(study.with_file_name(".importers")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

pub(super) fn another_country() {
    let sandbox = Sandbox::new();
    sandbox.run(&["models", "install", "demo", "--offline"]).expect(0, &[]);
    for index in 0..2 {
        scene(&sandbox, &format!("{index}.jpg"));
    }
    for country in ["SVN", "KEN", "SVN"] {
        let ended = sandbox.run(&line(&[
            "import",
            "photos",
            "--study",
            "s",
            "--model",
            "demo",
            "--country",
            country,
        ]));
        ended.expect(0, &["2 predicted"]);
    }
    let shown = show(&sandbox);
    let runs = shown["runs"].as_array().unwrap();
    let predicted: Vec<_> = runs.iter().map(|run| run["predicted"].as_u64().unwrap()).collect();
    assert_eq!(predicted, [2, 2], "{shown:#}");
    assert_eq!(shown["photos"], 2);
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}
