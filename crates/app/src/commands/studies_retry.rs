//! `biowatch studies retry`.

use super::studies;
use crate::cli::studies::Named;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Queues failed files again.
pub(crate) fn run(typed: &Named, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let mut study = studies::open(data, &typed.study)?;
    let count = study.retry().map_err(studies::broken)?;
    printer.say(&match count {
        0 => "no file has an error that could be tried again".to_owned(),
        count => format!("{count} files are queued again: run `biowatch import` as before"),
    });
    Ok(Exit::Done)
}
