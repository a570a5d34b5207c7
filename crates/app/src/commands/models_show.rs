//! `biowatch models show`: what is known of a model.

use std::fmt::Write;

use biowatch_zoo::catalogue::{Catalogue, Entry};
use biowatch_zoo::reference::Reference;
use biowatch_zoo::shelf::{self, Shelved};
use serde_json::{Value, json};

use super::models_catalogue;
use super::models_install::licence_lines;
use crate::cli::ModelsShow;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::bytes;
use crate::models;
use crate::printer::Printer;

/// Prints it.
pub(crate) fn run(typed: &ModelsShow, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let reference: Reference = typed.reference.parse().map_err(|error| Failure::new(Exit::Usage, error))?;
    let zoo = data.zoo();
    let catalogue = models_catalogue::load(&zoo, printer);
    let installed = shelf::find(&zoo, &reference, models::is_model);
    let entry = entry(&reference, installed.as_ref(), &catalogue);
    if entry.is_none() && installed.is_none() {
        let text = format!("`{reference}` is neither installed nor in a catalogue");
        return Err(
            Failure::message(Exit::ModelNotFound, text).hint("`biowatch models list` shows what there is")
        );
    }
    if typed.json {
        printer.line(&serde_json::to_string_pretty(&as_json(entry, installed.as_ref()))?)?;
    } else {
        printer.data(as_text(entry, installed.as_ref()))?;
    }
    Ok(Exit::Done)
}

/// That of the installed version, so that both halves are about the same model.
fn entry<'a>(
    reference: &Reference,
    installed: Option<&Shelved>,
    catalogue: &'a Catalogue,
) -> Option<&'a Entry> {
    match installed {
        Some(model) => catalogue.exact(&model.name.id, &model.name.version),
        None => catalogue.find(reference),
    }
}

fn as_text(entry: Option<&Entry>, installed: Option<&Shelved>) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    let record = installed.and_then(|model| model.record.as_ref());
    if let Some(entry) = entry {
        line(format!("{} {} ({})", entry.title, entry.version, entry.name()));
        entry.summary.iter().for_each(|summary| line(format!("  {summary}")));
        licence_lines(&entry.licence).into_iter().for_each(&mut line);
        line(format!("  cite: {}", entry.citation));
        line(format!("  site: {}", entry.website));
        line(format!("  region: {}", entry.region.join(", ")));
        if let Some(species) = &entry.species {
            let names = if species.names.is_empty() {
                String::new()
            } else {
                format!(": {}", species.names.join(", "))
            };
            line(format!("  species: {}{names}", species.count));
        }
        line(format!("  download: about {}", bytes(entry.download_bytes)));
        for address in entry.sources.iter().flat_map(|source| source.downloads().flatten()) {
            line(format!("    {address}"));
        }
    } else if let Some(model) = installed {
        let title = record.and_then(|record| record.title.clone()).unwrap_or_else(|| model.name.id.clone());
        line(format!("{title} {} ({})", model.name.version, model.name));
        match record.and_then(|record| record.licence.as_ref()) {
            Some(licence) => licence_lines(licence).into_iter().for_each(&mut line),
            None => line("  licence: not stated".to_owned()),
        }
        record
            .iter()
            .filter_map(|record| record.citation.as_ref())
            .for_each(|text| line(format!("  cite: {text}")));
    }
    match installed {
        None => line("  not installed".to_owned()),
        Some(model) => {
            line(format!("  installed in {} ({})", model.folder.display(), bytes(model.bytes())));
            if let Some(record) = record {
                line(format!("  on {} by {}, from {}", record.installed, record.installed_by, record.source));
            }
        }
    }
    for file in record.iter().flat_map(|record| &record.files) {
        let known = if file.pinned { "as known before" } else { "as found at the install" };
        line(format!("    {} {} SHA-256 {} ({known})", file.name, bytes(file.bytes), file.sha256));
    }
    for file in entry.iter().filter(|_| record.is_none()).flat_map(|entry| &entry.files) {
        let digest = file.sha256.map_or_else(
            || "SHA-256 not known: recorded at the first install".to_owned(),
            |digest| format!("SHA-256 {digest}"),
        );
        line(format!("    {} {digest}", file.name));
    }
    out
}

fn as_json(entry: Option<&Entry>, installed: Option<&Shelved>) -> Value {
    let entry = entry.map(|entry| {
        let files: Vec<_> = entry
            .files
            .iter()
            .map(|file| json!({"name": file.name.as_str(), "bytes": file.bytes, "sha256": file.sha256}))
            .collect();
        let sources: Vec<_> = entry.sources.iter().flat_map(|source| source.downloads().flatten()).collect();
        json!({
            "id": entry.id, "version": entry.version, "name": entry.title, "summary": entry.summary,
            "licence": entry.licence, "citation": entry.citation, "website": entry.website, "logo": entry.logo,
            "region": entry.region, "species": entry.species, "detection_only": entry.detection_only,
            "thresholds": entry.thresholds, "download_bytes": entry.download_bytes, "files": files, "sources": sources,
        })
    });
    let installed = installed
        .map(|model| json!({"folder": model.folder, "bytes": model.bytes(), "record": model.record}));
    json!({"catalogue": entry, "installed": installed})
}
