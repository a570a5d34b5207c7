//! `biowatch studies check`.

use serde_json::json;

use super::studies;
use crate::cli::studies::Looked;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints what is wrong with a study; exits with [`Exit::StudyRefused`] when anything is.
pub(crate) fn run(typed: &Looked, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let study = studies::open(data, &typed.named.study)?;
    let problems = study.problems().map_err(studies::broken)?;
    if typed.json {
        let one = |problem: &biowatch_study::Problem| json!({ "what": problem.what, "count": problem.count });
        printer.line(&serde_json::to_string_pretty(&problems.iter().map(one).collect::<Vec<_>>())?)?;
    } else if problems.is_empty() {
        printer.line(&format!("study `{}` is whole, and everything adds up", study.about().name))?;
    } else {
        for problem in &problems {
            printer.line(&format!("{}: {}", problem.count, problem.what))?;
        }
    }
    Ok(if problems.is_empty() { Exit::Done } else { Exit::StudyRefused })
}
