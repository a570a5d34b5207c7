//! `biowatch models list`: what is installed, and what could be.

use biowatch_zoo::catalogue::{Catalogue, Entry};
use biowatch_zoo::fetch;
use biowatch_zoo::place::Zoo;
use biowatch_zoo::reference::{Reference, version_key};
use biowatch_zoo::shelf::{self, Owner, Shelved, State};
use serde::Serialize;

use super::models_catalogue;
use crate::cli::ModelsList;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::bytes;
use crate::models;
use crate::printer::Printer;

/// One model version.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) version: String,
    /// `installed`, `damaged`, `unfinished`, `available` or `begun`.
    pub(crate) state: &'static str,
    /// What is wrong with it.
    pub(crate) problem: Option<String>,
    /// A newer version that the catalogue knows.
    pub(crate) newer: Option<String>,
    /// Bytes on disk, or to download.
    pub(crate) bytes: u64,
    /// Bytes that an earlier run has downloaded.
    pub(crate) downloaded_bytes: Option<u64>,
    /// Where it lies.
    pub(crate) folder: Option<String>,
    /// `biowatch` where the Biowatch app installed it.
    pub(crate) owner: Option<&'static str>,
    /// Name of its licence.
    pub(crate) licence: Option<String>,
}

/// Prints them.
pub(crate) fn run(typed: &ModelsList, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let zoo = data.zoo();
    let catalogue = models_catalogue::load(&zoo, printer);
    let mut listed = installed(&zoo, &catalogue);
    if !typed.installed {
        listed.extend(available(&zoo, &catalogue, &listed));
    }
    if typed.json {
        printer.line(&serde_json::to_string_pretty(&listed)?)?;
    } else if listed.is_empty() {
        printer.say("no models are installed; `biowatch models list` shows what can be");
    } else {
        printer.data(table(&listed))?;
    }
    Ok(Exit::Done)
}

/// Every model on disk, whole or not.
pub(crate) fn installed(zoo: &Zoo, catalogue: &Catalogue) -> Vec<Listed> {
    shelf::all(zoo).iter().map(|model| on_disk(model, catalogue)).collect()
}

fn on_disk(model: &Shelved, catalogue: &Catalogue) -> Listed {
    let (state, problem) = match &model.state {
        State::InPlace if !models::is_model(&model.folder) => {
            ("unfinished", Some("no whole model is in its folder".to_owned()))
        }
        State::Whole | State::InPlace => ("installed", None),
        State::Damaged(why) => ("damaged", Some(why.clone())),
        State::Unfinished(why) => ("unfinished", Some(why.clone())),
    };
    let newest = catalogue.find(&Reference { id: model.name.id.clone(), version: None });
    let newer = newest.filter(|newest| version_key(&newest.version) > version_key(&model.name.version));
    let licence = model.record.as_ref().and_then(|record| Some(record.licence.as_ref()?.name.clone()));
    let entry = catalogue.exact(&model.name.id, &model.name.version);
    Listed {
        id: model.name.id.clone(),
        version: model.name.version.clone(),
        state,
        problem,
        newer: newer.map(|newer| newer.version.clone()),
        bytes: model.bytes(),
        downloaded_bytes: None,
        folder: Some(model.folder.display().to_string()),
        owner: Some(match model.owner {
            Owner::Zoo => "this program",
            Owner::Biowatch => "biowatch",
        }),
        licence: licence.or_else(|| entry.map(|entry| entry.licence.name.clone())),
    }
}

fn available(zoo: &Zoo, catalogue: &Catalogue, there: &[Listed]) -> Vec<Listed> {
    let is_there = |entry: &Entry| {
        let same = |model: &&Listed| model.id == entry.id && model.version == entry.version;
        there.iter().find(same).is_some_and(|model| model.state == "installed")
    };
    let entries = catalogue.entries().map(|(entry, _)| entry).filter(|entry| !is_there(entry));
    let entries = entries.map(|entry| {
        let lists = entry.sources.iter().flat_map(biowatch_zoo::catalogue::Source::downloads);
        let downloaded: u64 = lists.filter_map(|list| fetch::left_of(&zoo.partial(), list)).sum();
        Listed {
            id: entry.id.clone(),
            version: entry.version.clone(),
            state: if downloaded > 0 { "begun" } else { "available" },
            problem: None,
            newer: None,
            bytes: entry.download_bytes,
            downloaded_bytes: Some(downloaded).filter(|bytes| *bytes > 0),
            folder: None,
            owner: None,
            licence: Some(entry.licence.name.clone()),
        }
    });
    entries.collect()
}

/// Columns as wide as they need to be.
fn table(listed: &[Listed]) -> String {
    let head = ["MODEL", "STATE", "SIZE", "LICENCE", "WHERE"].map(str::to_owned);
    let rows: Vec<_> = [head].into_iter().chain(listed.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..4).filter_map(width).collect();
    let mut text = String::new();
    for row in rows {
        let line: String = row
            .iter()
            .enumerate()
            .map(|(column, cell)| match widths.get(column) {
                Some(width) => format!("{cell:<width$}  "),
                None => cell.clone(),
            })
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(model: &Listed) -> [String; 5] {
    let state = match (&model.newer, model.downloaded_bytes) {
        (_, Some(downloaded)) => format!("{}: {} downloaded", model.state, bytes(downloaded)),
        (Some(newer), _) if model.state == "installed" => format!("{}, {newer} is newer", model.state),
        _ => model.state.to_owned(),
    };
    let place = match (&model.folder, &model.problem) {
        (Some(folder), Some(problem)) => format!("{folder} ({problem})"),
        (Some(folder), None) => folder.clone(),
        _ => format!("biowatch models install {}:{}", model.id, model.version),
    };
    let licence = model.licence.clone().unwrap_or_else(|| "not stated".to_owned());
    [format!("{}:{}", model.id, model.version), state, bytes(model.bytes), licence, place]
}
