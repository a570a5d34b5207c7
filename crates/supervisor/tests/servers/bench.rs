//! A place to put a scripted server through its paces, and to count what is left of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

use biowatch_supervisor::machine::Budget;
use biowatch_supervisor::{
    Deadlines, Handle, Key, LogFiles, LogTo, Phase, PortFrom, Report, Server, Spec, Word, last_lines,
};
use rustix::process::{Pid, Signal, kill_process};

use crate::scripted::MARK;

/// Longest wait for anything: the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder, a tag that all processes of the test carry, and a runtime.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) tag: String,
    pub(crate) runtime: tokio::runtime::Runtime,
}

pub(crate) fn words(habits: &[String]) -> Vec<&str> {
    habits.iter().map(String::as_str).collect()
}

/// A server with these habits. Those that fork or are deaf to lifelines have a guard.
pub(crate) fn spec(folder: &Path, tag: &str, habits: &[&str]) -> Spec {
    let guarded = habits.contains(&"guarded");
    let role = if guarded { "guard" } else { "server" };
    let mut arguments: Vec<Word> = [MARK, tag, role].map(Word::from).to_vec();
    arguments.extend([Word::Port, Word::Parent]);
    arguments.extend(habits.iter().map(|habit| Word::from(*habit)));
    Spec {
        program: env::current_exe().unwrap(),
        arguments,
        environment: Vec::new(),
        folder: None,
        port: 0,
        port_from: if guarded { PortFrom::Us } else { PortFrom::ReadyLine },
        guarded,
        shutdown_key: Key::random().unwrap(),
        api_key: None,
        deadlines: Deadlines {
            ready: Duration::from_secs(30),
            ask: Duration::from_millis(500),
            terminate: Duration::from_millis(500),
            kill: Duration::from_secs(20),
            unwell: Duration::from_secs(1),
            look: Duration::from_millis(100),
        },
        budget: Budget { first_wait: Duration::from_millis(50), ..Budget::default() },
        final_codes: vec![4],
        idle: None,
        log: LogTo::Files(LogFiles { file: folder.join("server.log"), bytes: 1 << 20, older: 2 }),
        alone: false,
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tag = format!("tag-{}", Key::random().unwrap().reveal());
        Self { folder, tag, runtime: tokio::runtime::Runtime::new().unwrap() }
    }

    pub(crate) fn spec(&self, habits: &[&str]) -> Spec {
        spec(self.folder.path(), &self.tag, habits)
    }

    pub(crate) fn start(&self, spec: Spec) -> Handle {
        let _context = self.runtime.enter();
        Server::start(spec).unwrap()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    pub(crate) fn log_text(&self) -> String {
        last_lines(&self.log(), 1000).unwrap().join("\n")
    }

    /// Waits until the report is as wanted.
    #[track_caller]
    pub(crate) fn wait_for(&self, server: &Handle, what: impl Fn(&Report) -> bool) -> Report {
        let mut report = server.report();
        let waited = self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, report.wait_for(|report| what(report))).await.map(|found| {
                let found = found.expect("the actor is gone");
                found.clone()
            })
        });
        waited.unwrap_or_else(|_| panic!("it is still {:#?}\n{}", report.borrow(), self.log_text()))
    }

    #[track_caller]
    pub(crate) fn ready(&self, server: &Handle) -> Report {
        self.wait_for(server, |report| matches!(report.phase, Phase::Ready { .. }))
    }

    #[track_caller]
    pub(crate) fn over(&self, server: &Handle) -> Report {
        self.wait_for(server, |report| report.phase.is_over())
    }

    /// Processes of this test that are alive, by their command lines.
    pub(crate) fn alive(&self) -> Vec<(u32, String)> {
        alive(&self.tag)
    }

    /// Waits until so many processes of the test are alive.
    #[track_caller]
    pub(crate) fn wait_for_alive(&self, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.alive().len() != count {
            assert!(Instant::now() < until, "not {count} but {:#?}\n", self.alive());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Fails if anything is alive now.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        assert_eq!(self.alive(), [], "processes are left");
    }

    /// The program of the tests in another role.
    pub(crate) fn role(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args([MARK, &self.tag]).args(words);
        command
    }

    /// Asks for a prediction and does not care for the answer.
    pub(crate) fn predict(&self, port: u16) {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        write!(stream, "POST /predict HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

/// Whatever a failed test leaves is ended.
impl Drop for Bench {
    fn drop(&mut self) {
        for (pid, _) in self.alive() {
            kill(pid);
        }
    }
}

pub(crate) fn kill(pid: u32) {
    let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL);
}

fn alive(tag: &str) -> Vec<(u32, String)> {
    let entries = fs_err::read_dir("/proc").unwrap().flatten();
    let tagged = entries.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let line = fs_err::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        // A zombie has no command line; one that is being ended may still have one.
        let state = fs_err::read_to_string(entry.path().join("stat")).ok()?;
        let is_zombie = state.contains(") Z ") || state.contains(") X ");
        (line.contains(tag) && !is_zombie).then_some((pid, line))
    });
    tagged.collect()
}
