//! Tables for a spreadsheet: `files.csv`, `detections.csv`, `counts.csv` and `deployments.csv`, joined by their ids.
//!
//! A cell that a spreadsheet would take for a formula begins with `'`.

pub(crate) mod cell;
mod counts;

use std::io::Write;
use std::path::Path;

use fs_err as fs;

use self::cell::{number, text};
use self::counts::Counts;
use super::instant::Clock;
use super::kind::{Kind, taxon};
use super::records::{Deployment, Observation};
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

type Table = csv::Writer<fs::File>;

/// A table: its name and its columns.
pub(super) type Shape = (&'static str, &'static [&'static str]);

/// The tables, in the order in which they are written.
pub(super) const TABLES: [Shape; 4] = [
    (
        "files",
        &[
            "file_id",
            "deployment_id",
            "relative_path",
            "file_name",
            "absolute_path",
            "media_type",
            "timestamp",
            "event_id",
            "event_start",
            "event_end",
            "state",
            "failure",
            "species",
            "detections",
            "reviewed",
            "favourite",
        ],
    ),
    (
        "detections",
        &[
            "detection_id",
            "file_id",
            "deployment_id",
            "event_id",
            "relative_path",
            "timestamp",
            "type",
            "scientific_name",
            "common_name",
            "count",
            "classification_confidence",
            "detection_confidence",
            "box_left",
            "box_top",
            "box_width",
            "box_height",
            "life_stage",
            "sex",
            "behaviour",
            "method",
            "classified_by",
            "classified_at",
        ],
    ),
    (
        "counts",
        &[
            "event_id",
            "deployment_id",
            "event_start",
            "event_end",
            "files",
            "type",
            "scientific_name",
            "common_name",
            "count",
            "reviewed",
        ],
    ),
    (
        "deployments",
        &[
            "deployment_id",
            "location_id",
            "location_name",
            "latitude",
            "longitude",
            "coordinate_uncertainty",
            "start",
            "end",
            "camera_model",
            "camera_id",
            "files",
            "first_file",
            "last_file",
            "trap_nights",
        ],
    ),
];

/// Writes the folder.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    fs::create_dir(out)?;
    let mut exported = Exported::default();
    let open = |shape: &Shape| table(out, *shape, job.options.byte_order_mark);
    let [files, detections, counts, deployments] = &TABLES;
    let (mut files, mut detections, mut counts) = (open(files)?, open(detections)?, open(counts)?);
    let mut deployments = open(deployments)?;
    let roots = job.roots()?;
    let mut event: Option<Counts> = None;
    job.each_sheet(|sheet| {
        let path = roots.relative(&sheet.medium);
        exported.files += 1;
        exported.failures += u64::from(matches!(sheet.state, State::Failed(_)));
        files.write_record(file(&sheet, &path))?;
        for (kind, row) in sheet.seen() {
            detections.write_record(detection(*kind, row, &sheet, &path))?;
            exported.rows += 1;
        }
        let Some(sequence) = &sheet.sequence else {
            exported.warn("files without a time are in no event, so `counts.csv` lacks them");
            return Ok(());
        };
        if event.as_ref().is_none_or(|event| event.sequence.id != sequence.id) {
            let next = Counts::new(sequence.clone(), sheet.medium.deployment_id.clone());
            if let Some(done) = event.replace(next) {
                done.write(&mut counts)?;
            }
        }
        if let Some(event) = &mut event {
            event.add(&sheet);
        }
        Ok(())
    })?;
    if let Some(done) = event {
        done.write(&mut counts)?;
    }
    let mut rows = Vec::new();
    job.reader.deployments(|found| {
        rows.push(deployment(&found));
        Ok(())
    })?;
    for row in rows {
        deployments.write_record(row)?;
    }
    for mut table in [files, detections, counts, deployments] {
        table.flush()?;
        table.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    }
    Ok(exported)
}

fn table(out: &Path, (name, columns): Shape, byte_order_mark: bool) -> Result<Table, ExportError> {
    let mut file = fs::File::create(out.join(format!("{name}.csv")))?;
    if byte_order_mark {
        file.write_all("\u{feff}".as_bytes())?;
    }
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    table.write_record(columns)?;
    Ok(table)
}

fn time(stored: Option<&str>) -> String {
    stored.and_then(Clock::read).map(Clock::iso).unwrap_or_default()
}

fn file(sheet: &Sheet, path: &str) -> Vec<String> {
    let medium = &sheet.medium;
    let (state, failure) = match &sheet.state {
        State::Seen(_) => ("seen", ""),
        State::Blank(_) => ("blank", ""),
        State::Failed(reason) => ("failed", reason.as_str()),
        State::Waiting => ("not predicted", ""),
    };
    let mut species: Vec<_> = sheet.seen().iter().map(|(kind, row)| name(*kind, row)).collect();
    species.sort_unstable();
    species.dedup();
    let sequence = sheet.sequence.as_ref();
    vec![
        text(&medium.id),
        text(medium.deployment_id.as_deref().unwrap_or_default()),
        text(path),
        text(path.rsplit('/').next().unwrap_or_default()),
        text(&medium.path),
        text(&medium.media_type),
        time(medium.timestamp.as_deref()),
        text(sequence.map(|sequence| &*sequence.id).unwrap_or_default()),
        time(sequence.map(|sequence| &*sequence.start)),
        time(sequence.map(|sequence| &*sequence.end)),
        state.to_owned(),
        text(failure),
        text(&species.join(" | ")),
        sheet.seen().len().to_string(),
        sheet.reviewed.to_string(),
        medium.favourite.to_string(),
    ]
}

fn detection(kind: Kind, row: &Observation, sheet: &Sheet, path: &str) -> Vec<String> {
    let medium = &sheet.medium;
    let side = |index: usize| number(row.bbox.and_then(|sides| sides.get(index).copied()));
    let optional = |value: &Option<String>| text(value.as_deref().unwrap_or_default());
    vec![
        text(&row.id),
        text(&medium.id),
        text(medium.deployment_id.as_deref().unwrap_or_default()),
        text(sheet.sequence.as_ref().map(|sequence| &*sequence.id).unwrap_or_default()),
        text(path),
        time(medium.timestamp.as_deref()),
        kind.word().to_owned(),
        text(&name(kind, row)),
        optional(&row.common_name),
        row.count.unwrap_or(1).max(1).to_string(),
        number(row.probability.filter(|_| !row.is_human())),
        number(row.box_confidence.filter(|_| !row.is_human())),
        side(0),
        side(1),
        side(2),
        side(3),
        optional(&row.life_stage),
        optional(&row.sex),
        optional(&row.behaviour),
        optional(&row.method),
        optional(&row.classified_by),
        time(row.classified_at.as_deref()),
    ]
}

/// What a person would call it in a table of species; empty for what is no animal or human.
fn name(kind: Kind, row: &Observation) -> String {
    match kind {
        Kind::Human => "Homo sapiens".to_owned(),
        Kind::Animal => taxon(row.scientific_name.as_deref().unwrap_or("animal")),
        _ => kind.word().to_owned(),
    }
}

fn deployment(found: &Deployment) -> Vec<String> {
    let optional = |value: &Option<String>| text(value.as_deref().unwrap_or_default());
    let (first, last) = (found.first_file.as_deref(), found.last_file.as_deref());
    let nights = first.and_then(Clock::read).zip(last.and_then(Clock::read));
    // Days from the first to the last file, both counted.
    let nights = nights.map(|(first, last)| (last.seconds() - first.seconds()).div_euclid(86_400) + 1);
    vec![
        text(&found.id),
        optional(&found.location_id),
        optional(&found.location_name),
        number(found.latitude),
        number(found.longitude),
        found.uncertainty.map(|metres| metres.to_string()).unwrap_or_default(),
        time(found.start.as_deref()),
        time(found.end.as_deref()),
        optional(&found.camera_model),
        optional(&found.camera_id),
        found.files.to_string(),
        time(first),
        time(last),
        nights.map(|nights| nights.to_string()).unwrap_or_default(),
    ]
}
