//! `biowatch studies runs`.

use biowatch_study::RunSummary;
use serde_json::{Value, json};

use super::studies;
use crate::cli::studies::Looked;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints the runs, the latest first.
pub(crate) fn run(typed: &Looked, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let runs = studies::open(data, &typed.named.study)?.runs().map_err(studies::broken)?;
    if typed.json {
        let runs: Vec<_> = runs.iter().map(as_json).collect();
        printer.line(&serde_json::to_string_pretty(&runs)?)?;
    } else {
        for run in &runs {
            printer.line(&as_text(run))?;
        }
    }
    Ok(Exit::Done)
}

/// `id`, `model`, `started`, `status` (Biowatch's), `state`, `reason`, `folder`, `predicted`, `failed`, `waiting`, `in_hand`.
pub(super) fn as_json(run: &RunSummary) -> Value {
    json!({ "id": run.id, "model": run.model, "started": run.started, "status": run.status,
        "state": run.state.word(), "reason": run.reason, "folder": run.import_path,
        "predicted": run.predicted, "failed": run.failed, "waiting": run.waiting, "in_hand": run.in_hand })
}

fn as_text(run: &RunSummary) -> String {
    let started = run.started.get(..16).unwrap_or(&run.started).replace('T', " ");
    let reason = run.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{}  {}{reason}  {}  {started}  {} predicted, {} failed, {} waiting  {}",
        run.id.get(..8).unwrap_or(&run.id),
        run.state.word(),
        run.model,
        run.predicted,
        run.failed,
        run.waiting,
        run.import_path.as_deref().unwrap_or("an unknown folder")
    )
}
