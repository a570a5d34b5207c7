//! `biowatch models run-program`: this process becomes the program of a model, and does not outlive its parent.

use biowatch_contract::manifest::{self, Body};

use crate::cli::RunProgram;
use crate::exit::{Exit, Failure};
use crate::models::own::program;

/// Comes back only when it fails.
pub(crate) fn run(typed: &RunProgram) -> Result<Exit, Failure> {
    program::end_with_parent(typed.parent)?;
    let bytes = fs_err::read(typed.folder.join(manifest::FILE_NAME))?;
    match manifest::parse(&bytes)?.body {
        Body::Server(server) => program::become_it(&server, &typed.folder, typed.port),
        Body::Networks(_) => Err(Failure::message(Exit::Usage, "the model has no program")),
    }
}
