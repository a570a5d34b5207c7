//! `biowatch serve`: the life of a server. What it says on the wire is tested beside the server itself.

use std::net::TcpListener;
use std::process::Command;

use biowatch_contract::ready::Ready;
use libtest_mimic::Trial;

use crate::biowatch::{Running, Sandbox};
use crate::goldens::{assert_same, expected, model, photo};
use crate::http::{get, request};
use crate::{golden, plain};

pub(crate) const KEY: &str = "a-shutdown-key";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("serve::from_ready_line_to_shutdown", from_ready_line_to_shutdown),
        #[cfg(unix)]
        golden("serve::sigterm_and_sigint_end_it_with_0", signals_end_it_with_0),
        golden("serve::an_api_key_is_wanted_and_never_shown", an_api_key_is_wanted_and_never_shown),
        golden("serve::a_port_in_use_is_told_before_loading", a_port_in_use_is_told_before_loading),
        golden("serve::a_broken_model_ends_it", a_broken_model_ends_it),
        plain("serve::a_missing_model_is_told_at_once", a_missing_model_is_told_at_once),
    ]
}

/// Starts a server on a free port and waits until it is ready.
pub(crate) fn start(mut command: Command) -> (Running, Ready) {
    let mut running = Running::start(command_with_key(&mut command));
    loop {
        let line = running.line();
        assert!(!line.is_empty(), "the server ended: {:#?}", running.wait());
        if let Ok(ready) = serde_json::from_str(&line) {
            return (running, ready);
        }
    }
}

fn command_with_key(command: &mut Command) -> Command {
    command.env("LIT_SHUTDOWN_API_KEY", KEY);
    std::mem::replace(command, Command::new(""))
}

pub(crate) fn shut_down(port: u16) {
    let head = format!("POST /shutdown HTTP/1.1\r\nAuthorization: Bearer {KEY}");
    assert_eq!(request(port, &head, "").0, 200);
}

fn from_ready_line_to_shutdown() {
    let sandbox = Sandbox::new();
    let (running, ready) = start(sandbox.command(&["serve", &model(), "--port", "0", "--country", "FRA"]));
    assert_eq!(
        (ready.biowatch_ready, ready.model.as_str(), ready.pid),
        (1, "speciesnet", running.child.id())
    );
    assert_eq!(get(ready.port, "/health"), (200, "ok".to_owned()));
    let (_, info) = get(ready.port, "/info");
    let name = serde_json::to_string(&model()).unwrap();
    assert!(info.starts_with(&format!(r#"{{"model":{{"name":{name},"type":"speciesnet"#)), "{info}");
    let heron = photo("heron_small.jpg");
    let body =
        serde_json::json!({"instances": [{"filepath": heron, "sample_fps": 1}, {"filepath": "gone.jpg"}]});
    let (status, lines) = request(ready.port, "POST /predict HTTP/1.1", &body.to_string());
    assert_eq!((status, lines.lines().count()), (200, 2));
    let row = expected("FRA.ndjson").into_iter().find(|row| row.contains("heron_small.jpg")).unwrap();
    let row = row.replace("images/heron_small.jpg", heron.to_str().unwrap());
    assert_same(lines.lines().next().unwrap(), &format!(r#"{{"output": {{"predictions": [{row}]}}}}"#));
    assert!(
        lines.lines().nth(1).unwrap().contains(r#""filepath": "gone.jpg", "prediction": "error""#),
        "{lines}"
    );
    shut_down(ready.port);
    let ended = running.wait();
    ended.expect(0, &["POST /predict"]);
    assert_marked(&ended.stderr);
}

/// Biowatch files lines without a mark under errors, and no line may show a key.
pub(crate) fn assert_marked(stderr: &str) {
    for line in stderr.lines() {
        assert!(line.contains("INFO:") || line.contains("WARNING:"), "{line}");
        assert!(!line.contains(KEY), "{line}");
    }
}

#[cfg(unix)]
fn signals_end_it_with_0() {
    for signal in ["TERM", "INT"] {
        let sandbox = Sandbox::new();
        let (running, _) = start(sandbox.command(&["serve", &model(), "--port", "0"]));
        running.signal(signal);
        running.wait().expect(0, &[signal]);
    }
}

fn an_api_key_is_wanted_and_never_shown() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["serve", &model(), "--port", "0", "--open-health", "--log", "trace"]);
    command.env("LIT_SERVER_API_KEY", "an-api-key");
    let (running, ready) = start(command);
    assert_eq!(get(ready.port, "/health").0, 200);
    assert_eq!(get(ready.port, "/info").0, 401);
    assert_eq!(request(ready.port, "GET /info HTTP/1.1\r\nX-API-Key: an-api-key", "").0, 200);
    shut_down(ready.port);
    let ended = running.wait();
    ended.expect(0, &[]);
    assert!(!ended.stderr.contains("an-api-key") && !ended.stderr.contains(KEY), "{}", ended.stderr);
}

fn a_port_in_use_is_told_before_loading() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["serve", &model(), "--port", &port]);
    ended.expect(5, &[&port, "is in use", "hint: ", "--port"]);
    assert!(!ended.stderr.contains("model loaded"), "{}", ended.stderr);
}

fn a_broken_model_ends_it() {
    let sandbox = Sandbox::new();
    fs_err::create_dir_all(sandbox.path("broken")).unwrap();
    fs_err::write(sandbox.path("broken/info.json"), "{}").unwrap();
    sandbox.run(&["serve", "broken", "--port", "0"]).expect(4, &["`version` is missing"]);
}

fn a_missing_model_is_told_at_once() {
    let sandbox = Sandbox::new();
    sandbox
        .run(&["serve", "no/model", "--port", "0"])
        .expect(3, &["there is no folder `no/model`", "hint: "]);
    sandbox.run(&["serve", "deepfaune", "--port", "0"]).expect(3, &["nor an installed model"]);
}
