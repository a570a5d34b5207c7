//! A process between us and the program of a model, which knows nothing of lifelines: it ends the program and all that
//! the program has started when we are gone.
//!
//! On Linux the guard adopts every descendant whose parent dies, also those that have left the group or the session,
//! so none gets out of its sight. Elsewhere on Unix it reaches the group. On Windows all of them are in its job object.
//!
//! It takes no part in anything: the program has the guard's environment, working folder, stdout and stderr.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;

#[cfg(not(unix))]
use self::other as system;
#[cfg(unix)]
use self::unix as system;
use crate::{child, lifeline};

pub(crate) use self::system::adopt_orphans;

/// Runs `command` to its end, or ends it when the other end of stdin closes. Returns the code to exit with: the
/// program's own, or 128 and the number of the signal that ended it. Nothing of the program is left by then.
///
/// This process must have no other children. SIGTERM, SIGINT and SIGHUP do not end it: whoever sends them sends them
/// to the whole group, and the program decides.
pub fn run(mut command: Command) -> io::Result<u8> {
    adopt_orphans();
    system::turn_deaf()?;
    command.stdin(Stdio::null());
    let program = Arc::new(system::Program::new(command.spawn()?));
    let ours = Arc::clone(&program);
    lifeline::watch(move || {
        ours.end();
        leave();
    })?;
    let code = program.wait();
    child::end_all();
    Ok(code)
}

#[expect(
    clippy::exit,
    reason = "the process that asked for the program is gone: there is nobody to return to"
)]
fn leave() {
    std::process::exit(1);
}
