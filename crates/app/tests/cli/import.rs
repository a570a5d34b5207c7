//! `biowatch import` and `biowatch studies`: nothing is lost or doubled, whatever happens in between.

mod killed;
mod runs;
mod served;

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::biowatch::{Ended, Running, Sandbox};
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 15] = [
        ("import::killed_at_any_instant_every_file_ends_once", killed::at_any_instant),
        ("import::killed_at_any_instant_no_server_of_ours_is_left", killed::with_a_server_of_ours),
        ("import::paused_from_elsewhere_it_goes_on_as_it_was_asked_for", runs::paused),
        ("import::cancelled_from_elsewhere_it_drops_the_rest", runs::cancelled),
        ("import::queued_runs_come_one_after_the_other", runs::queued),
        ("import::a_model_that_hangs_is_started_again", runs::a_model_that_hangs),
        ("import::a_server_that_is_there_is_used_and_left", served::shared),
        ("import::another_country_is_another_run", served::another_country),
        ("import::run_again_adds_what_is_new_and_nothing_twice", run_again),
        ("import::two_at_once_share_the_work", two_at_once),
        ("import::a_file_that_ends_the_model_costs_only_itself", a_file_that_ends_the_model),
        ("import::a_folder_that_goes_away_blames_no_file", a_folder_that_goes_away),
        ("import::interrupted_it_goes_on_later", interrupted),
        ("import::errors_are_told_and_tried_again", errors_are_told),
        ("import::moved_folders_are_found_and_words_of_people_stay", moved_and_corrected),
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

/// A model that looks at a file's first word, and takes its time.
const SCRIPT: &str = r#"
import http.server, json, os, sys, time
PAUSE = float(sys.argv[2])
def predict(path):
    row = {"filepath": path, "classifications": {}, "detections": [], "model_version": "1"}
    try:
        word = open(path).read().split()[0]
    except (OSError, IndexError) as error:
        return {**row, "prediction": "error", "prediction_score": 0.0, "error": "Cannot read: " + str(error)}
    if word == "corrupt":
        return {**row, "prediction": "error", "prediction_score": 0.0, "error": "Cannot decode image"}
    if word == "poison":
        os._exit(3)
    if word == "hang":
        time.sleep(1000)
    time.sleep(PAUSE)
    return {**row, "prediction": word, "prediction_score": 0.75}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *words): pass
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(b"ok")
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/shutdown":
            self.answer(b"bye")
            os._exit(0)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for instance in json.loads(body)["instances"]:
            line = json.dumps({"output": {"predictions": [predict(instance["filepath"])]}}).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"#;

const MANIFEST: &str = r#"{"format": 1, "id": "stub", "version": "1", "name": "A stub", "licence": "MIT",
    "server": {"command": ["python3", "{folder}/server.py", "{port}", "PAUSE"], "ready_seconds": 60}}"#;

/// `pause`: seconds a file.
fn model(sandbox: &Sandbox, pause: &str) {
    let folder = sandbox.path("model");
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("server.py"), SCRIPT).unwrap();
    fs_err::write(folder.join("biowatch-model.json"), MANIFEST.replace("PAUSE", pause)).unwrap();
}

/// A file that the model calls `word`.
fn photo(sandbox: &Sandbox, name: &str, word: &str) -> PathBuf {
    let file = sandbox.path("photos").join(name);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(&file, format!("{word} {name}")).unwrap();
    file
}

const IMPORT: [&str; 6] = ["import", "photos", "--study", "s", "--model", "model"];

fn show(sandbox: &Sandbox) -> Value {
    let ended = sandbox.run(&["studies", "show", "s", "--json"]);
    ended.expect(0, &[]);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn errors(sandbox: &Sandbox) -> Vec<Value> {
    let ended = sandbox.run(&["studies", "errors", "s", "--json"]);
    ended.rows().into_iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Fails unless so many files have an output, so many an error, none waits, and the study is whole.
fn assert_stands(sandbox: &Sandbox, predicted: usize, failed: usize) {
    let shown = show(sandbox);
    let run = &shown["runs"][0];
    let counts = [&run["predicted"], &run["failed"], &run["waiting"], &shown["photos"]];
    assert_eq!(counts, [predicted, failed, 0, predicted + failed], "{shown:#}");
    assert_eq!((&run["status"], shown["runs"].as_array().unwrap().len()), (&Value::from("completed"), 1));
    assert_eq!(errors(sandbox).len(), failed);
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}

fn run_again() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    photo(&sandbox, "a/1.jpg", "lynx");
    photo(&sandbox, "b/1.jpg", "fox");
    sandbox.run(&IMPORT).expect(0, &["found 2 new files", "2 predicted"]);
    sandbox.run(&IMPORT).expect(0, &["found 0 new files, 2 known"]);
    photo(&sandbox, "b/2.jpg", "fox");
    fs_err::copy(sandbox.path("photos/a/1.jpg"), sandbox.path("photos/b/same.jpg")).unwrap();
    sandbox.run(&IMPORT).expect(0, &["found 1 new files, 2 known, 1 copies of others", "3 predicted"]);
    sandbox.run(&IMPORT).expect(0, &["found 0 new files"]);
    assert_stands(&sandbox, 3, 0);
    let shown = show(&sandbox);
    let species: Vec<_> =
        shown["species"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(species, ["fox", "lynx"]);
    let places: Vec<_> =
        shown["deployments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(places, ["a", "b"]);
}

fn two_at_once() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.005");
    for index in 0..120 {
        photo(&sandbox, &format!("{index:03}.jpg"), "lynx");
    }
    let both: Vec<_> = (0..2).map(|_| Running::start(sandbox.command(&IMPORT))).collect();
    let ended: Vec<Ended> = both.into_iter().map(Running::wait).collect();
    assert!(ended.iter().all(|ended| ended.code == Some(0)), "{ended:#?}");
    assert_stands(&sandbox, 120, 0);
}

fn a_file_that_ends_the_model() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    for index in 0..12 {
        photo(&sandbox, &format!("{index:02}.jpg"), if index == 5 { "poison" } else { "lynx" });
    }
    sandbox.run(&IMPORT).expect(2, &["starting the model again", "11 predicted, 1 failed"]);
    assert_stands(&sandbox, 11, 1);
    let error = &errors(&sandbox)[0];
    assert!(error["file"].as_str().unwrap().ends_with("05.jpg") && error["attempts"] == 3, "{error}");
    assert!(error["reason"].as_str().unwrap().contains("it ended"), "{error}");
}

fn a_folder_that_goes_away() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.05");
    for index in 0..150 {
        photo(&sandbox, &format!("{index:03}.jpg"), "lynx");
    }
    let running = Running::start(sandbox.command(&IMPORT));
    running.first_row();
    fs_err::rename(sandbox.path("photos"), sandbox.path("unplugged")).unwrap();
    running.wait().expect(8, &["is gone", "connect the card or drive again"]);
    assert_eq!(errors(&sandbox).len(), 0);
    fs_err::rename(sandbox.path("unplugged"), sandbox.path("photos")).unwrap();
    sandbox.run(&IMPORT).expect(0, &["150 predicted"]);
    assert_stands(&sandbox, 150, 0);
}

fn interrupted() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.05");
    for index in 0..150 {
        photo(&sandbox, &format!("{index:03}.jpg"), "lynx");
    }
    let running = Running::start(sandbox.command(&IMPORT));
    running.first_row();
    running.signal("INT");
    running.wait().expect(130, &["still to do"]);
    assert_eq!(show(&sandbox)["runs"][0]["status"], "aborted");
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    sandbox.run(&IMPORT).expect(0, &["150 predicted"]);
    assert_stands(&sandbox, 150, 0);
}

fn errors_are_told() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    photo(&sandbox, "1.jpg", "lynx");
    photo(&sandbox, "2.jpg", "corrupt");
    sandbox.run(&IMPORT).expect(2, &["1 predicted, 1 failed"]);
    let told = sandbox.run(&["studies", "errors", "s"]);
    assert!(told.stdout.trim_end().ends_with("2.jpg: Cannot decode image"), "{}", told.stdout);
    photo(&sandbox, "2.jpg", "fox");
    sandbox.run(&["studies", "retry", "s"]).expect(0, &["1 files are queued again"]);
    sandbox.run(&IMPORT).expect(0, &[]);
    assert_eq!(errors(&sandbox).len(), 0);
    sandbox
        .run(&["studies", "show", "nowhere"])
        .expect(14, &["there is no study `nowhere`", "biowatch studies list"]);
    sandbox
        .run(&["import", "nowhere", "--study", "s", "--model", "model"])
        .expect(8, &["there is no folder"]);
    fs_err::create_dir(sandbox.path("empty")).unwrap();
    sandbox.run(&["import", "empty", "--study", "t", "--model", "model"]).expect(7, &["no photos or videos"]);
    sandbox.run(&["import", "photos", "--study", "s", "--model", "none"]).expect(3, &["neither a folder"]);
    sandbox
        .run(&["import", "photos", "--study", "s", "--model", "model", "--time-zone", "Atlantis"])
        .expect(64, &["`Atlantis` is no time zone"]);
}

fn moved_and_corrected() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0");
    photo(&sandbox, "a/20210703_201530.jpg", "lynx");
    photo(&sandbox, "a/20210703_201630.jpg", "fox");
    photo(&sandbox, "a/20210703_211630.jpg", "fox");
    sandbox.run(&IMPORT).expect(0, &[]);
    let correct =
        ["studies", "correct", "s", "20210703_201630.jpg", "--species", "Lynx lynx", "--count", "2"];
    sandbox.run(&correct).expect(0, &["is lynx lynx, says user"]);
    fs_err::rename(sandbox.path("photos"), sandbox.path("moved")).unwrap();
    sandbox
        .run(&["studies", "relink", "s", "moved"])
        .expect(0, &["3 files were not where they had been; 3 of them"]);
    sandbox.run(&["import", "moved", "--study", "s", "--model", "model"]).expect(0, &["3 known"]);
    let events = sandbox.run(&["studies", "events", "s"]);
    let expected = [
        "a  2021-07-03T20:15:30.000  2 media  1 lynx, 2 lynx lynx",
        "a  2021-07-03T21:16:30.000  1 media  1 fox",
    ];
    assert_eq!(events.rows(), expected);
    let shown = show(&sandbox);
    assert_eq!(shown["photos"], 3, "{shown:#}");
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}
