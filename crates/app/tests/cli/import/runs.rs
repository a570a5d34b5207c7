//! Runs that are stopped, queued and gone on with, from another process.

use serde_json::Value;

use super::{IMPORT, assert_stands, errors, model, photo};
use crate::biowatch::{Running, Sandbox};

fn runs(sandbox: &Sandbox) -> Vec<Value> {
    let ended = sandbox.run(&["studies", "runs", "s", "--json"]);
    ended.expect(0, &[]);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn photos(sandbox: &Sandbox) {
    for index in 0..150 {
        photo(sandbox, &format!("{index:03}.jpg"), "lynx");
    }
}

pub(super) fn paused() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.05");
    photos(&sandbox);
    let mut command = sandbox.command(&IMPORT);
    command.args(["--time-zone", "Europe/Zurich"]);
    let running = Running::start(command);
    running.first_row();
    sandbox.run(&["studies", "pause", "s"]).expect(0, &["paused"]);
    running.wait().expect(130, &["paused from elsewhere", "still to do"]);
    let run = &runs(&sandbox)[0];
    assert_eq!((&run["state"], &run["status"]), (&Value::from("paused"), &Value::from("aborted")), "{run}");
    assert!(run["predicted"].as_u64() > Some(0) && run["waiting"].as_u64() > Some(0), "{run}");
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    // Neither folder nor model is said again.
    sandbox.run(&["studies", "resume", "s"]).expect(0, &["going on: stub 1", "150 predicted"]);
    assert_stands(&sandbox, 150, 0);
    assert_eq!(runs(&sandbox)[0]["state"], "completed");
    sandbox.run(&["studies", "resume", "s"]).expect(0, &["nothing to go on with"]);
    sandbox.run(&["studies", "pause", "s"]).expect(0, &["no run is under way"]);
}

pub(super) fn cancelled() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.05");
    photos(&sandbox);
    let running = Running::start(sandbox.command(&IMPORT));
    running.first_row();
    sandbox.run(&["studies", "cancel", "s"]).expect(0, &["what it has predicted stays"]);
    running.wait().expect(130, &["cancelled from elsewhere"]);
    let run = &runs(&sandbox)[0];
    assert_eq!((&run["state"], &run["waiting"]), (&Value::from("cancelled"), &Value::from(0)), "{run}");
    assert!(run["predicted"].as_u64() > Some(0) && run["predicted"].as_u64() < Some(150), "{run}");
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    sandbox.run(&["studies", "resume", "s"]).expect(0, &["nothing to go on with"]);
    sandbox.run(&["studies", "resume", "s", "--run", "none"]).expect(14, &["has no run `none`"]);
    let id = run["id"].as_str().unwrap();
    sandbox.run(&["studies", "resume", "s", "--run", id]).expect(0, &["150 predicted"]);
    assert_stands(&sandbox, 150, 0);
}

pub(super) fn queued() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    for (folder, word) in [("one", "lynx"), ("two", "fox")] {
        fs_err::create_dir(sandbox.path(folder)).unwrap();
        fs_err::write(sandbox.path(folder).join("1.jpg"), format!("{word} {folder}")).unwrap();
        let line = ["import", folder, "--study", "s", "--model", "model", "--later"];
        sandbox.run(&line).expect(0, &["queued", "studies resume"]);
    }
    assert!(runs(&sandbox).iter().all(|run| run["state"] == "queued" && run["status"] == "aborted"));
    let ended = sandbox.run(&["studies", "resume", "s"]);
    ended.expect(0, &["1 predicted"]);
    let at = |folder: &str| ended.stderr.find(&format!("/{folder}\n")).unwrap();
    assert!(at("one") < at("two"), "{}", ended.stderr);
    assert!(runs(&sandbox).iter().all(|run| run["state"] == "completed" && run["predicted"] == 1));
}

pub(super) fn a_model_that_hangs() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    for index in 0..8 {
        photo(&sandbox, &format!("{index}.jpg"), if index == 3 { "hang" } else { "lynx" });
    }
    let mut command = sandbox.command(&IMPORT);
    command.args(["--model-timeout", "3"]);
    let ended = Running::start(command).wait();
    ended.expect(2, &["said nothing for 3 s: starting the model again", "7 predicted, 1 failed"]);
    assert_stands(&sandbox, 7, 1);
    let error = &errors(&sandbox)[0];
    assert!(error["file"].as_str().unwrap().ends_with("3.jpg") && error["attempts"] == 3, "{error}");
}
