//! Runs the program in a folder of its own, away from this machine's models, engines and settings.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

/// A folder, and the program in it.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// The data folder of every run in here.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_biowatch"));
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("BIOWATCH_") || text.starts_with("LIT_") {
                command.env_remove(&name);
            }
        }
        command
            .env("BIOWATCH_DATA_DIR", self.data())
            .env("HOME", self.root())
            .env("USERPROFILE", self.root());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Copies a photo into the sandbox.
    pub(crate) fn put(&self, photo: &Path, name: &str) -> PathBuf {
        let to = self.path(name);
        fs_err::create_dir_all(to.parent().unwrap()).unwrap();
        fs_err::copy(photo, &to).unwrap();
        to
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ended {
    /// Fails unless the run ended with `code` and said `words` on stderr.
    pub(crate) fn expect(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }

    pub(crate) fn rows(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

/// A run that is looked at while it goes on.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: Option<BufReader<std::process::ChildStdout>>,
    stderr: Option<JoinHandle<String>>,
    first_words: std::sync::mpsc::Receiver<()>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (tell, first_words) = std::sync::mpsc::channel();
        let collect = move || {
            let mut text = String::new();
            while stderr.read_line(&mut text).is_ok_and(|count| count > 0) {
                if text.lines().last().is_some_and(|line| line.contains("/s")) {
                    let _ = tell.send(());
                }
            }
            text
        };
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, stdout, stderr: Some(thread::spawn(collect)), first_words }
    }

    /// The next line of stdout.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Waits for the first progress line: at least one row is written.
    pub(crate) fn first_row(&self) {
        self.first_words.recv().expect("no row was written");
    }

    /// Stops reading stdout, as `head` does.
    pub(crate) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// Sends a signal by its name, `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub(crate) fn wait(mut self) -> Ended {
        let mut stdout = String::new();
        if let Some(reader) = &mut self.stdout {
            reader.read_to_string(&mut stdout).unwrap();
        }
        let code = self.child.wait().unwrap().code();
        Ended { code, stdout, stderr: self.stderr.take().unwrap().join().unwrap() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
