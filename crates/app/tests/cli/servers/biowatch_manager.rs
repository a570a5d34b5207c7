//! The desktop app's own way with a server, step by step: it takes a free port and gives it back, spawns
//! `[interpreter, script, arguments]`, asks `/health` once a second, and stops with `/shutdown` and patience.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::{PATIENCE, Place};
use crate::golden;
use crate::goldens::root;

const INTERPRETER: &str = env!("CARGO_BIN_EXE_biowatch");
const KEY: &str = "0d2f7c1e-5b7e-4c55-9d54-3f5a1f7f2f10";

pub(super) fn trials() -> Vec<Trial> {
    vec![
        golden(
            "servers::biowatch_starts_reuses_and_stops_all_four",
            biowatch_starts_reuses_and_stops_all_four,
        ),
        golden("servers::biowatch_sees_a_port_that_is_taken", biowatch_sees_a_port_that_is_taken),
    ]
}

/// The arguments after the script, in the app's order, for its four models.
fn arguments(model: &str, port: u16) -> Vec<String> {
    let file = |path: &str| root().join(path).to_str().unwrap().to_owned();
    let port = port.to_string();
    let detector = |path| ["--filepath-detector-weights".to_owned(), file(path)];
    let classifier = |path| ["--filepath-classifier-weights".to_owned(), file(path)];
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut line = words(&["--port", &port]);
    match model {
        "speciesnet" => {
            line.extend(words(&["--geofence", "true", "--model", &file("speciesnet/model")]));
            line.extend(words(&["--timeout", "30", "--country", "FRA"]));
            return line;
        }
        "deepfaune" => {
            let weights = "deepfaune/model/deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt";
            line.extend(classifier(weights));
            line.extend(detector("deepfaune/model/MDV6-yolov10x.pt"));
        }
        "manas" => {
            line.extend(classifier("manas/model/classifier_timm_traced.pt"));
            line.extend(words(&["--filepath-classes", &file("manas/model/classes_dict.pickle")]));
            line.extend(detector("manas/model/MDV6-yolov10x.pt"));
        }
        _ => {
            line.extend(detector("megadetector/v6/MDV6-yolov10-e-1280.pt"));
            line.extend(words(&["--detection-confidence-threshold", "0.2"]));
        }
    }
    line.extend(words(&["--timeout", "30"]));
    line
}

/// `server-manager.js`: at most one server, used again while the model and its version are the same.
struct Manager<'a> {
    place: &'a Place,
    running: Option<(String, Server)>,
}

struct Server {
    process: Child,
    port: u16,
    /// Lines of stderr, and whether each would go under errors.
    log: thread::JoinHandle<Vec<String>>,
}

impl Manager<'_> {
    fn serve(&mut self, model: &str) -> u32 {
        if self.running.as_ref().is_none_or(|(running, _)| running != model) {
            self.stop();
            self.running = Some((model.to_owned(), Server::start(self.place, model)));
        }
        self.running.as_ref().unwrap().1.process.id()
    }

    fn stop(&mut self) {
        if let Some((_, server)) = self.running.take() {
            server.stop();
        }
    }
}

/// Bound on all interfaces, and given back.
fn free_port() -> u16 {
    TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    fn start(place: &Place, model: &str) -> Self {
        let port = free_port();
        let mut command = spawn(place, model, port);
        let mut process = command.spawn().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let log = thread::spawn(move || stderr.lines().map_while(Result::ok).collect());
        let mut stdout = process.stdout.take().unwrap();
        thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        let mut server = Self { process, port, log };
        server.wait_until_healthy();
        server
    }

    /// Every second, 240 times; given up when the process has ended.
    fn wait_until_healthy(&mut self) {
        let is_well = |status| (200..300).contains(&status);
        for _ in 0..240 {
            if fetch(self.port, "GET /health", &[]).is_some_and(is_well) {
                return;
            }
            assert_eq!(self.process.try_wait().unwrap(), None, "the server ended");
            thread::sleep(Duration::from_secs(1));
        }
        unreachable!("the server did not get ready in the app's patience");
    }

    /// `/shutdown` with the key, then looks every half second for ten, then the end of the app's patience.
    fn stop(mut self) {
        let headers = [("Accept", "application/json"), ("Authorization", &format!("Bearer {KEY}"))];
        let status = fetch(self.port, "POST /shutdown", &headers);
        assert!(status.is_some_and(|status| (200..300).contains(&status)), "{status:?}");
        for _ in 0..20 {
            if self.process.try_wait().unwrap().is_some() {
                break;
            }
            thread::sleep(Duration::from_millis(500));
        }
        let ended = self.process.try_wait().unwrap();
        assert_eq!(ended.and_then(|status| status.code()), Some(0), "it must end within ten seconds");
        for line in self.log.join().unwrap() {
            assert!(line.contains("INFO:") || line.contains("WARNING:"), "shown as an error: {line}");
            assert!(!line.contains(KEY), "{line}");
        }
    }
}

fn spawn(place: &Place, model: &str, port: u16) -> Command {
    let script = format!("/usr/lib/biowatch/resources/python-environments/common/run_{model}_server.py");
    let line: Vec<String> = [vec![script], arguments(model, port)].concat();
    let mut command = place.0.command(&line);
    assert_eq!(command.get_program(), INTERPRETER);
    command.env("LIT_SHUTDOWN_API_KEY", KEY).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// As `fetch` in Node: `localhost` is whatever the system says first. The status of an answer that came.
fn fetch(port: u16, what: &str, headers: &[(&str, &str)]) -> Option<u16> {
    let mut stream = TcpStream::connect(("localhost", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "{what} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: keep-alive\r\n{headers}\r\n")
        .ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    line.split(' ').nth(1)?.parse().ok()
}

fn biowatch_starts_reuses_and_stops_all_four() {
    let place = Place::new();
    let mut manager = Manager { place: &place, running: None };
    let mut processes = BTreeMap::new();
    for model in ["speciesnet", "deepfaune", "manas", "megadetector"] {
        let process = manager.serve(model);
        assert_eq!(manager.serve(model), process, "the same model is used again");
        processes.insert(process, model);
        // The last one was stopped before this one was started.
        assert_eq!(place.alive().len(), 1, "{:#?}", place.alive());
    }
    assert_eq!(processes.len(), 4);
    manager.stop();
    place.nothing_is_left();
}

/// The race for a port that was given back: the app sees the process end and starts it once more.
fn biowatch_sees_a_port_that_is_taken() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let began = Instant::now();
    let mut process = spawn(&place, "megadetector", port).spawn().unwrap();
    let status = process.wait().unwrap();
    assert_eq!(status.code(), Some(1), "as the script would");
    assert!(began.elapsed() < PATIENCE);
    place.nothing_is_left();
}
