//! Camtrap DP 1.0.2: a folder with three tables and `datapackage.json`.
//!
//! Observations are given twice: of each file, and of each sequence with the largest number that was to be seen at once,
//! because GBIF takes only the second. A deployment without a place and a file without a time cannot be said.

pub(super) mod columns;
mod events;
mod package;
mod row;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use fs_err as fs;

use self::events::Event;
use self::package::Taxa;
use self::row::Row;
use super::instant::Clock;
use super::kind::{Kind, taxon};
use super::paths::is_address;
use super::records::{Deployment, Observation};
use super::sequences::Sequence;
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

type Table = csv::Writer<fs::File>;

/// A deployment that can be said, and what of it belongs to the whole package.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) start: Clock,
    pub(super) end: Clock,
}

/// Writes the folder.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    fs::create_dir(out)?;
    let mut exported = Exported::default();
    let placed = deployments(job, &mut table(out, "deployments", &columns::DEPLOYMENTS)?, &mut exported)?;
    if placed.is_empty() {
        return Err(ExportError::Nothing("no deployment has coordinates and files with a time"));
    }
    let mut media = table(out, "media", &columns::MEDIA)?;
    let mut observations = table(out, "observations", &columns::OBSERVATIONS)?;
    let roots = job.roots()?;
    let mut taxa = Taxa::default();
    let mut event: Option<Event> = None;
    job.each_sheet(|sheet| {
        let path = roots.relative(&sheet.medium);
        let Some((sequence, time)) = sayable(&sheet, &path, &placed, &mut exported) else { return Ok(()) };
        if event.as_ref().is_none_or(|event| event.sequence.id != sequence.id) {
            exported.rows += close(event.take(), &mut observations)?;
        }
        let deployment = sheet.medium.deployment_id.clone().unwrap_or_default();
        let event = event.get_or_insert_with(|| Event::new(deployment, sequence.clone()));
        event.add(&sheet);
        write_medium(&mut media, &sheet, &path, time)?;
        exported.files += 1;
        exported.failures += u64::from(matches!(sheet.state, State::Failed(_)));
        if !time.has_offset() {
            exported.warn("times without a known offset are written as UTC, and timestampIssues is set");
        }
        exported.rows += write_observations(&mut observations, &sheet, sequence, &mut taxa)?;
        Ok(())
    })?;
    exported.rows += close(event, &mut observations)?;
    for mut table in [media, observations] {
        table.flush()?;
        table.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    }
    let package = package::package(job, &placed, taxa)?;
    let mut json = serde_json::to_vec_pretty(&package).map_err(std::io::Error::from)?;
    json.push(b'\n');
    let mut file = fs::File::create(out.join("datapackage.json"))?;
    file.write_all(&json)?;
    file.sync_all()?;
    Ok(exported)
}

fn table(out: &Path, name: &str, columns: &[columns::Column]) -> Result<Table, ExportError> {
    let mut table = csv::Writer::from_writer(fs::File::create(out.join(format!("{name}.csv")))?);
    table.write_record(columns.iter().map(|column| column.name))?;
    Ok(table)
}

fn deployments(
    job: &Job<'_>,
    table: &mut Table,
    exported: &mut Exported,
) -> Result<HashMap<String, Placed>, ExportError> {
    let mut placed = HashMap::new();
    let mut rows = Vec::new();
    job.reader.deployments(|deployment| {
        match place(&deployment) {
            Ok(found) => {
                rows.push(row(&deployment, &found));
                placed.insert(deployment.id, found);
            }
            Err(why) => exported.leave_out(why),
        }
        Ok(())
    })?;
    for row in rows {
        table.write_record(row)?;
    }
    table.flush()?;
    Ok(placed)
}

fn place(deployment: &Deployment) -> Result<Placed, &'static str> {
    let (Some(latitude), Some(longitude)) = (deployment.latitude, deployment.longitude) else {
        return Err("deployments without coordinates");
    };
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err("deployments with impossible coordinates");
    }
    let times = [&deployment.start, &deployment.first_file, &deployment.end, &deployment.last_file];
    let times = times.into_iter().flatten().filter_map(|time| Clock::read(time));
    let start = times.clone().min_by_key(|time| time.seconds());
    let end = times.max_by_key(|time| time.seconds());
    let (Some(start), Some(end)) = (start, end) else { return Err("deployments without any time") };
    Ok(Placed { latitude, longitude, start, end })
}

fn row(deployment: &Deployment, placed: &Placed) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let first = deployment.first_file.as_deref().and_then(Clock::read);
    let issues = first.is_some_and(|time| !time.has_offset());
    columns::DEPLOYMENTS
        .iter()
        .map(|column| match column.name {
            "deploymentID" => deployment.id.clone(),
            "locationID" => {
                // Made up by an import that found none.
                let known = deployment.location_id.clone().filter(|id| !id.starts_with("biowatch-geo:"));
                known.unwrap_or_default()
            }
            "locationName" => text(&deployment.location_name),
            "latitude" => placed.latitude.to_string(),
            "longitude" => placed.longitude.to_string(),
            "coordinateUncertainty" => {
                let metres = deployment.uncertainty.filter(|metres| *metres >= 1);
                metres.map(|metres| metres.to_string()).unwrap_or_default()
            }
            "deploymentStart" => placed.start.with_offset(),
            "deploymentEnd" => placed.end.with_offset(),
            "cameraID" => text(&deployment.camera_id),
            "cameraModel" => text(&deployment.camera_model),
            "timestampIssues" if issues => "true".to_owned(),
            _ => String::new(),
        })
        .collect()
}

/// The sequence and time of a file that the format can say.
fn sayable<'s>(
    sheet: &'s Sheet,
    path: &str,
    placed: &HashMap<String, Placed>,
    exported: &mut Exported,
) -> Option<(&'s Sequence, Clock)> {
    let time = sheet.medium.timestamp.as_deref().and_then(Clock::read);
    let (Some(sequence), Some(time)) = (&sheet.sequence, time) else {
        exported.leave_out("files without a time");
        return None;
    };
    let deployment = sheet.medium.deployment_id.as_ref();
    if deployment.is_none_or(|deployment| !placed.contains_key(deployment)) {
        exported.leave_out("files of no deployment with a place");
        return None;
    }
    if !is_address(path) && !columns::is_path(path) {
        exported.leave_out("files whose path begins with `.` or `~` or holds `..`");
        return None;
    }
    Some((sequence, time))
}

fn write_medium(table: &mut Table, sheet: &Sheet, path: &str, time: Clock) -> Result<(), ExportError> {
    let medium = &sheet.medium;
    let exif = medium.exif.as_deref().filter(|exif| serde_json::from_str::<serde_json::Value>(exif).is_ok());
    let row = columns::MEDIA.iter().map(|column| match column.name {
        "mediaID" => medium.id.clone(),
        "deploymentID" => medium.deployment_id.clone().unwrap_or_default(),
        "timestamp" => time.with_offset(),
        "filePath" => path.to_owned(),
        "filePublic" => is_address(path).to_string(),
        "fileName" => path.rsplit('/').next().unwrap_or_default().to_owned(),
        "fileMediatype" => medium.media_type.clone(),
        "exifData" => exif.unwrap_or_default().to_owned(),
        "favorite" if medium.favourite => "true".to_owned(),
        "mediaComments" => match &sheet.state {
            State::Failed(reason) => format!("could not be predicted: {reason}"),
            _ => String::new(),
        },
        _ => String::new(),
    });
    Ok(table.write_record(row)?)
}

/// Rows of a file. One that failed or waits is unclassified, never blank.
fn write_observations(
    table: &mut Table,
    sheet: &Sheet,
    sequence: &Sequence,
    taxa: &mut Taxa,
) -> Result<u64, ExportError> {
    let unclassified = |comment: String| {
        let id = format!("{}:unclassified", sheet.medium.id);
        (Kind::Unclassified, Observation { id, ..Observation::default() }, comment)
    };
    let rows: Vec<_> = match &sheet.state {
        State::Seen(rows) => rows.iter().map(|(kind, row)| (*kind, row.clone(), String::new())).collect(),
        State::Blank(row) => vec![(Kind::Blank, (**row).clone(), String::new())],
        State::Failed(reason) => vec![unclassified(format!("could not be predicted: {reason}"))],
        State::Waiting => vec![unclassified("not predicted yet".to_owned())],
    };
    for (kind, row, comment) in &rows {
        taxa.add(*kind, row);
        let record = Row { kind: *kind, row, comment, sheet: Some(sheet), sequence, deployment: None };
        table.write_record(record.values())?;
    }
    Ok(rows.len() as u64)
}

fn close(event: Option<Event>, table: &mut Table) -> Result<u64, ExportError> {
    let Some(event) = event else { return Ok(0) };
    let rows = event.rows();
    for (kind, row) in &rows {
        let deployment = Some(event.deployment.as_str());
        let record =
            Row { kind: *kind, row, comment: "", sheet: None, sequence: &event.sequence, deployment };
        table.write_record(record.values())?;
    }
    Ok(rows.len() as u64)
}

/// The name that an observation goes by; none for vehicles and blanks.
pub(super) fn scientific_name(kind: Kind, row: &Observation) -> Option<String> {
    match kind {
        Kind::Human => Some("Homo sapiens".to_owned()),
        Kind::Animal => {
            let name = row.scientific_name.as_deref().filter(|name| !name.trim().is_empty());
            Some(taxon(name.unwrap_or("animal")))
        }
        _ => None,
    }
}
