//! `biowatch models verify`: whether installed models are still what was installed.

use biowatch_zoo::place::Zoo;
use biowatch_zoo::progress::{Event, Reporter};
use biowatch_zoo::reference::Reference;
use biowatch_zoo::shelf::{self, Owner, Shelved};
use biowatch_zoo::verify::{self, VerifyError};
use serde_json::json;

use crate::cli::ModelsVerify;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::InstallProgress;
use crate::interrupt::Interrupt;
use crate::models;
use crate::printer::Printer;

/// Reads every byte. The exit code says whether all is well.
pub(crate) fn run(typed: &ModelsVerify, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen(printer, "stopping")?;
    interrupt.work_begins();
    let progress = InstallProgress::new(printer, false);
    let tell = |event: Event| progress.show(&event);
    let reporter = Reporter::new(&tell);
    let (mut all_well, mut results) = (true, Vec::new());
    for model in chosen(typed, data)? {
        let name = &model.name;
        let outcome = verify::verify(&model, &reporter, interrupt.cancel());
        progress.clear();
        let (state, problems) = match outcome {
            Ok(problems) if problems.is_empty() => ("whole", problems),
            Ok(problems) => ("damaged", problems),
            Err(VerifyError::Cancelled) => return Ok(Exit::Interrupted),
            Err(error @ VerifyError::NoRecord) => ("unknown", vec![error.to_string()]),
        };
        all_well &= state != "damaged";
        if typed.json {
            results
                .push(json!({"id": name.id, "version": name.version, "state": state, "problems": problems}));
        } else {
            let about =
                if problems.is_empty() { String::new() } else { format!(": {}", problems.join("; ")) };
            printer.line(&format!("{name} {state}{about}"))?;
            if state == "damaged" {
                printer.say(&format!(
                    "\nhint: `biowatch models remove {name}`, then `biowatch models install {name}`"
                ));
            }
        }
    }
    if typed.json {
        printer.line(&serde_json::to_string_pretty(&results)?)?;
    }
    Ok(if all_well { Exit::Done } else { Exit::ModelRefused })
}

fn chosen(typed: &ModelsVerify, data: &DataFolder) -> Result<Vec<Shelved>, Failure> {
    let zoo = data.zoo();
    if typed.references.is_empty() {
        return Ok(shelf::all(&zoo).into_iter().filter(|model| model.owner == Owner::Zoo).collect());
    }
    typed.references.iter().map(|text| one(text, &zoo, data)).collect()
}

/// Also one that is damaged, which nothing else would take.
pub(crate) fn one(text: &str, zoo: &Zoo, data: &DataFolder) -> Result<Shelved, Failure> {
    let reference: Reference = text.parse().map_err(|error| Failure::new(Exit::Usage, error))?;
    let usable = shelf::find(zoo, &reference, models::is_model);
    let damaged = || {
        shelf::all(zoo).into_iter().rfind(|model| {
            let version = reference.version.as_ref().is_none_or(|version| *version == model.name.version);
            model.name.id == reference.id && version
        })
    };
    usable.or_else(damaged).ok_or_else(|| models::not_installed(&reference, data))
}
