//! A child process that is always reaped, and killed when it is no longer wanted.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cancel::{Cancel, Registration};

/// Longest line of a child's messages that is looked at, in bytes.
const LONGEST_LINE: u64 = 4096;
/// Last messages that are kept.
const KEPT_LINES: usize = 3;
/// Most a short-lived child may say, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

/// A running child. Dropping it kills and reaps it.
pub(super) struct Process {
    shared: Arc<Shared>,
    watch: Option<JoinHandle<()>>,
    messages: Option<JoinHandle<String>>,
    _until: Option<Registration>,
}

struct Shared {
    child: Mutex<Child>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    deadline: Option<Instant>,
    over: bool,
    expired: bool,
}

impl Process {
    /// Starts `command` without input. `each_line` hears every line the child writes to its error stream, on a thread
    /// of its own; what it returns `true` for is not kept among the last words. Raising `cancel` kills the child.
    pub(super) fn start(
        command: &mut Command,
        cancel: Option<&Cancel>,
        mut each_line: impl FnMut(&str) -> bool + Send + 'static,
    ) -> io::Result<(Self, ChildStdout)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        die_with_parent(command);
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let shared =
            Arc::new(Shared { child: Mutex::new(child), state: Mutex::default(), changed: Condvar::new() });
        // From here on the child is reaped whatever happens.
        let mut process = Self { shared, watch: None, messages: None, _until: None };
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let messages = move || last_words(stderr, &mut each_line);
        process.messages = Some(thread::Builder::new().name("video messages".to_owned()).spawn(messages)?);
        let shared = Arc::clone(&process.shared);
        process.watch =
            Some(thread::Builder::new().name("video watch".to_owned()).spawn(move || shared.watch())?);
        process._until = cancel.map(|cancel| {
            let shared = Arc::clone(&process.shared);
            cancel.on_cancel(move || shared.kill())
        });
        Ok((process, stdout))
    }

    /// Does `work`, which reads from the child; the child is killed when that takes longer than `patience`. Tells
    /// whether it was.
    pub(super) fn within<T>(&self, patience: Duration, work: impl FnOnce() -> T) -> (T, bool) {
        self.shared.state().deadline = Some(Instant::now() + patience);
        self.shared.changed.notify_all();
        let result = work();
        let mut state = self.shared.state();
        state.deadline = None;
        (result, state.expired)
    }

    /// Waits for the child, kills it when it does not end within `patience`, and returns its last words.
    pub(super) fn finish(mut self, patience: Duration) -> (Option<ExitStatus>, String) {
        let status = self.shared.reap(patience);
        self.close();
        let words = self.messages.take().map(JoinHandle::join);
        (status, words.and_then(Result::ok).unwrap_or_default())
    }

    fn close(&mut self) {
        self.shared.state().over = true;
        self.shared.changed.notify_all();
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.shared.kill();
        let _ = self.shared.reap(Duration::ZERO);
        self.close();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A child that has been reaped is left alone by the standard library.
    fn kill(&self) {
        let _ = self.child().kill();
    }

    fn reap(&self, patience: Duration) -> Option<ExitStatus> {
        const PAUSE: Duration = Duration::from_millis(2);
        let until = Instant::now() + patience;
        loop {
            match self.child().try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < until => {}
                _ => break,
            }
            thread::sleep(PAUSE);
        }
        let mut child = self.child();
        let _ = child.kill();
        child.wait().ok()
    }

    /// Kills the child when a deadline passes; ends when the child is no longer of interest.
    fn watch(&self) {
        let mut state = self.state();
        while !state.over {
            let left = state.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.expired = true;
                    state.deadline = None;
                    drop(state);
                    self.kill();
                    self.state()
                }
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// Reads messages to their end and returns the last ones, joined by semicolons.
fn last_words(stderr: ChildStderr, each_line: &mut dyn FnMut(&str) -> bool) -> String {
    let mut reader = BufReader::new(stderr);
    let mut kept = VecDeque::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() || each_line(text) {
            continue;
        }
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(text.to_owned());
    }
    Vec::from(kept).join("; ")
}

/// What a short-lived child wrote.
pub(super) struct Output {
    /// At most a mebibyte of it.
    pub stdout: Vec<u8>,
    /// Its last messages.
    pub words: String,
    /// Whether it took too long and was killed.
    pub expired: bool,
    /// Whether it reported success.
    pub success: bool,
}

/// Runs `command` to its end, at most for `patience`.
pub(super) fn run(command: &mut Command, patience: Duration, cancel: Option<&Cancel>) -> io::Result<Output> {
    let (process, stdout) = Process::start(command, cancel, |_| false)?;
    let mut bytes = Vec::new();
    let (read, expired) = process.within(patience, || stdout.take(MOST_OUTPUT).read_to_end(&mut bytes));
    read?;
    let (status, words) = process.finish(Duration::from_secs(5));
    Ok(Output { stdout: bytes, words, expired, success: status.is_some_and(|status| status.success()) })
}

/// The child is killed when the thread that starts it ends, or this process, by whatever way. Elsewhere than on Linux
/// it ends at its next write, into a pipe that nobody reads.
#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;

    use rustix::process::{Signal, set_parent_process_death_signal};
    #[expect(unsafe_code, reason = "the one way to run something between fork and exec")]
    // SAFETY: the closure makes one system call and touches no memory, so it may run in a forked child of a process
    // with other threads.
    unsafe {
        command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_last_words_come_back() {
        let output = run(
            &mut shell("echo out; for i in 1 2 3 4; do echo $i >&2; done"),
            Duration::from_secs(20),
            None,
        );
        let output = output.unwrap();
        assert_eq!((&output.stdout[..], &output.words[..]), (&b"out\n"[..], "2; 3; 4"));
        assert!(output.success && !output.expired);
    }

    #[test]
    fn a_child_that_stalls_is_killed() {
        let started = Instant::now();
        let output = run(&mut shell("exec sleep 60"), Duration::from_millis(50), None).unwrap();
        assert!(output.expired && !output.success);
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_cancel_and_a_drop_kill() {
        let cancel = Cancel::default();
        let (process, mut stdout) =
            Process::start(&mut shell("exec sleep 60"), Some(&cancel), |_| true).unwrap();
        cancel.cancel();
        assert_eq!(stdout.read(&mut [0; 8]).unwrap(), 0);
        let started = Instant::now();
        let (status, _) = process.finish(Duration::from_secs(20));
        assert!(!status.unwrap().success());
        drop(Process::start(&mut shell("exec sleep 60"), None, |_| true).unwrap());
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
