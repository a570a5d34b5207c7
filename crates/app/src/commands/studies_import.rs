//! `biowatch studies import`: results of other programs become a study.

use std::path::Path;

use biowatch_study::{Results, ResultsError, ResultsFormat, Study, TakenIn, Watch};

use super::studies;
use crate::cli::studies::ImportResults;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// Files between two words of progress on a terminal.
const STEP: u64 = 5_000;

/// Looks the results through, then takes them in. Exits with [`Exit::SomeFilesFailed`] when some files have no answer.
pub(crate) fn run(typed: &ImportResults, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let path = std::path::absolute(&typed.results)?;
    let results = Results::open(&path).map_err(|error| refused(error, &path))?;
    let media = match &typed.media {
        Some(media) => std::path::absolute(media)?.components().collect(),
        None => results.media_folder(),
    };
    let mut study = studies::folder(data).open_or_create(&typed.study).map_err(studies::not_opened)?;
    let interrupt = Interrupt::listen(printer, "stopping; what is written stays")?;
    interrupt.work_begins();
    let talk = !typed.quiet && printer.is_terminal();
    let mut progress = |files: u64| {
        if talk && files.is_multiple_of(STEP) {
            printer.say(&format!("{files} files"));
        }
    };
    let mut watch = Watch { progress: &mut progress, is_stopped: &|| interrupt.asked() };
    let taken_in = results.import(&mut study, &media, &mut watch).map_err(|error| match error {
        ResultsError::Sql(error) => studies::broken(error),
        error => refused(error, &path),
    })?;
    if !typed.quiet {
        tell(&taken_in, &results, &study, printer);
    }
    Ok(if !taken_in.is_whole {
        Exit::Interrupted
    } else if taken_in.failures > 0 {
        Exit::SomeFilesFailed
    } else {
        Exit::Done
    })
}

fn tell(taken_in: &TakenIn, results: &Results, study: &Study, printer: Printer) {
    let about = study.about();
    if !taken_in.is_whole && results.format() == ResultsFormat::CamtrapDp {
        return printer.say("stopped: a package comes in whole or not at all, and nothing of it was written");
    }
    let model = results.model().map(|model| format!(" by {model}")).unwrap_or_default();
    let mut parts = vec![format!("{} new", taken_in.added)];
    let mut more = |count: u64, text: &str| {
        if count > 0 {
            parts.push(format!("{count} {text}"));
        }
    };
    more(taken_in.known, "there before or listed twice");
    more(taken_in.failures, "without an answer");
    more(taken_in.not_found, "not on this machine");
    more(taken_in.spoken, "that a person has spoken of, whose word stays");
    printer.say(&format!(
        "{}{model}: {} files, {}",
        results.format().name(),
        taken_in.files,
        parts.join(", ")
    ));
    for (why, count) in &taken_in.left_out {
        printer.say(&format!("left out: {count} {why}"));
    }
    let observations = taken_in.observations;
    printer.say(&format!("study `{}` ({}): {observations} observations added", about.name, about.id));
    printer.say(&format!("media are taken to lie in `{}`", taken_in.media.display()));
    if taken_in.not_found > 0 {
        printer.say(&format!(
            "to find them elsewhere: the same command with `--media FOLDER`, or biowatch studies relink '{}' FOLDER",
            about.name
        ));
    }
    if taken_in.failures > 0 {
        printer.say(&format!("the reasons: biowatch studies errors '{}'", about.name));
    }
}

fn refused(error: ResultsError, path: &Path) -> Failure {
    let (exit, hint) = match &error {
        ResultsError::Io(_) => (Exit::NoSuchPath, "check the spelling, and that the file may be read".to_owned()),
        ResultsError::NotResults { .. } if path.is_dir() => (
            Exit::ResultsRefused,
            format!("to search a folder of photos and predict them: biowatch import '{}' --study NAME --model MODEL", path.display()),
        ),
        _ => (
            Exit::ResultsRefused,
            "what comes in: MegaDetector results and SpeciesNet predictions (JSON), and packages of Camtrap DP 1.0 (a folder or zip file)".to_owned(),
        ),
    };
    Failure::new(exit, error).hint(hint)
}
