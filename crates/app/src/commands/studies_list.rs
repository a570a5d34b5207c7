//! `biowatch studies list`.

use serde_json::json;

use super::studies;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints every study.
pub(crate) fn run(data: &DataFolder, as_json: bool, printer: Printer) -> Result<Exit, Failure> {
    let listed = studies::folder(data).list()?;
    if as_json {
        let one = |study: &biowatch_study::Listed| match &study.about {
            Ok(about) => json!({ "id": about.id, "name": about.name, "created": about.created,
                "importer": about.importer, "file": study.file }),
            Err(error) => json!({ "id": study.folder_name(), "file": study.file, "problem": told(error) }),
        };
        printer.line(&serde_json::to_string_pretty(&listed.iter().map(one).collect::<Vec<_>>())?)?;
        return Ok(Exit::Done);
    }
    if listed.is_empty() {
        printer.say(&format!(
            "no studies in `{}`; `biowatch import FOLDER --study NAME --model MODEL` makes one",
            data.studies().display()
        ));
    }
    let width = |name: &str| name.chars().count();
    let widest =
        listed.iter().filter_map(|study| study.about.as_ref().ok()).map(|about| width(&about.name)).max();
    for study in &listed {
        match &study.about {
            Ok(about) => {
                let pad = widest.unwrap_or_default() - width(&about.name);
                let day = about.created.get(..10).unwrap_or(&about.created);
                printer.line(&format!("{}{}  {}  {day}", about.name, " ".repeat(pad), about.id))?;
            }
            Err(error) => printer.warn(&told(error)),
        }
    }
    Ok(Exit::Done)
}

fn told(error: &biowatch_study::OpenStudyError) -> String {
    let cause = std::error::Error::source(error).and_then(std::error::Error::source);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
