//! `biowatch models`: installing, listing, verifying, carrying elsewhere, removing.

mod catalogue;
mod kill;
mod server;

use libtest_mimic::Trial;

use crate::biowatch::{Running, Sandbox};
use crate::{golden, goldens, plain};
use server::Archive;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        golden("models::a_new_user_installs_verifies_bundles_and_removes", a_new_user),
        golden("models::an_archive_is_installed_over_http_and_told_as_json", over_http),
        golden("models::what_the_biowatch_app_installed_is_used_in_place", in_place),
        golden("models::a_damaged_model_is_told_by_list_verify_and_doctor", damaged),
        plain("models::mistakes_are_told_with_a_way_out", mistakes),
        plain("models::a_model_that_does_not_open_is_not_installed", does_not_open),
    ];
    if cfg!(unix) {
        trials.push(golden("models::ctrl_c_leaves_only_what_was_downloaded", ctrl_c));
        trials.push(golden("models::a_kill_at_any_moment_leaves_no_half_model", kill::at_any_moment));
    }
    trials.extend(catalogue::trials());
    trials
}

const NAME: &str = "speciesnet:4.0.2a-mini";

fn listed(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    let ended = sandbox.run(&["models", "list", "--installed", "--json"]);
    ended.expect(0, &[]);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn a_new_user() {
    let sandbox = Sandbox::new();
    let model = goldens::model();
    sandbox.run(&["models", "check", "speciesnet"]).expect(3, &["biowatch models install speciesnet"]);
    let ended = sandbox.run(&["models", "install", "speciesnet", "--from", &model]);
    ended.expect(
        0,
        &["installed speciesnet:4.0.2a-mini", "6 files", "try it: biowatch predict speciesnet PHOTOS"],
    );
    sandbox.run(&["models", "install", NAME, "--from", &model]).expect(0, &["is there already"]);
    let list = sandbox.run(&["models", "list"]);
    let first: Vec<_> = list.rows()[1].split_whitespace().take(4).collect();
    assert_eq!(first, ["speciesnet:4.0.2a-mini", "installed", "3.9", "MB"]);
    let verified = sandbox.run(&["models", "verify"]);
    verified.expect(0, &[]);
    assert_eq!(verified.stdout, "speciesnet:4.0.2a-mini whole\n");
    let show = sandbox.run(&["models", "show", "speciesnet", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&show.stdout).unwrap();
    assert_eq!(shown["installed"]["record"]["files"].as_array().unwrap().len(), 6);
    sandbox.run(&["models", "bundle", "speciesnet"]).expect(0, &["on the other machine"]);
    sandbox.run(&["models", "remove", "speciesnet"]).expect(0, &["removed speciesnet:4.0.2a-mini (3.9 MB)"]);
    assert!(listed(&sandbox).is_empty());
    let bundle = "speciesnet-4.0.2a-mini.biowatch.tar";
    sandbox.run(&["models", "install", "speciesnet", "--from", bundle]).expect(0, &["installed"]);
    let photo = first_photo();
    let predicted = sandbox.run(&["predict", "speciesnet", photo.to_str().unwrap(), "--engine", "built-in"]);
    predicted.expect(0, &[]);
    assert!(predicted.stdout.contains("\"model_version\": \"4.0.2a-mini\""), "{}", predicted.stdout);
}

fn first_photo() -> std::path::PathBuf {
    let mut photos: Vec<_> = fs_err::read_dir(goldens::root().join("images"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    photos.retain(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jpg")));
    photos.sort();
    photos.swap_remove(0)
}

fn over_http() {
    let sandbox = Sandbox::new();
    let archive = Archive::of_golden_model();
    let url = archive.serve(0);
    let ended = sandbox.run(&["models", "add", &url, "--json"]);
    ended.expect(0, &[]);
    let events: Vec<serde_json::Value> =
        ended.rows().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let phases: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "phase")
        .map(|event| event["phase"].as_str().unwrap())
        .collect();
    assert_eq!(phases, ["download", "unpack", "check", "publish"]);
    let last =
        events.iter().rfind(|event| event["event"] == "progress" && event["phase"] == "download").unwrap();
    assert_eq!(last["bytes"], last["total"]);
    let done = events.last().unwrap();
    assert_eq!(
        (&done["event"], &done["version"], &done["already"]),
        (&"installed".into(), &"4.0.2a-mini".into(), &false.into())
    );
    sandbox.run(&["models", "verify", NAME]).expect(0, &[]);
}

fn in_place() {
    let sandbox = Sandbox::new();
    let theirs = sandbox.data().join("model-zoo/speciesnet/4.0.2a-mini");
    fs_err::create_dir_all(&theirs).unwrap();
    for entry in fs_err::read_dir(goldens::model()).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), theirs.join(entry.file_name())).unwrap();
    }
    let models = listed(&sandbox);
    assert_eq!((&models[0]["state"], &models[0]["owner"]), (&"installed".into(), &"biowatch".into()));
    sandbox.run(&["models", "check", "speciesnet"]).expect(0, &[]);
    sandbox
        .run(&["models", "remove", "speciesnet"])
        .expect(1, &["the Biowatch app installed", "hint: remove it in the Biowatch app"]);
    sandbox.run(&["models", "bundle", "speciesnet"]).expect(1, &["has no record", "biowatch models add"]);
    let verified = sandbox.run(&["models", "verify", "speciesnet"]);
    verified.expect(0, &[]);
    assert!(verified.stdout.contains("speciesnet:4.0.2a-mini unknown"), "{}", verified.stdout);
    fs_err::write(
        sandbox.data().join("model-zoo/manifest.yaml"),
        "speciesnet:\n  4.0.2a-mini:\n    state: extract\n",
    )
    .unwrap();
    assert_eq!(listed(&sandbox)[0]["state"], "unfinished");
    sandbox.run(&["models", "check", "speciesnet"]).expect(3, &["nor an installed model"]);
}

fn damaged() {
    let sandbox = Sandbox::new();
    sandbox.run(&["models", "add", &goldens::model()]).expect(0, &[]);
    let file = sandbox.data().join("models/speciesnet/4.0.2a-mini/taxonomy_release.20250101.txt");
    let mut text = fs_err::read(&file).unwrap();
    text[100] ^= 1;
    fs_err::write(&file, &text).unwrap();
    let verified = sandbox.run(&["models", "verify"]);
    verified.expect(4, &["hint: `biowatch models remove speciesnet:4.0.2a-mini`"]);
    assert!(
        verified.stdout.contains("damaged: `taxonomy_release.20250101.txt` has the SHA-256"),
        "{}",
        verified.stdout
    );
    fs_err::remove_file(&file).unwrap();
    assert_eq!(listed(&sandbox)[0]["state"], "damaged");
    let doctor = sandbox.run(&["doctor"]);
    assert!(
        doctor.stdout.contains("damaged (`taxonomy_release.20250101.txt` is missing)"),
        "{}",
        doctor.stdout
    );
    sandbox
        .run(&["models", "install", NAME, "--from", &goldens::model()])
        .expect(0, &["is damaged", "will be replaced", "installed"]);
    sandbox.run(&["models", "verify"]).expect(0, &[]);
}

fn mistakes() {
    let sandbox = Sandbox::new();
    fs_err::write(sandbox.path("page.tar.gz"), "<html>log in</html>").unwrap();
    let cases: [(&[&str], i32, &[&str]); 12] = [
        (
            &["models", "install", "specisnet"],
            3,
            &["no catalogue knows `specisnet`", "hint: known: ", "speciesnet"],
        ),
        (
            &["models", "install", "speciesnet", "--offline"],
            12,
            &["this run is offline", "hint: leave `--offline` out"],
        ),
        (&["models", "install", "../x"], 64, &["is not a model's short name"]),
        (&["models", "install", "speciesnet", "--from", "gone"], 8, &["there is no file or folder `gone`"]),
        (
            &["models", "install", "speciesnet", "--from", "page.tar.gz"],
            4,
            &["it is a web page", "hint: open it in a browser"],
        ),
        (
            &["models", "install", "speciesnet", "--from", "http://example.org/a.tar.gz"],
            12,
            &["plain http", "hint: "],
        ),
        (&["models", "install", "speciesnet", "--proxy", "socks5://x"], 64, &["not the address of a proxy"]),
        (&["models", "install", "speciesnet", "--ca", "gone.pem"], 8, &["gone.pem"]),
        (&["models", "remove", "speciesnet"], 3, &["neither a folder nor an installed model"]),
        (&["models", "verify", "speciesnet"], 3, &["neither a folder nor an installed model"]),
        (&["models", "show", "nothing"], 3, &["neither installed nor in a catalogue"]),
        (&["models", "bundle", "nothing"], 3, &["neither a folder nor an installed model"]),
    ];
    for (arguments, code, words) in cases {
        sandbox.run(arguments).expect(code, words);
    }
    let licence = sandbox.run(&["models", "install", "megadetector:6.0", "--offline"]);
    licence
        .expect(12, &["licence: AGPL-3.0", "its use is restricted: ", "cite: ", "about 118 MB to download"]);
}

fn does_not_open() {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("bad")).unwrap();
    fs_err::write(sandbox.path("bad/mine.pt"), "PK\x03\x04 but no weights").unwrap();
    sandbox
        .run(&["models", "add", "bad"])
        .expect(4, &["`bad` is not installed", "because: it is no model that this program can run"]);
    fs_err::write(
        sandbox.path("bad/biowatch-model.json"),
        r#"{"format": 1, "id": "mine", "version": "1", "detektor": {}}"#,
    )
    .unwrap();
    sandbox.run(&["models", "add", "bad"]).expect(4, &["`detektor`: there is no such key"]);
    assert!(listed(&sandbox).is_empty());
    let left = fs_err::read_dir(sandbox.data().join(".staging")).unwrap().flatten();
    assert!(left.into_iter().all(|entry| entry.file_name() == "making.lock"));
}

fn ctrl_c() {
    let sandbox = Sandbox::new();
    let archive = Archive::of_golden_model();
    let url = archive.serve(20);
    let mut running = Running::start(sandbox.command(&["models", "add", &url, "--json"]));
    while !running.line().contains("\"progress\"") {}
    running.signal("INT");
    let ended = running.wait();
    ended.expect(130, &["stopping; what is downloaded stays", "hint: run the same command again"]);
    let partial: u64 = fs_err::read_dir(sandbox.data().join(".partial"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!(partial > 0 && listed(&sandbox).is_empty());
    sandbox
        .run(&["models", "add", &url])
        .expect(0, &["reading what an earlier run has downloaded", "installed"]);
    assert!(archive.ranges().iter().any(|range| range.starts_with("bytes=")), "{:?}", archive.ranges());
}
