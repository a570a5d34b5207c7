//! How a server notices that whoever started it is gone, by whatever way.
//!
//! The parent holds the writing end of a pipe that is the child's stdin and never writes to it. When the parent ends,
//! the system closes the pipe, and the child reads its end: on every system, also after SIGKILL. On Linux the system
//! is asked as well to kill the child when its parent ends, which also reaches one that is stopped or hangs. On Windows
//! a process that starts others puts itself into a job object, with which all of them end.

use std::io::{self, Read};
use std::thread;

use thiserror::Error;

/// Why this process cannot be tied to another.
#[derive(Debug, Error)]
pub enum TieError {
    /// It ended before we could.
    #[error("process {0}, which asked for this one, is gone")]
    ParentIsGone(u32),
    /// The system refuses.
    #[error("the system does not tie this process to its parent")]
    Refused(#[source] io::Error),
}

/// Has the system kill this process, and whatever it becomes, when `parent` ends. `parent` may be gone already.
///
/// The system means the thread that started us: who starts us must do so from a thread that lives long enough.
#[cfg(target_os = "linux")]
pub fn die_with(parent: u32) -> Result<(), TieError> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| TieError::Refused(error.into()))?;
    let now = getppid().and_then(|pid| u32::try_from(pid.as_raw_pid()).ok());
    if now == Some(parent) { Ok(()) } else { Err(TieError::ParentIsGone(parent)) }
}

/// Other systems have no such thing: the pipe alone ties us.
#[cfg(not(target_os = "linux"))]
pub fn die_with(_: u32) -> Result<(), TieError> {
    Ok(())
}

/// Has the system end everything this process starts when it ends, by whatever way: a job object with
/// kill-on-close. Call it before anything is started.
#[cfg(windows)]
pub fn take_children_along() -> Result<(), TieError> {
    use std::sync::OnceLock;

    use win32job::{ExtendedLimitInfo, Job};
    /// The system closes it with this process, which is what ends the others.
    static JOB: OnceLock<Job> = OnceLock::new();
    let refused = |error| TieError::Refused(io::Error::other(error));
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    let job = Job::create_with_limit_info(&limits).map_err(refused)?;
    job.assign_current_process().map_err(refused)?;
    let _ = JOB.set(job);
    Ok(())
}

/// Elsewhere children are tied one by one.
#[cfg(not(windows))]
pub fn take_children_along() -> Result<(), TieError> {
    Ok(())
}

/// Calls `gone` on a thread of its own when the other end of our stdin is closed.
pub fn watch(gone: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let wait = move || {
        let mut stdin = io::stdin().lock();
        let mut bytes = [0; 64];
        // Nothing is ever sent; what comes all the same is not looked at.
        loop {
            match stdin.read(&mut bytes) {
                Ok(0) => break,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => break,
                _ => {}
            }
        }
        gone();
    };
    thread::Builder::new().name("lifeline".to_owned()).spawn(wait).map(drop)
}
