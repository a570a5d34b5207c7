//! The process of a program: started, and stopped so that nothing of it is left.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take to end when asked over HTTP, and when sent a signal.
const GRACE: Duration = Duration::from_secs(5);
const SIGNAL_GRACE: Duration = Duration::from_secs(3);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A running program. Dropping it kills it and all that it has started.
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts the program in a process group of its own. What it prints goes to stderr: stdout is for rows.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::from(io::stderr()));
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self { child: command.spawn()? })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for it to end by itself; then asks by a signal; then kills.
    pub(super) fn finish(mut self) {
        if self.ends_within(GRACE).is_none() {
            self.signal_all(false);
            self.ends_within(SIGNAL_GRACE);
        }
    }

    /// How it ended, if it does so in time.
    pub(super) fn ends_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        loop {
            let ended = self.ended();
            if ended.is_some() || Instant::now() >= until {
                return ended;
            }
            thread::sleep(PAUSE);
        }
    }

    /// The whole group, and on systems without groups the program.
    fn signal_all(&mut self, kill: bool) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let signal = if kill { Signal::KILL } else { Signal::TERM };
            let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            if let Some(group) = group {
                let _ = kill_process_group(group, signal);
            }
        }
        if kill {
            let _ = self.child.kill();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal_all(true);
        let _ = self.child.wait();
    }
}
