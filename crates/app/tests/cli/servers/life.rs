//! Starting, looking, stopping.

use std::collections::HashSet;
use std::process::Stdio;

use libtest_mimic::Trial;
use serde_json::json;

use super::{Place, counting, detector};
use crate::biowatch::Ended;
use crate::http::{get, request};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        counting("servers::from_start_to_stop", from_start_to_stop),
        counting("servers::an_equal_server_is_used_again_and_others_are_not", equal_servers_are_used_again),
        counting("servers::many_starts_at_once_make_one_server", many_starts_at_once_make_one_server),
        counting("servers::ps_counts_requests_images_and_memory", ps_counts),
        counting("servers::a_restart_keeps_the_options", a_restart_keeps_the_options),
        counting("servers::keys_come_from_the_environment_and_are_not_shown", keys_are_not_shown),
        counting("servers::a_model_is_found_in_any_folder", a_model_is_found_in_any_folder),
    ]
}

fn from_start_to_stop() {
    let place = Place::new();
    place.run(&["ps"]).expect(0, &["no server is running"]);
    let ended = place.run(&["start", &detector()]);
    ended.expect(0, &["biowatch stop bright-colours", "60 min without a request"]);
    assert!(ended.stdout.starts_with("bright-colours is ready on http://127.0.0.1:"), "{}", ended.stdout);
    let server = &place.ps()[0];
    let port = server["port"].as_u64().unwrap();
    assert_eq!(get(u16::try_from(port).unwrap(), "/health"), (200, "ok".to_owned()));
    assert_eq!((&server["state"], &server["restarts"]), (&json!("ready"), &json!(0)));
    // The keeper and the server.
    assert_eq!(place.alive().len(), 2, "{:#?}", place.alive());

    let table = place.run(&["ps"]).stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("NAME") && lines[1].starts_with("bright-colours"), "{table}");
    for word in ["ready", &port.to_string(), &server["pid"].to_string()] {
        assert!(lines[1].contains(word), "{table}");
    }
    let log = place.run(&["logs", "bright-colours"]).stdout;
    assert!(log.contains("[biowatch] started process") && log.contains("model loaded in"), "{log}");
    assert_eq!(place.run(&["logs", "bright-colours", "-n", "1"]).stdout, "[biowatch] ready\n");

    let doctor = place.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("bright-colours 1.0: ready for ") && doctor.contains(&format!("port {port}")),
        "{doctor}"
    );

    let ended = place.run(&["stop", "bright-colours"]);
    ended.expect(0, &["bright-colours: asking it to stop"]);
    assert_eq!(ended.stdout, "bright-colours is stopped\n");
    place.nothing_is_left();
    place.run(&["ps"]).expect(0, &["no server is running"]);
    assert_eq!(place.ps()[0]["state"], "stopped");
    assert!(place.run(&["logs", "bright-colours"]).stdout.ends_with("[biowatch] stopped\n"));
    let again = place.run(&["stop", "bright-colours"]);
    again.expect(0, &[]);
    assert_eq!(again.stdout, "bright-colours was not running\n");
    place.run(&["stop", "--all"]).expect(0, &["no server is running"]);
}

fn equal_servers_are_used_again() {
    let place = Place::new();
    let start = |options: &[&str]| {
        let ended = place.run(&[&["start", &detector(), "--json"], options].concat());
        ended.expect(0, &[]);
        let started: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        (started, ended.stderr)
    };
    let (first, _) = start(&["--threads", "1"]);
    let (same, said) = start(&["--threads=1", "--device", "auto"]);
    assert_eq!(first, same);
    assert!(said.contains("`bright-colours` is already running"), "{said}");
    let (other, said) = start(&["--threads", "2"]);
    assert_eq!(other["name"], "bright-colours-2");
    assert!(
        said.contains("is running with other options (threads 1, not 2): this one is `bright-colours-2`"),
        "{said}"
    );
    assert_ne!(first["pid"], other["pid"]);
    let (named, _) = start(&["--threads", "1", "--engine", "built-in", "--name", "mine"]);
    assert_eq!(named["name"], "mine");
    place
        .run(&["start", &detector(), "--threads", "2", "--no-cache", "--name", "mine"])
        .expect(64, &["a server called `mine` runs with other options", "biowatch stop mine"]);
    place
        .run(&["stop", &detector()])
        .expect(13, &["bright-colours, bright-colours-2", "give one of the names"]);
    let ended = place.run(&["stop", "--all"]);
    ended.expect(0, &[]);
    assert_eq!(ended.stdout.lines().count(), 3, "{}", ended.stdout);
    place.nothing_is_left();
}

/// All of them say where it is.
fn many_starts_at_once_make_one_server() {
    let place = Place::new();
    let starts: Vec<_> = (0..6)
        .map(|_| {
            place.0.command(&["start", &detector()]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
        })
        .collect();
    let said: HashSet<String> = starts
        .into_iter()
        .map(|start| {
            let ended = Ended::from(start.unwrap().wait_with_output().unwrap());
            ended.expect(0, &[]);
            ended.stdout
        })
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((place.ps().len(), place.alive().len()), (1, 2), "{:#?}", place.alive());
    place.run(&["stop", "--all"]).expect(0, &[]);
    place.nothing_is_left();
}

fn ps_counts() {
    let place = Place::new();
    place.run(&["start", &detector()]).expect(0, &[]);
    let port = u16::try_from(place.ps()[0]["port"].as_u64().unwrap()).unwrap();
    let body = json!({"instances": [{"filepath": "/no/a.jpg"}, {"filepath": "/no/b.jpg"}]}).to_string();
    assert_eq!(request(port, "POST /predict HTTP/1.1", &body).0, 200);
    let server = place.wait_for("bright-colours", |server| server["images"] == 2);
    assert_eq!(server["requests"], 1);
    assert!(server["memory_bytes"].as_u64().unwrap() > 1_000_000, "{server}");
    assert!(server["images_per_second"].as_f64().is_some(), "{server}");
    place.run(&["stop", "bright-colours"]).expect(0, &[]);
    place.nothing_is_left();
}

fn a_restart_keeps_the_options() {
    let place = Place::new();
    place.run(&["start", &detector(), "--threads", "1", "--idle", "0"]).expect(0, &["it runs until then"]);
    let before = place.ps()[0].clone();
    let ended = place.run(&["restart", "bright-colours"]);
    ended.expect(0, &[]);
    assert!(ended.stdout.contains("bright-colours is ready on"), "{ended:?}");
    let after = place.ps()[0].clone();
    assert_ne!(before["pid"], after["pid"]);
    for same in ["keeper", "options", "idle_seconds"] {
        assert_eq!(before[same], after[same]);
    }
    // One that is stopped starts anew.
    place.run(&["stop", "bright-colours"]).expect(0, &[]);
    place.run(&["restart", "bright-colours"]).expect(0, &[]);
    assert_eq!(place.ps()[0]["options"], before["options"]);
    let ended = place.run(&["stop", "bright-colours", "--kill"]);
    ended.expect(0, &["killing it"]);
    assert_eq!(ended.stdout, "bright-colours is stopped: it had to be killed\n");
    place.nothing_is_left();
}

fn keys_are_not_shown() {
    let place = Place::new();
    let mut command = place.0.command(&["start", &detector()]);
    command.env("LIT_SHUTDOWN_API_KEY", "my-shutdown-key").env("LIT_SERVER_API_KEY", "my-api-key");
    Ended::from(command.output().unwrap()).expect(0, &[]);
    let port = u16::try_from(place.ps()[0]["port"].as_u64().unwrap()).unwrap();
    assert_eq!(get(port, "/info").0, 401);
    for (_, line) in place.alive() {
        assert!(!line.contains("my-"), "{line}");
    }
    for file in fs_err::read_dir(place.0.data().join("servers/bright-colours")).unwrap().flatten() {
        let text = fs_err::read_to_string(file.path()).unwrap();
        assert!(
            !text.contains("my-shutdown-key") && !text.contains("my-api-key"),
            "{}",
            file.path().display()
        );
    }
    // Whoever has the key may stop it behind the keeper's back.
    let head = "POST /shutdown HTTP/1.1\r\nAuthorization: Bearer my-shutdown-key";
    assert_eq!(request(port, head, "").0, 200);
    let stopped = place.wait_for("bright-colours", |server| server["state"] == "stopped");
    assert_eq!((&stopped["phase"]["why"], &stopped["restarts"]), (&json!("elsewhere"), &json!(0)));
    place.nothing_is_left();
}

fn a_model_is_found_in_any_folder() {
    let place = Place::new();
    let folder = place.0.data().join("model-zoo/bright-colours/1.0");
    fs_err::create_dir_all(&folder).unwrap();
    for file in fs_err::read_dir(detector()).unwrap().flatten() {
        fs_err::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    place.run(&["start", "bright-colours"]).expect(0, &[]);
    // The same model, by its folder, from another place.
    let mut command = place.0.command(&["start", "data/model-zoo/bright-colours/1.0"]);
    command.current_dir(place.0.root());
    Ended::from(command.output().unwrap()).expect(0, &["already running"]);
    place.run(&["stop", folder.to_str().unwrap()]).expect(0, &[]);
    place.nothing_is_left();
}
