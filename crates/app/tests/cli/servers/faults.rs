//! What a person sees when something goes wrong.

use std::net::TcpListener;

use libtest_mimic::Trial;

use super::{Place, counting, detector, kill};
use crate::golden;
use crate::goldens::model;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        counting("servers::a_killed_server_comes_back", a_killed_server_comes_back),
        counting("servers::a_killed_keeper_is_told_and_leaves_nothing", a_killed_keeper_is_told),
        counting(
            "servers::what_cannot_start_is_refused_before_there_is_a_process",
            what_cannot_start_is_refused,
        ),
        counting("servers::a_port_in_use_is_told_with_its_owner", a_port_in_use_is_told),
        counting("servers::a_name_that_nobody_has_is_told", a_name_that_nobody_has_is_told),
        golden("servers::a_server_that_fails_to_load_says_why", a_server_that_fails_to_load_says_why),
    ]
}

fn a_killed_server_comes_back() {
    let place = Place::new();
    place.run(&["start", &detector()]).expect(0, &[]);
    let before = place.ps()[0].clone();
    kill(&before["pid"]);
    let after =
        place.wait_for("bright-colours", |server| server["restarts"] == 1 && server["state"] == "ready");
    assert_ne!(before["pid"], after["pid"]);
    let table = place.run(&["ps"]).stdout;
    for words in ["ago it was killed from outside", "SIGKILL", "; it was started again"] {
        assert!(table.contains(words), "{words:?} is not in\n{table}");
    }
    let log = place.run(&["logs", "bright-colours"]).stdout;
    assert_eq!(log.matches("[biowatch] started process").count(), 2, "{log}");
    place.run(&["stop", "bright-colours"]).expect(0, &[]);
    place.nothing_is_left();
}

fn a_killed_keeper_is_told() {
    let place = Place::new();
    place.run(&["start", &detector()]).expect(0, &[]);
    kill(&place.ps()[0]["keeper"]);
    place.nothing_is_left();
    assert_eq!(place.ps()[0]["state"], "lost");
    let table = place.run(&["ps"]).stdout;
    for words in ["lost", "the process that looked after it was killed", "biowatch restart bright-colours"] {
        assert!(table.contains(words), "{words:?} is not in\n{table}");
    }
    // Starting just works again; so does forgetting.
    place.run(&["start", &detector()]).expect(0, &[]);
    assert_eq!(place.ps()[0]["state"], "ready");
    kill(&place.ps()[0]["keeper"]);
    place.nothing_is_left();
    let ended = place.run(&["stop", "bright-colours"]);
    ended.expect(0, &[]);
    assert!(ended.stdout.contains("was not running any more"), "{}", ended.stdout);
    assert!(place.ps().is_empty());
}

fn what_cannot_start_is_refused() {
    let place = Place::new();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["start", "no/model"], 3, "there is no folder `no/model`"),
        (&["start", "deepfaune"], 3, "nor an installed model"),
        (&["start", &detector(), "--country", "KEN"], 64, "knows no countries"),
        (&["start", &detector(), "--host", "192.0.2.1"], 64, "cannot be looked after"),
        (&["start", &detector(), "--name", "Not A Name"], 64, "can be no name of a server"),
        (&["start", &detector(), "--port", "70000"], 64, "70000"),
    ];
    for (line, code, words) in cases {
        place.run(line).expect(code, &[words]);
    }
    assert!(place.ps().is_empty());
    place.nothing_is_left();
}

fn a_port_in_use_is_told() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let me = std::process::id().to_string();
    let hint = "leave `--port` out";
    place
        .run(&["start", &detector(), "--port", &port])
        .expect(5, &[&format!("port {port} is in use by `"), &me, hint]);
    place.run(&["serve", &detector(), "--port", &port]).expect(5, &["is in use by `", &me]);
    drop(taken);
    place.run(&["start", &detector(), "--port", &port]).expect(0, &[]);
    place
        .run(&["start", &detector(), "--port", &port, "--threads", "1"])
        .expect(5, &["is in use by the server `bright-colours`", "biowatch stop bright-colours"]);
    place.run(&["stop", "--all"]).expect(0, &[]);
    place.nothing_is_left();
}

fn a_name_that_nobody_has_is_told() {
    let place = Place::new();
    for verb in ["stop", "restart", "logs"] {
        place
            .run(&[verb, "speciesnet"])
            .expect(13, &["no server called `speciesnet` was started", "biowatch start speciesnet"]);
    }
}

/// Its small files are well, its weights are not: only loading shows it.
fn a_server_that_fails_to_load_says_why() {
    let place = Place::new();
    let folder = place.0.path("broken");
    fs_err::create_dir_all(&folder).unwrap();
    let mut broken = 0;
    for file in fs_err::read_dir(model()).unwrap().flatten() {
        let to = folder.join(file.file_name());
        if to.extension().is_some_and(|ending| ending == "pt") {
            fs_err::write(to, "these are no weights").unwrap();
            broken += 1;
        } else {
            fs_err::copy(file.path(), to).unwrap();
        }
    }
    assert!(broken > 0);
    let ended = place.run(&["start", folder.to_str().unwrap()]);
    ended.expect(
        4,
        &["`speciesnet` did not get ready: it ended (exit code 4)", "  | error:", "biowatch logs"],
    );
    place.nothing_is_left();
    let table = place.run(&["ps"]).stdout;
    for words in ["failed", "and it is not tried again"] {
        assert!(table.contains(words), "{words:?} is not in\n{table}");
    }
    let ended = place.run(&["stop", "speciesnet"]);
    assert!(ended.stdout.contains("it had failed, and is forgotten now"), "{ended:?}");
    place.run(&["ps"]).expect(0, &["no server is running"]);
    assert!(place.run(&["logs", "speciesnet"]).stdout.contains("error:"));
}
