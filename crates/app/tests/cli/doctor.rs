//! `biowatch doctor`.

use libtest_mimic::Trial;

use crate::biowatch::Sandbox;
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("doctor::reports_as_text_without_the_home_folder", reports_as_text),
        plain("doctor::reports_as_json", reports_as_json),
    ]
}

fn reports_as_text() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["doctor"]);
    ended.expect(0, &[]);
    for title in [
        "biowatch ",
        "system ",
        "processor ",
        "memory ",
        "engine",
        "data folder ",
        "model ",
        "server ",
        "port ",
    ] {
        assert!(
            ended.stdout.lines().any(|line| line.starts_with(title)),
            "{title:?} is not in\n{}",
            ended.stdout
        );
    }
    let home = sandbox.root().to_str().unwrap();
    assert!(ended.stdout.contains("~") && !ended.stdout.contains(home), "{}", ended.stdout);
    assert!(sandbox.run(&["doctor", "--full-paths"]).stdout.contains(home));
    assert!(!sandbox.data().exists(), "looking changed something");
}

fn reports_as_json() {
    let ended = Sandbox::new().run(&["doctor", "--json"]);
    ended.expect(0, &[]);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    let ports: Vec<_> = report["ports"].as_array().unwrap().iter().map(|port| &port["number"]).collect();
    assert_eq!(ports, [8000, 8001, 8002, 8003]);
    for none in ["models", "servers", "permissions"] {
        assert_eq!(report[none], serde_json::json!([]), "{none}");
    }
    assert!(report["engines"].as_array().is_some_and(|engines| !engines.is_empty()));
}
