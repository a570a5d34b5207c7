//! `biowatch studies show`.

use biowatch_study::{DeploymentSummary, RunSummary, SpeciesCount, Study, Totals};
use serde_json::json;

use super::{studies, studies_runs};
use crate::cli::studies::Looked;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints what is in a study.
pub(crate) fn run(typed: &Looked, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let study = studies::open(data, &typed.named.study)?;
    let totals = study.totals().map_err(studies::broken)?;
    let runs = study.runs().map_err(studies::broken)?;
    let deployments = study.deployments().map_err(studies::broken)?;
    let species = study.species().map_err(studies::broken)?;
    let text = if typed.json {
        serde_json::to_string_pretty(&as_json(&study, &totals, &runs, &deployments, &species))?
    } else {
        as_text(&study, &totals, &runs, &deployments, &species)
    };
    printer.line(&text)?;
    Ok(Exit::Done)
}

fn as_json(
    study: &Study,
    totals: &Totals,
    runs: &[RunSummary],
    deployments: &[DeploymentSummary],
    species: &[SpeciesCount],
) -> serde_json::Value {
    let about = study.about();
    let deployment = |one: &DeploymentSummary| {
        json!({ "id": one.id, "name": one.name, "start": one.start, "end": one.end, "latitude": one.latitude,
            "longitude": one.longitude, "media": one.media })
    };
    json!({
        "id": about.id, "name": about.name, "created": about.created, "file": study.file(),
        "photos": totals.photos, "videos": totals.videos, "undated": totals.undated, "blank": totals.blank,
        "unknown": totals.unknown, "failed": totals.failed, "unprocessed": totals.unprocessed,
        "runs": runs.iter().map(studies_runs::as_json).collect::<Vec<_>>(),
        "deployments": deployments.iter().map(deployment).collect::<Vec<_>>(),
        "species": species.iter().map(|(name, media)| json!({ "name": name, "media": media })).collect::<Vec<_>>(),
    })
}

fn as_text(
    study: &Study,
    totals: &Totals,
    runs: &[RunSummary],
    deployments: &[DeploymentSummary],
    species: &[SpeciesCount],
) -> String {
    let about = study.about();
    let mut lines = vec![format!("{}  {}", about.name, about.id), format!("{}", study.file().display())];
    let mut media = vec![format!("{} photos", totals.photos), format!("{} videos", totals.videos)];
    let others = [
        (totals.blank, "blank"),
        (totals.unknown, "with something unknown"),
        (totals.failed, "with an error"),
        (totals.unprocessed, "not predicted yet"),
        (totals.undated, "without a date"),
    ];
    media
        .extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    lines.push(media.join(", "));
    lines.push(String::new());
    lines.push("runs".to_owned());
    for run in runs {
        let started = run.started.get(..16).unwrap_or(&run.started).replace('T', " ");
        lines.push(format!(
            "  {}, {started}, {}: {} predicted, {} failed, {} waiting, of {}",
            run.model,
            run.state.word(),
            run.predicted,
            run.failed,
            run.waiting,
            run.import_path.as_deref().unwrap_or("an unknown folder")
        ));
    }
    lines.push(String::new());
    lines.push("deployments".to_owned());
    for one in deployments {
        let day =
            |text: &Option<String>| text.as_deref().and_then(|text| text.get(..10)).unwrap_or("?").to_owned();
        let place = match (one.latitude, one.longitude) {
            (Some(latitude), Some(longitude)) => format!("{latitude}, {longitude}"),
            _ => "no place".to_owned(),
        };
        lines.push(format!(
            "  {}: {} media, {} to {}, {place}",
            one.name,
            one.media,
            day(&one.start),
            day(&one.end)
        ));
    }
    lines.push(String::new());
    lines.push("species".to_owned());
    lines.extend(species.iter().map(|(name, media)| format!("  {media:>7}  {name}")));
    lines.join("\n")
}
