//! `biowatch studies resume`.

use super::studies_stop::chosen;
use super::{import, studies};
use crate::cli::studies::Resume;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::importing::Plan;
use crate::printer::Printer;

/// Runs what has not come to its end, one after the other, in the order in which it was asked for.
pub(crate) fn run(
    typed: &Resume,
    data: &DataFolder,
    environment: &Environment,
    printer: Printer,
) -> Result<Exit, Failure> {
    let study = studies::open(data, &typed.of.named.study)?;
    let runs = study.runs().map_err(studies::broken)?;
    let queue = study.queued_runs().map_err(studies::broken)?;
    let mut meant =
        chosen(&runs, typed.of.run.as_deref(), &|run| run.wish.is_some() && run.state.may_go_on())?;
    meant.sort_by_key(|run| queue.iter().position(|id| *id == run.id));
    if meant.is_empty() {
        printer.say("there is nothing to go on with");
    }
    let mut exit = Exit::Done;
    for run in meant {
        let plan = Plan::of_run(&study, run, data, environment)?;
        printer.say(&format!("going on: {} of {}", run.model, plan.folder.display()));
        match import::now(&plan, typed.quiet, environment, printer)? {
            Exit::Done => {}
            Exit::Interrupted => return Ok(Exit::Interrupted),
            other => exit = other,
        }
    }
    Ok(exit)
}
