//! `biowatch up`: one a data folder, opened by its key, ended cleanly.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::biowatch::{Running, Sandbox};
use crate::http::request;
use crate::plain;

/// Longest wait for anything: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("up_is_one_a_data_folder_and_ends_when_told", is_one_and_ends),
        plain("up_installs_imports_and_goes_on_after_a_kill", works_and_goes_on),
        plain("up_on_the_lan_wants_a_password", wants_a_password),
    ]
}

/// The program, and how to ask it.
struct Up {
    running: Running,
    port: u16,
    key: String,
}

impl Up {
    fn start(sandbox: &Sandbox) -> Self {
        let mut running = Running::start(sandbox.command(&["up", "--no-open", "--port", "0"]));
        let (port, key) = parts(&running.line());
        Self { running, port, key }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nAuthorization: Bearer {}\r\nX-Biowatch: 1\r\nContent-Type: application/json",
            self.key
        );
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, text) = request(self.port, &head, &body);
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    fn wait_for(&self, path: &str, what: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let (status, found) = self.ask("GET", path, None);
            if status == 200 && what(&found) {
                return found;
            }
            assert!(Instant::now() < until, "{status} {found:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Port and key of an address.
fn parts(address: &str) -> (u16, String) {
    let (root, key) = address.split_once("/?key=").unwrap();
    (root.rsplit(':').next().unwrap().parse().unwrap(), key.to_owned())
}

fn is_one_and_ends() {
    let sandbox = Sandbox::new();
    let up = Up::start(&sandbox);
    assert!(up.ask("GET", "/status", None).1["webUi"].is_boolean());
    assert_eq!(request(up.port, "GET /api/v1/status HTTP/1.1", "").0, 401);
    let second = sandbox.run(&["up", "--no-open"]);
    second.expect(0, &["open already"]);
    assert_eq!(parts(second.stdout.trim()), (up.port, up.key.clone()));
    if cfg!(unix) {
        up.running.signal("TERM");
        up.running.wait().expect(0, &["ended"]);
        assert!(!sandbox.data().join("up.json").exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", up.port)).is_err());
    }
}

fn works_and_goes_on() {
    let sandbox = Sandbox::new();
    let scenes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/scenes");
    for name in ["01-red-deer-stag", "05-fox-at-dusk", "11-hikers", "15-empty-beams"] {
        sandbox.put(&scenes.join(format!("{name}.jpg")), &format!("card/{name}.jpg"));
    }
    let mut up = Up::start(&sandbox);
    assert_eq!(up.ask("POST", "/models/demo:1.0/install", None).0, 202);
    up.wait_for("/models/demo:1.0", |model| model["state"] == "installed");
    let folder = sandbox.path("card").display().to_string();
    let wish = json!({"study": {"name": "Card"}, "folder": folder, "model": "demo:1.0", "country": "SVN"});
    let (status, run) = up.ask("POST", "/runs", Some(&wish));
    assert_eq!(status, 202, "{run:#}");
    let path = format!("/runs/{}", run["id"].as_str().unwrap());
    // Whatever it was at.
    drop(up);
    up = Up::start(&sandbox);
    let run = up.wait_for(&path, |run| run["state"] == "completed");
    assert_eq!((&run["done"], &run["failed"]), (&4.into(), &0.into()), "{run:#}");
    let study = format!("/studies/{}", run["study"]["id"].as_str().unwrap());
    let (_, media) = up.ask("GET", &format!("{study}/media?sort=name"), None);
    assert_eq!(media["total"], 4, "{media:#}");
    let medium = media["items"][0]["id"].as_str().unwrap();
    let word = json!({"observations": [{"scientificName": "vulpes vulpes"}]});
    let (status, said) = up.ask("PUT", &format!("{study}/media/{medium}/observations"), Some(&word));
    assert_eq!((status, &said["observations"][0]["method"]), (200, &"human".into()), "{said:#}");
    assert_eq!(up.ask("POST", &format!("{study}/edits/undo"), None).1["edit"]["kind"], "say");
    assert_eq!(up.ask("GET", &format!("{study}/check"), None).1["passed"], true);
}

fn wants_a_password() {
    let sandbox = Sandbox::new();
    sandbox.run(&["up", "--lan", "--no-open"]).expect(64, &["there is no password", "BIOWATCH_UP_PASSWORD"]);
    let mut command = sandbox.command(&["up", "--lan", "--no-open"]);
    let short: crate::biowatch::Ended = command.env("BIOWATCH_UP_PASSWORD", "short").output().unwrap().into();
    short.expect(64, &["shorter than 8"]);
}
