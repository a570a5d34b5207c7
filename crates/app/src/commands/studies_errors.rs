//! `biowatch studies errors`.

use std::io;

use biowatch_study::FileError;
use serde_json::json;

use super::studies;
use crate::cli::studies::Looked;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints every file that could not be predicted, with the reason: a line each, JSON objects on request.
pub(crate) fn run(typed: &Looked, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let study = studies::open(data, &typed.named.study)?;
    let (mut printed, mut count) = (Ok::<_, io::Error>(()), 0_u64);
    let mut each = |error: FileError| {
        count += 1;
        if printed.is_ok() {
            printed = printer.line(&line(&error, typed.json));
        }
    };
    study.errors(&mut each).map_err(studies::broken)?;
    printed?;
    if count > 0 && !typed.json {
        let name = &study.about().name;
        printer.say(&format!(
            "{count} files; to try them again: biowatch studies retry '{name}', then import again"
        ));
    }
    Ok(Exit::Done)
}

fn line(error: &FileError, as_json: bool) -> String {
    if as_json {
        let FileError { path, reason, attempts, model, at } = error;
        return json!({ "file": path, "reason": reason, "attempts": attempts, "model": model, "at": at })
            .to_string();
    }
    format!("{}: {}", error.path, error.reason)
}
