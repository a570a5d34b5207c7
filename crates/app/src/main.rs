//! `biowatch`: camera-trap models without Python, as one program.
//!
//! This is the room where the others meet: it reads the command line and the environment, joins weights,
//! pipelines and server, and prints. It never looks into an image, a checkpoint or a request itself.
//!
//! Read first: `commands`, the menu; then `exit`, the ways a run ends.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

mod cli;
mod commands;
mod data_folder;
mod engines;
mod environment;
mod exit;
mod importing;
mod install_progress;
mod interrupt;
mod judge;
mod logging;
mod model_files;
mod model_server;
mod models;
mod network;
mod printer;
mod progress;
mod results;
mod script;
mod servers;
mod settings;
mod tally;
mod walk;
mod web;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let environment = Environment::read();
    let printer = Printer::new(environment.no_color);
    let exit = match script::recognise(&arguments) {
        Some(script) => commands::run_script(script, &environment, printer),
        None => run(&arguments, &environment, printer),
    };
    exit.into()
}

fn run(arguments: &[OsString], environment: &Environment, printer: Printer) -> Exit {
    let result = match Cli::try_parse_from(arguments) {
        Ok(cli) => commands::run(cli, environment, printer),
        Err(error) => return usage(&error),
    };
    result.unwrap_or_else(|failure| fail(&failure, printer))
}

fn fail(failure: &Failure, printer: Printer) -> Exit {
    // Whoever read our output has left: there is nobody to complain to, and nothing is wrong.
    let reader_left = failure
        .error
        .downcast_ref()
        .is_some_and(|error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe);
    if reader_left {
        return Exit::Done;
    }
    printer.failure(failure);
    failure.exit
}

/// Help and version are what was asked for; everything else is a mistake in the command line.
fn usage(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}
