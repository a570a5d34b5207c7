//! `biowatch models remove`.

use anyhow::Error;
use biowatch_zoo::catalogue::Catalogue;
use biowatch_zoo::progress::{Event, Reporter};
use biowatch_zoo::reference::Reference;
use biowatch_zoo::remove::{self, RemoveError};
use biowatch_zoo::shelf::{self, Owner};

use crate::cli::ModelsRemove;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::{InstallProgress, bytes};
use crate::interrupt::Interrupt;
use crate::models;
use crate::printer::Printer;

/// Of a model that is not installed there may be a part of the download.
fn forget(reference: &Reference, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let zoo = data.zoo();
    let (catalogue, _) = Catalogue::load(&zoo);
    let forgotten = catalogue.find(reference).map(|entry| remove::forget_download(&zoo, entry));
    match forgotten {
        Some(size @ 1..) => {
            printer.say(&format!("removed what was downloaded of {reference} ({})", bytes(size)));
            Ok(Exit::Done)
        }
        _ => Err(models::not_installed(reference, data)),
    }
}

/// Removes one model, and only one that was named without a doubt.
pub(crate) fn run(typed: &ModelsRemove, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let reference: Reference = typed.reference.parse().map_err(|error| Failure::new(Exit::Usage, error))?;
    let zoo = data.zoo();
    let mut found: Vec<_> = shelf::all(&zoo)
        .into_iter()
        .filter(|model| {
            let version = reference.version.as_ref().is_none_or(|version| *version == model.name.version);
            model.name.id == reference.id && version
        })
        .collect();
    // The Biowatch app's copy is in the way only when there is no other.
    if found.iter().any(|model| model.owner == Owner::Zoo) {
        found.retain(|model| model.owner == Owner::Zoo);
    }
    let model = match found.as_slice() {
        [model] => model,
        [] => return forget(&reference, data, printer),
        several => {
            let names: Vec<_> = several.iter().map(|model| model.name.to_string()).collect();
            let text = format!("`{reference}` could be {}", names.join(" or "));
            return Err(Failure::message(Exit::Usage, text).hint("name the version"));
        }
    };
    let interrupt = Interrupt::listen(printer, "stopping")?;
    let progress = InstallProgress::new(printer, false);
    let tell = |event: Event| progress.show(&event);
    let size = model.bytes();
    remove::remove(&zoo, model, &Reporter::new(&tell), interrupt.cancel()).map_err(|error| {
        let hint = matches!(error, RemoveError::Biowatch { .. })
            .then(|| "remove it in the Biowatch app: Settings, AI Models".to_owned());
        Failure { exit: Exit::Failed, error: Error::new(error), hint }
    })?;
    printer.say(&format!("removed {} ({})", model.name, bytes(size)));
    Ok(Exit::Done)
}
