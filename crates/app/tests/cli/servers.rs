//! `biowatch start`, `stop`, `restart`, `ps` and `logs`: servers that outlive the command, and the way Biowatch itself
//! looks after one.

mod biowatch_manager;
mod faults;
mod life;
mod programs;

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::biowatch::{Ended, Sandbox};

/// Longest wait for anything: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn trials() -> Vec<Trial> {
    [biowatch_manager::trials(), faults::trials(), life::trials(), programs::trials()]
        .into_iter()
        .flatten()
        .collect()
}

/// A sandbox whose servers end with the test.
struct Place(Sandbox);

impl Place {
    fn new() -> Self {
        Self(Sandbox::new())
    }

    fn run(&self, line: &[&str]) -> Ended {
        self.0.run(line)
    }

    /// What `ps --all --json` says.
    fn ps(&self) -> Vec<Value> {
        let ended = self.run(&["ps", "--all", "--json"]);
        ended.expect(0, &[]);
        serde_json::from_str(&ended.stdout).unwrap()
    }

    /// Waits until the server called `name` is as wanted.
    #[track_caller]
    fn wait_for(&self, name: &str, what: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let all = self.ps();
            if let Some(server) = all.iter().find(|server| server["name"] == name && what(server)) {
                return server.clone();
            }
            assert!(Instant::now() < until, "{all:#?}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Processes, apart from zombies, whose home is the sandbox: by number and command line.
    fn alive(&self) -> Vec<(u32, String)> {
        let home = format!("HOME={}\0", self.0.root().display());
        let entries = fs_err::read_dir("/proc").unwrap().flatten();
        let ours = entries.filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs_err::read(entry.path().join("environ")).ok()?;
            if !String::from_utf8_lossy(&environment).contains(&home) {
                return None;
            }
            let line = fs_err::read(entry.path().join("cmdline")).ok()?;
            Some((pid, String::from_utf8_lossy(&line).replace('\0', " ")))
        });
        ours.collect()
    }

    /// Waits until nothing is alive.
    #[track_caller]
    fn nothing_is_left(&self) {
        let until = Instant::now() + PATIENCE;
        while !self.alive().is_empty() {
            assert!(Instant::now() < until, "{:#?}", self.alive());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for (pid, _) in self.alive() {
            kill(pid);
        }
    }
}

fn kill(pid: impl std::fmt::Display) {
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).output();
}

/// A small detector, as it lies in the documentation.
fn detector() -> String {
    example("detector-and-classifier")
}

fn example(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples").join(name);
    folder.canonicalize().unwrap().to_str().unwrap().to_owned()
}

/// A test that counts processes.
fn counting(name: &str, run: fn()) -> Trial {
    let trial = crate::plain(name, run);
    if cfg!(target_os = "linux") { trial } else { trial.with_kind("counts in /proc").with_ignored_flag(true) }
}
