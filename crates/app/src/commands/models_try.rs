//! `biowatch models try`: what a folder holds and whether it opens, as JSON. See `judge`.

use std::path::Path;

use biowatch_contract::manifest;
use biowatch_supervisor::lifeline;

use crate::cli::ModelsTry;
use crate::exit::{Exit, Failure};
use crate::judge::Answer;
use crate::model_files::{Files, Source};
use crate::models::own;
use crate::printer::Printer;
use crate::settings::ModelSettings;

/// Answers, whatever the folder holds.
pub(crate) fn run(typed: &ModelsTry, settings: &ModelSettings, printer: Printer) -> Result<Exit, Failure> {
    lifeline::die_with(typed.parent)?;
    let answer = look(&typed.folder, settings)
        .unwrap_or_else(|failure| Answer { problems: vec![own::sentence(&failure)], ..Answer::default() });
    printer.line(&serde_json::to_string(&answer)?)?;
    Ok(Exit::Done)
}

fn look(folder: &Path, settings: &ModelSettings) -> Result<Answer, Failure> {
    let source = Source::Reference(folder.display().to_string());
    let files = source.find(&settings.data)?;
    if let Files::Own(folder) = &files {
        let problems = own::check(folder, settings, &|_| Ok(()))?;
        let manifest = manifest::parse(&fs_err::read(folder.join(manifest::FILE_NAME))?).ok();
        let answer = manifest.map(|manifest| Answer {
            id: manifest.id,
            version: Some(manifest.version),
            title: manifest.name,
            licence: manifest.licence,
            citation: manifest.citation,
            problems: Vec::new(),
        });
        return Ok(Answer { problems, ..answer.unwrap_or_default() });
    }
    let id = files.id().to_owned();
    let opened = files.open(settings)?;
    let version = Some(opened.row_settings().model_version);
    let problems: Vec<_> = opened.load(&|_| {}).err().iter().map(own::sentence).collect();
    Ok(Answer { id, version, problems, ..Answer::default() })
}
