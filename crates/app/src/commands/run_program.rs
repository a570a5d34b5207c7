//! `biowatch models run-program`: this process guards the program of a model, which does not outlive whoever asked.
//!
//! The guard starts this program once more, `--bare`: that process ties itself to the guard and becomes the program.

use std::process::Command;

use biowatch_contract::manifest::{self, Body};
use biowatch_supervisor::{guard, lifeline};

use crate::cli::RunProgram;
use crate::exit::{Exit, Failure};
use crate::models::own::program;

/// Comes back, or leaves the process, when the program has ended.
pub(crate) fn run(typed: &RunProgram) -> Result<Exit, Failure> {
    if !typed.bare {
        return guard_it(typed);
    }
    lifeline::die_with(typed.parent)?;
    let bytes = fs_err::read(typed.folder.join(manifest::FILE_NAME))?;
    match manifest::parse(&bytes)?.body {
        Body::Server(server) => program::become_it(&server, &typed.folder, typed.port),
        Body::Networks(_) => Err(Failure::message(Exit::Usage, "the model has no program")),
    }
}

fn guard_it(typed: &RunProgram) -> Result<Exit, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["models", "run-program", "--bare"]).arg(&typed.folder);
    command.arg(typed.port.to_string()).arg(std::process::id().to_string());
    leave(guard::run(command)?)
}

/// The program's own exit code, which may be any.
#[expect(clippy::exit, reason = "`Exit` knows this program's codes, and this one is another program's")]
fn leave(code: u8) -> Result<Exit, Failure> {
    std::process::exit(code.into());
}
