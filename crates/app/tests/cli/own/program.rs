//! Models that are programs of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{example, photo};
use crate::biowatch::{Running, Sandbox};
use crate::http::{get, request};
use crate::plain;

pub(super) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 6] = [
        ("own::a_program_predicts_and_ends", a_program_predicts_and_ends),
        ("own::a_program_that_dies_costs_its_batch", a_program_that_dies_costs_its_batch),
        ("own::a_program_that_talks_nonsense_gives_error_rows", nonsense_gives_error_rows),
        ("own::a_program_that_never_gets_ready_is_refused", a_program_that_never_gets_ready_is_refused),
        ("own::a_deaf_program_is_killed_with_its_children", a_deaf_program_is_killed),
        ("own::serve_becomes_the_program", serve_becomes_the_program),
    ];
    let python = Command::new("python3").arg("--version").output().is_ok_and(|ended| ended.status.success());
    let reason = match (cfg!(unix), python) {
        (false, _) => Some("for systems with process groups"),
        (true, false) => Some("no python3 on PATH"),
        (true, true) => None,
    };
    let trial = |(name, test)| match reason {
        None => plain(name, test),
        Some(reason) => plain(name, test).with_kind(reason).with_ignored_flag(true),
    };
    tests.into_iter().map(trial).collect()
}

/// The example with a piece of its script replaced. It writes its process id into `pid` beside it.
fn changed(sandbox: &Sandbox, from: &str, to: &str, changes: &[(&str, Value)]) -> PathBuf {
    let folder = sandbox.changed("python-server", changes);
    let file = folder.join("server.py");
    let script = fs_err::read_to_string(&file).unwrap();
    assert!(script.contains(from));
    let first = "open(__file__[:-9] + 'pid', 'w').write(str(__import__('os').getpid()))\n";
    let script =
        script.replace(from, to).replacen("import argparse\n", &format!("import argparse\n{first}"), 1);
    fs_err::write(file, script).unwrap();
    folder
}

/// Fails unless the program that wrote its id is gone soon.
fn gone(pid: &Path) {
    let pid = fs_err::read_to_string(pid).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    let alive = || {
        let state = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let signal = Command::new("kill").args(["-0", &pid]).output().unwrap();
        signal.status.success() && !state.contains(") Z ")
    };
    while alive() {
        assert!(Instant::now() < until, "process {pid} is still there");
        thread::sleep(Duration::from_millis(50));
    }
}

fn predict(sandbox: &Sandbox, folder: &Path, photos: usize) -> crate::biowatch::Ended {
    let names: Vec<String> = (0..photos).map(|index| format!("{index}.bmp")).collect();
    for name in &names {
        photo(sandbox, name, [9; 3]);
    }
    let mut arguments = vec!["predict".to_owned(), folder.to_str().unwrap().to_owned()];
    arguments.extend(names);
    sandbox.run(&arguments)
}

fn rows(ended: &crate::biowatch::Ended) -> Vec<Value> {
    ended.rows().iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

fn a_program_predicts_and_ends() {
    let sandbox = Sandbox::new();
    let folder = changed(&sandbox, "VERSION", "VERSION", &[]);
    let ended = predict(&sandbox, &folder, 7);
    ended.expect(0, &["starting the model's program on port"]);
    let rows = rows(&ended);
    assert_eq!(rows.len(), 7);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row["filepath"], format!("{index}.bmp"));
        assert_eq!((&row["prediction"], &row["model_version"]), (&json!("animal"), &json!("0.1")));
    }
    gone(&folder.join("pid"));
}

fn a_program_that_dies_costs_its_batch() {
    let sandbox = Sandbox::new();
    let dies = "    if path == '6.bmp': os._exit(3)\n    try:\n        size =";
    let folder = changed(&sandbox, "    try:\n        size =", dies, &[]);
    let ended = predict(&sandbox, &folder, 12);
    ended.expect(11, &["the model's program ended in the middle of the work", "run again to go on"]);
    let rows = rows(&ended);
    let words: Vec<_> = rows.iter().map(|row| row["prediction"].as_str().unwrap()).collect();
    assert_eq!(words, [&["animal"; 6][..], &["error"; 4]].concat());
    assert!(rows[6]["reason"].as_str().unwrap().contains("the model's program: it ended"), "{}", rows[6]);
}

fn nonsense_gives_error_rows() {
    let sandbox = Sandbox::new();
    for (from, to, reason) in [
        ("[predict(instance[\"filepath\"])]", "[7]", "a line is no row"),
        (
            "self.send_response(200)\n        self.send_header(\"Content-Type\", \"application/x",
            "self.send_response(500)\n        self.send_header(\"Content-Type\", \"application/x",
            "status 500",
        ),
        ("for instance in instances:", "for instance in instances[1:]:", "it gave no row for the file"),
        ("json.dumps({\"output\"", "b'x' * (1 << 21) + json.dumps({\"output\"", "a line is too long"),
    ] {
        let folder = changed(&sandbox, from, to, &[]);
        let ended = predict(&sandbox, &folder, 2);
        ended.expect(2, &[]);
        let rows = rows(&ended);
        let failed: Vec<_> = rows.iter().filter(|row| row["prediction"] == "error").collect();
        assert!(rows.len() == 2 && !failed.is_empty());
        assert!(failed[0]["reason"].as_str().unwrap().contains(reason), "{rows:#?}");
        gone(&folder.join("pid"));
    }
}

fn a_program_that_never_gets_ready_is_refused() {
    let sandbox = Sandbox::new();
    let sick = changed(
        &sandbox,
        "self.answer(200, b\"ok\")",
        "self.answer(503, b\"no\")",
        &[("/server/ready_seconds", json!(1))],
    );
    predict(&sandbox, &sick, 1).expect(4, &["was not ready within 1 seconds", "ready_seconds"]);
    // On a busy machine it is ended before its first line.
    if sick.join("pid").exists() {
        gone(&sick.join("pid"));
    }
    let dead = changed(&sandbox, "server.serve_forever()", "raise SystemExit('no weights here')", &[]);
    predict(&sandbox, &dead, 1).expect(4, &["no weights here", "ended before it was ready"]);
    let missing =
        sandbox.changed("python-server", &[("/server/command", json!(["no-such-program", "{port}"]))]);
    predict(&sandbox, &missing, 1).expect(4, &["`no-such-program` is in none of the folders of PATH"]);
    let ended = sandbox.check(&missing);
    assert!(ended.code == Some(4) && ended.stdout.contains("wrong: `server.command`"), "{ended:#?}");
}

/// It hears neither `/shutdown` nor SIGTERM, and has a child of its own.
fn a_deaf_program_is_killed() {
    let sandbox = Sandbox::new();
    let child = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
                 import subprocess\n\
                 child = subprocess.Popen(['sleep', '300'])\n\
                 open(__file__[:-9] + 'child', 'w').write(str(child.pid))\n\
                 Handler.may_shut_down = lambda self: False\n\
                 server.serve_forever()";
    let folder = changed(&sandbox, "server.serve_forever()", child, &[]);
    predict(&sandbox, &folder, 1).expect(0, &[]);
    gone(&folder.join("pid"));
    gone(&folder.join("child"));
    if cfg!(target_os = "linux") {
        let slow = changed(
            &sandbox,
            "    try:\n        size =",
            "    __import__('time').sleep(60)\n    try:\n        size =",
            &[],
        );
        let mut running = Running::start(sandbox.command(&["predict", slow.to_str().unwrap(), "0.bmp"]));
        while fs_err::read_to_string(slow.join("pid")).unwrap_or_default().is_empty() {
            thread::sleep(Duration::from_millis(20));
        }
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        gone(&slow.join("pid"));
    }
}

fn serve_becomes_the_program() {
    let sandbox = Sandbox::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = example("python-server");
    let mut command = sandbox.command(&["serve", folder.to_str().unwrap(), "--port", &port.to_string()]);
    command.env("LIT_SHUTDOWN_API_KEY", "secret");
    let running = Running::start(command);
    let until = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nobody listens");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(get(port, "/health"), (200, "ok".to_owned()));
    let body = r#"{"instances": [{"filepath": "no.jpg"}]}"#;
    let (status, answer) = request(port, "POST /predict HTTP/1.1", body);
    assert!(status == 200 && answer.contains("\"prediction\": \"error\""), "{answer}");
    let (status, _) = request(port, "POST /shutdown HTTP/1.1\r\nAuthorization: Bearer secret", "");
    assert_eq!(status, 200);
    assert_eq!(running.wait().code, Some(0));
}
