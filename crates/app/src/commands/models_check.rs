//! `biowatch models check`: what is wrong with a model, a sentence each.

use crate::exit::{Exit, Failure};
use crate::models::{self, own};
use crate::printer::Printer;
use crate::settings::ModelSettings;

/// Opens the model as `serve` would, down to a run on an empty picture, and tells all that is in the way.
pub(crate) fn run(settings: &ModelSettings, printer: Printer) -> Result<Exit, Failure> {
    let reference = &settings.reference;
    let folder = models::find(reference, &settings.data)?;
    let problems = if own::is_here(&folder) {
        let said = |line: &str| printer.line(line);
        own::check(&folder, settings, &said)?
    } else {
        let opened = models::speciesnet::Opened::open(&folder, settings);
        let loaded = opened.and_then(|opened| opened.load(&|_| {}));
        loaded.err().map(|failure| own::sentence(&failure)).into_iter().collect()
    };
    for problem in &problems {
        printer.line(&format!("wrong: {problem}"))?;
    }
    if problems.is_empty() {
        printer.line(&format!("all is well: `biowatch serve {reference}` serves it"))?;
        return Ok(Exit::Done);
    }
    Ok(Exit::ModelRefused)
}
