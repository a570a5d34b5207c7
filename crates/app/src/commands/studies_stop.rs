//! `biowatch studies pause` and `cancel`.

use biowatch_study::{Order, RunSummary};

use super::studies;
use crate::cli::studies::OfRun;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Gives the order to every run that is meant.
pub(crate) fn run(typed: &OfRun, order: Order, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let mut study = studies::open(data, &typed.named.study)?;
    let runs = study.runs().map_err(studies::broken)?;
    let meant = chosen(&runs, typed.run.as_deref(), &|run| run.wish.is_some() && run.state.may_go_on())?;
    if meant.is_empty() {
        printer.say("no run is under way");
    }
    let (word, hint) = match order {
        Order::Pause => ("paused", "; `biowatch studies resume` goes on"),
        Order::Cancel => ("cancelled", "; what it has predicted stays"),
    };
    for run in meant {
        let in_hand = study.order(&run.id, order).map_err(studies::broken)?;
        let hand = if in_hand > 0 { ", after the files in hand" } else { "" };
        printer.say(&format!("{word}{hand}: {} of {}{hint}", run.model, folder(run)));
    }
    Ok(Exit::Done)
}

/// The runs that `wanted` names, or those that are `usual`.
pub(super) fn chosen<'a>(
    runs: &'a [RunSummary],
    wanted: Option<&str>,
    usual: &dyn Fn(&RunSummary) -> bool,
) -> Result<Vec<&'a RunSummary>, Failure> {
    let Some(id) = wanted else { return Ok(runs.iter().filter(|run| usual(run)).collect()) };
    let found: Vec<_> = runs.iter().filter(|run| !id.is_empty() && run.id.starts_with(id)).collect();
    match found.as_slice() {
        [_] => Ok(found),
        [] => Err(no_such(format!("the study has no run `{id}`"))),
        _ => Err(no_such(format!("{} runs begin with `{id}`", found.len()))),
    }
}

fn no_such(text: String) -> Failure {
    Failure::message(Exit::StudyNotFound, text).hint("`biowatch studies runs` lists them")
}

fn folder(run: &RunSummary) -> &str {
    run.import_path.as_deref().unwrap_or("an unknown folder")
}
