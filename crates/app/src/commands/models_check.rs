//! `biowatch models check`: what is wrong with a model, a sentence each.

use crate::exit::{Exit, Failure};
use crate::model_files::Files;
use crate::models::own;
use crate::printer::Printer;
use crate::settings::ModelSettings;

/// Opens the model as `serve` would, down to a run on an empty picture, and tells all that is in the way.
pub(crate) fn run(settings: &ModelSettings, printer: Printer) -> Result<Exit, Failure> {
    let shown = settings.source.shown();
    let problems = match settings.source.find(&settings.data)? {
        Files::Own(folder) => own::check(&folder, settings, &|line| printer.line(line))?,
        files => {
            let loaded = files.open(settings).and_then(|opened| opened.load(&|_| {}));
            loaded.err().map(|failure| own::sentence(&failure)).into_iter().collect()
        }
    };
    for problem in &problems {
        printer.line(&format!("wrong: {problem}"))?;
    }
    if problems.is_empty() {
        printer.line(&format!("all is well: `biowatch serve {shown}` serves it"))?;
        return Ok(Exit::Done);
    }
    Ok(Exit::ModelRefused)
}
