//! `biowatch studies correct`.

use biowatch_study::{CorrectError, Correction, Observed};

use super::studies;
use crate::cli::studies::Correct;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Writes a person's word into a study.
pub(crate) fn run(typed: &Correct, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let mut study = studies::open(data, &typed.named.study)?;
    let correction = Correction {
        scientific_name: typed.species.as_ref().map(|name| name.trim().to_lowercase()),
        common_name: typed.common_name.clone(),
        count: typed.count,
        by: typed.by.clone(),
    };
    let path = study.correct(&typed.medium, typed.observation.as_deref(), &correction).map_err(refused)?;
    let word = correction.scientific_name.as_deref().unwrap_or("blank");
    printer.say(&format!("`{path}` is {word}, says {}", typed.by));
    Ok(Exit::Done)
}

fn refused(error: CorrectError) -> Failure {
    match error {
        CorrectError::Sql(error) => studies::broken(error),
        CorrectError::SeveralObservations(ref observed) => {
            let each: Vec<_> = observed.iter().map(told).collect();
            let hint = format!("say which with `--observation ID`:\n  {}", each.join("\n  "));
            Failure::new(Exit::Usage, error).hint(hint)
        }
        error => Failure::new(Exit::NoSuchPath, error)
            .hint("give the id of the medium, or the whole path of its file as the study has it"),
    }
}

fn told(observed: &Observed) -> String {
    let name = observed.scientific_name.as_deref().unwrap_or("nothing");
    let by = observed.by.as_deref().unwrap_or("unknown");
    let sure = observed.probability.map(|probability| format!(", {probability:.2}")).unwrap_or_default();
    format!("{}  {name} (by {by}{sure})", observed.id)
}
