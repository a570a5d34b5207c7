//! Groups, signals and waiting, as Unix has them.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use crate::fault::Exit;

fn number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// The process leads a group, in which everything it starts stays unless it leaves on purpose.
pub(super) fn own_group(command: &mut Command) {
    command.process_group(0);
}

/// SIGTERM to the group; whether there is such a thing.
pub(super) fn terminate(group: u32) -> bool {
    if let Some(group) = number(group) {
        let _ = kill_process_group(group, Signal::TERM);
    }
    true
}

/// SIGKILL to the group.
pub(super) fn kill_group(group: u32) {
    if let Some(group) = number(group) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// SIGKILL to one process.
pub(super) fn kill(pid: u32) {
    if let Some(pid) = number(pid) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Waits for the end of our child `pid` and leaves it to be asked for its status, so that its number stays taken.
pub(super) fn wait_for_end(pid: u32, _: impl Fn() -> bool) {
    let Some(pid) = number(pid) else { return };
    while let Err(rustix::io::Errno::INTR) =
        waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
    {}
}

/// Lets a process go on that somebody has stopped.
pub(super) fn wake(pid: u32) {
    if let Some(pid) = number(pid) {
        let _ = kill_process(pid, Signal::CONT);
    }
}

/// Whether this process has no children, living or dead.
pub(super) fn has_no_children() -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    matches!(waitid(WaitId::All, look), Err(rustix::io::Errno::CHILD))
}

/// Asks every ended child for its status. Only for processes that have no other children.
pub(super) fn reap_strays() {
    use rustix::process::{WaitOptions, wait};
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}

/// How a process ended. A guard says with 128 and more which signal ended its program.
pub(super) fn exit(status: ExitStatus, guarded: bool) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code @ 129..=192), _) if guarded => Exit::Signal(code - 128),
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}
