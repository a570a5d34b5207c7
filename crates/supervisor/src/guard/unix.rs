//! Adopting, waiting and ending, as Unix has them.

use std::io;
use std::process::Child;

use rustix::io::Errno;
use rustix::process::{WaitOptions, wait};

/// The guarded program.
pub(super) struct Program(u32);

impl Program {
    /// Takes over: the child is waited for here and nowhere else.
    pub(super) fn new(child: Child) -> Self {
        Self(child.id())
    }

    /// Waits for the program, and for every orphan that ends meanwhile.
    pub(super) fn wait(&self) -> u8 {
        let pid = i32::try_from(self.0).ok();
        loop {
            match wait(WaitOptions::empty()) {
                Ok(Some((ended, status))) if Some(ended.as_raw_pid()) == pid => {
                    let signal = || status.terminating_signal().map(|signal| 128 + signal);
                    let code = status.exit_status().or_else(signal);
                    return code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return 1,
            }
        }
    }

    /// Kills the program and all that descends from it.
    #[cfg(target_os = "linux")]
    pub(super) fn end(&self) {
        crate::child::end_all();
    }

    /// Kills the group that this process leads, and with it this process.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn end(&self) {
        use rustix::process::{Pid, Signal, getpgrp, getpid, kill_process, kill_process_group};
        if let Some(program) = i32::try_from(self.0).ok().and_then(Pid::from_raw) {
            let _ = kill_process(program, Signal::KILL);
        }
        if getpgrp() == getpid() {
            let _ = kill_process_group(getpgrp(), Signal::KILL);
        }
    }
}

/// A handler that does nothing for each signal that asks for an end. Handlers stay for as long as the process lives.
pub(super) fn turn_deaf() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _context = runtime.enter();
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        drop(signal(kind)?);
    }
    Ok(())
}

/// From now on, descendants whose parents die become children of this process instead of going to the system's first.
#[cfg(target_os = "linux")]
pub(crate) fn adopt_orphans() {
    let me = rustix::process::getpid();
    if let Err(error) = rustix::process::set_child_subreaper(Some(me)) {
        tracing::warn!("the system does not hand us orphans: {error}");
    }
}

/// Only Linux has such a thing.
#[cfg(not(target_os = "linux"))]
pub(crate) fn adopt_orphans() {}
