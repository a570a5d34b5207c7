//! `biowatch weights inspect FILE`: what a checkpoint holds. Nothing of it is executed.

use std::path::Path;

use anyhow::Error;
use biowatch_weights::Limits;
use biowatch_weights::inspect::inspect;

use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints the report.
pub(crate) fn run(file: &Path, json: bool, printer: Printer) -> Result<Exit, Failure> {
    if let Err(error) = fs_err::File::open(file) {
        return Err(
            Failure::new(Exit::NoSuchPath, error).hint("check the spelling and who may read the file")
        );
    }
    let report = inspect(file, &Limits::default()).map_err(|error| {
        let hint = error.hint().unwrap_or("if this file is a checkpoint, please report it with this message");
        let context = format!("`{}` cannot be described", file.display());
        Failure::new(Exit::ModelRefused, Error::new(error).context(context)).hint(hint)
    })?;
    if json {
        printer.line(&serde_json::to_string_pretty(&report)?)?;
    } else {
        printer.data(report.to_string())?;
    }
    Ok(Exit::Done)
}
