//! What is left of groups and signals on systems that have none.

use std::process::{Command, ExitStatus};
use std::thread;
use std::time::Duration;

use crate::fault::Exit;

/// There are no groups.
pub(super) fn own_group(_: &mut Command) {}

/// There is no polite signal.
pub(super) fn terminate(_: u32) -> bool {
    false
}

/// There are no groups.
pub(super) fn kill_group(_: u32) {}

/// The list of processes is empty here, so there is never one to kill.
pub(super) fn kill(_: u32) {}

/// Asks again and again.
pub(super) fn wait_for_end(_: u32, ended: impl Fn() -> bool) {
    while !ended() {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Nobody can be stopped.
pub(super) fn wake(_: u32) {}

/// The system does not tell.
pub(super) fn has_no_children() -> bool {
    true
}

/// Nobody is handed the children of the dead.
pub(super) fn reap_strays() {}

/// How a process ended.
pub(super) fn exit(status: ExitStatus, _: bool) -> Exit {
    status.code().map_or(Exit::Unknown, Exit::Code)
}
