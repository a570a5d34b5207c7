//! Servers that are programs of their own.

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Trial;
use serde_json::json;

use super::{Place, counting, example, kill};
use crate::http::request;

pub(super) fn trials() -> Vec<Trial> {
    let python = Command::new("python3").arg("--version").output().is_ok_and(|ended| ended.status.success());
    let trial = |name, test| {
        let trial = counting(name, test);
        if python { trial } else { trial.with_kind("no python3 on PATH").with_ignored_flag(true) }
    };
    vec![
        trial("servers::a_program_is_started_asked_and_stopped", a_program_is_started),
        trial("servers::a_program_and_its_children_die_with_the_keeper", a_program_dies_with_the_keeper),
    ]
}

fn a_program_is_started() {
    let place = Place::new();
    place.run(&["start", &example("python-server")]).expect(0, &[]);
    let server = place.wait_for("by-file-size", |server| server["state"] == "ready");
    let port = u16::try_from(server["port"].as_u64().unwrap()).unwrap();
    let (status, rows) =
        request(port, "POST /predict HTTP/1.1", r#"{"instances": [{"filepath": "/no/such.jpg"}]}"#);
    assert_eq!((status, rows.lines().count()), (200, 1));
    // Keeper, guard, program.
    assert_eq!(place.alive().len(), 3, "{:#?}", place.alive());
    place.run(&["stop", "by-file-size"]).expect(0, &["asking it to stop"]);
    place.nothing_is_left();
}

/// The example, which also starts something that leaves its session, and heeds no signal.
fn with_children(place: &Place) -> PathBuf {
    let folder = place.0.path("with-children");
    fs_err::create_dir_all(&folder).unwrap();
    for file in fs_err::read_dir(example("python-server")).unwrap().flatten() {
        fs_err::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let script = fs_err::read_to_string(folder.join("server.py")).unwrap();
    let more = "import signal, subprocess\n\
                signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
                subprocess.Popen(['sleep', '300'])\n\
                subprocess.Popen(['setsid', '--fork', 'sleep', '300'])\n\
                import argparse\n";
    fs_err::write(folder.join("server.py"), script.replacen("import argparse\n", more, 1)).unwrap();
    folder
}

fn a_program_dies_with_the_keeper() {
    let place = Place::new();
    let folder = with_children(&place);
    for _ in 0..3 {
        place.run(&["start", folder.to_str().unwrap()]).expect(0, &[]);
        let sleepers = || place.alive().iter().filter(|(_, line)| line.starts_with("sleep ")).count();
        place.wait_for("by-file-size", |server| server["state"] == json!("ready") && sleepers() == 2);
        kill(&place.ps()[0]["keeper"]);
        place.nothing_is_left();
    }
}
