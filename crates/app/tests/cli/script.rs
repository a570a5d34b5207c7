//! The command line of the Python servers.

use libtest_mimic::Trial;

use crate::biowatch::Sandbox;
use crate::goldens::model;
use crate::http::get;
use crate::serve::{assert_marked, shut_down, start};
use crate::{golden, plain};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("script::starts_as_biowatch_starts_it", starts_as_biowatch_starts_it),
        #[cfg(unix)]
        golden("script::a_link_named_python_runs_it", a_link_named_python_runs_it),
        plain("script::mistakes_exit_with_1", mistakes_exit_with_1),
        plain("script::help_is_no_mistake", help_is_no_mistake),
    ]
}

fn starts_as_biowatch_starts_it() {
    let sandbox = Sandbox::new();
    let model = model();
    let line = ["app/run_speciesnet_server.py", "--port", "0", "--geofence", "true", "--model", &model];
    let line = [&line[..], &["--timeout", "30", "--country", "FRA"]].concat();
    let (running, ready) = start(sandbox.command(&line));
    assert_eq!(get(ready.port, "/health"), (200, "ok".to_owned()));
    shut_down(ready.port);
    let ended = running.wait();
    ended.expect(0, &[]);
    assert_marked(&ended.stderr);

    let mut running = crate::biowatch::Running::start(sandbox.command(&line[..7]));
    assert_eq!(running.line(), "[STARTUP] Starting SpeciesNet LitServer...");
    assert_eq!(running.line(), "SpeciesNet API server initialized with country: None");
    assert!(running.line().starts_with(r#"{"biowatch_ready":1,"#));
}

#[cfg(unix)]
fn a_link_named_python_runs_it() {
    let sandbox = Sandbox::new();
    let python = sandbox.path("python3");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_biowatch"), &python).unwrap();
    let model = model();
    let line = ["-u", "/any/app/run_speciesnet_server.py", "-port=0", "--nogeofence", "-model", &model];
    let real = sandbox.command(&line);
    let mut command = std::process::Command::new(&python);
    command.args(line).current_dir(sandbox.root());
    for (name, value) in real.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let (running, ready) = start(command);
    shut_down(ready.port);
    running.wait().expect(0, &[]);
}

fn mistakes_exit_with_1() {
    let sandbox = Sandbox::new();
    let script = "run_speciesnet_server.py";
    fs_err::write(sandbox.path("info.json"), "{}").unwrap();
    let cases: [(&[&str], &str); 8] = [
        (&[script, "--what"], "FATAL Flags parsing error: Unknown command line flag 'what'"),
        (&[script, "--api-path", "/x"], "Did you mean: api_path ?"),
        (&[script, "--port", "x"], "flag --port=x: invalid literal for int() with base 10: 'x'"),
        (&[script, "--port"], "Missing value for flag --port"),
        (&[script, "--model", "no/model"], "there is no folder `no/model`"),
        (&[script, "--model", "kaggle:google/speciesnet"], "models are folders here"),
        (&[script, "--model", ".", "--country", "Kenya"], "KEN"),
        (&["run_unknown_server.py"], "no server for `unknown`"),
    ];
    for (line, words) in cases {
        sandbox.run(line).expect(1, &[words]);
    }
    let hint = "Pass --helpshort or --helpfull to see help on flags.";
    sandbox.run(&[script, "--what"]).expect(1, &[hint]);
}

fn help_is_no_mistake() {
    let ended = Sandbox::new().run(&["run_speciesnet_server.py", "--help"]);
    ended.expect(0, &[]);
    for flag in ["--port", "--api_path", "--workers_per_device", "--timeout", "--backlog", "--extra_fields"] {
        assert!(ended.stdout.contains(flag), "{flag}");
    }
}
