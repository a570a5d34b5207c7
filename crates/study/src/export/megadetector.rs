//! MegaDetector batch results, format 1.6: what Timelapse and the MegaDetector tools read.
//!
//! Boxes are those of the model's own answer, down to its least sure one; the reader of the file chooses a threshold. Where
//! a person has said something, what counts is written instead, with confidence 1.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::instant::Clock;
use super::kind::Kind;
use super::names::{ClassName, Names};
use super::paths::Roots;
use super::raw::{Frames, Raw, RawBox, inside};
use super::records::Observation;
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

const WHOLE_PICTURE: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

#[derive(Serialize)]
struct Image {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
    /// Ours: why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    /// `null` for a failure, never an empty list.
    detections: Option<Vec<Detection>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames_processed: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datetime: Option<String>,
    /// Ours: what people said, where they said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    human: Option<Human>,
}

/// Which detections are people's words, by their places in the list; none of them where people saw nothing.
#[derive(Serialize)]
struct Human {
    by: String,
    detections: Vec<usize>,
}

#[derive(Serialize)]
struct Detection {
    category: String,
    conf: f64,
    bbox: [f64; 4],
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_number: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classifications: Vec<(String, f64)>,
}

/// Numbers of categories, as the file lists them at its end.
struct Categories {
    detections: Names,
    classes: Names,
}

/// Writes the file.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let file = std::io::BufWriter::new(fs_err::File::create(out)?);
    let mut document = Document::begin(file)?;
    let roots = job.roots()?;
    // "0" means empty to readers, so it is never given out.
    let mut categories = Categories {
        detections: Names::with(&["empty", "animal", "person", "vehicle"]),
        classes: Names::with(&["empty"]),
    };
    document.list("images")?;
    job.each_sheet(|sheet| {
        match image(&sheet, &roots, &mut categories, &mut exported) {
            Some(image) => {
                exported.files += 1;
                exported.rows += image.detections.as_ref().map_or(0, Vec::len) as u64;
                document.item(&image)?;
            }
            None => exported.leave_out("not predicted yet"),
        }
        Ok(())
    })?;
    document.end_list()?;
    let detections = categories.detections.iter().skip(1);
    let detections: Map<_, _> = detections.map(|(id, name)| (id.to_string(), json!(name))).collect();
    document.field("detection_categories", &detections)?;
    let (names, descriptions) = class_maps(&categories.classes, &detections);
    document.field("classification_categories", &names)?;
    if let Some(descriptions) = descriptions {
        document.field("classification_category_descriptions", &descriptions)?;
    }
    document.field("info", &info(job)?)?;
    document.end()?;
    Ok(exported)
}

fn image(
    sheet: &Sheet,
    roots: &Roots,
    categories: &mut Categories,
    exported: &mut Exported,
) -> Option<Image> {
    let raw = sheet.output.as_ref().and_then(|output| Raw::read(&output.raw));
    let mut frames = raw.as_ref().and_then(|raw| raw.frames.clone());
    let is_video = sheet.medium.is_video();
    if is_video && frames.is_none() {
        let rate = exif_rate(sheet);
        let failed = matches!(sheet.state, State::Failed(_));
        if rate.is_none() && !failed {
            exported.warn("videos without a known frame rate: one frame a second is written");
        }
        let numbers = if failed { Vec::new() } else { vec![0] };
        // A rate below 0 says, of a failed video, that it is not known.
        frames = Some(Frames { rate: rate.unwrap_or(if failed { -1.0 } else { 1.0 }), numbers });
    }
    let first = frames.as_ref().and_then(|frames| frames.numbers.first().copied()).filter(|_| is_video);
    let mut failure = None;
    let detections = match (&sheet.state, raw) {
        (State::Waiting, _) => return None,
        (State::Failed(reason), _) => {
            exported.failures += 1;
            failure = Some(reason.clone());
            None
        }
        (_, Some(raw)) if !sheet.reviewed => {
            Some(raw.boxes.iter().map(|one| machine(one, categories)).collect::<Vec<_>>())
        }
        (state, _) => {
            let rows = if let State::Seen(rows) = state { rows.as_slice() } else { &[] };
            let rows = rows.iter().filter(|(kind, _)| kind.is_something());
            Some(rows.map(|(kind, row)| settled(*kind, row, first, categories)).collect())
        }
    };
    let (frame_rate, frames_processed) = frames.map(|frames| (frames.rate, frames.numbers)).unzip();
    Some(Image {
        file: roots.relative(&sheet.medium),
        failure: failure.as_deref().map(failure_token),
        failure_reason: failure,
        detections,
        frame_rate,
        frames_processed,
        datetime: sheet.medium.timestamp.as_deref().and_then(Clock::read).map(Clock::local),
        human: human(sheet),
    })
}

fn human(sheet: &Sheet) -> Option<Human> {
    let rows: Vec<_> = match &sheet.state {
        State::Seen(rows) => {
            rows.iter().filter(|(kind, _)| kind.is_something()).map(|(_, row)| row).collect()
        }
        State::Blank(row) if row.is_human() => vec![&**row],
        _ => return None,
    };
    let spoken = rows.iter().enumerate().filter(|(_, row)| row.is_human());
    let detections: Vec<_> = spoken.clone().map(|(place, _)| place).collect();
    let by = spoken.map(|(_, row)| row).next()?.classified_by.clone();
    let detections = if matches!(sheet.state, State::Seen(_)) { detections } else { Vec::new() };
    Some(Human { by: by.unwrap_or_else(|| "a person".to_owned()), detections })
}

/// The two words that readers know.
fn failure_token(reason: &str) -> &'static str {
    let reason = reason.to_lowercase();
    let at_work = ["inference", "predict", "classif", "model"].iter().any(|word| reason.contains(word));
    if at_work { "inference failure" } else { "image access failure" }
}

fn exif_rate(sheet: &Sheet) -> Option<f64> {
    let exif: Value = serde_json::from_str(sheet.medium.exif.as_deref()?).ok()?;
    exif.get("fps")?.as_f64().filter(|rate| rate.is_finite() && *rate > 0.0)
}

fn machine(one: &RawBox, categories: &mut Categories) -> Detection {
    let mut classifications = Vec::new();
    for (name, score) in &one.classes {
        if let Some(id) = categories.class(name) {
            classifications.push((id, *score));
        }
    }
    Detection {
        category: categories.detections.number(&one.label).to_string(),
        conf: one.confidence,
        bbox: inside(one.bbox),
        frame_number: one.frame,
        classifications,
    }
}

/// A row of the study: a person's with confidence 1, and without a box as the whole picture.
fn settled(kind: Kind, row: &Observation, frame: Option<u64>, categories: &mut Categories) -> Detection {
    let label = match kind {
        Kind::Human => "person",
        Kind::Vehicle => "vehicle",
        Kind::Unknown => "unknown",
        _ => "animal",
    };
    let sure = row.is_human();
    let name = row.scientific_name.as_deref().filter(|_| kind == Kind::Animal);
    let class = name.and_then(|name| {
        let score = if sure { 1.0 } else { row.probability.unwrap_or(1.0).clamp(0.0, 1.0) };
        let common = row.common_name.as_deref().unwrap_or_default();
        let label =
            if common.is_empty() || common == name { name.to_owned() } else { seven_parts(name, common) };
        Some((categories.class(&label)?, score))
    });
    Detection {
        category: categories.detections.number(label).to_string(),
        conf: if sure { 1.0 } else { row.confidence().unwrap_or(1.0).clamp(0.0, 1.0) },
        bbox: row.bbox.map_or(WHOLE_PICTURE, inside),
        frame_number: frame,
        classifications: class.into_iter().collect(),
    }
}

/// `;;;;genus;species;common name`, for a name of two words; else the name.
fn seven_parts(name: &str, common: &str) -> String {
    match name.split_once(' ') {
        Some((genus, species)) if !species.contains(' ') => format!(";;;;{genus};{species};{common}"),
        _ => name.to_owned(),
    }
}

impl Categories {
    /// Number of a class. None for a name that is a detection category: Timelapse refuses a file that has one.
    fn class(&mut self, name: &str) -> Option<String> {
        let common = ClassName::read(name).common.to_lowercase();
        let taken = matches!(common.as_str(), "animal" | "person" | "vehicle" | "human" | "empty");
        (!taken).then(|| self.classes.number(name).to_string())
    }
}

/// Names, each only once, and what they mean, if every one of them says.
fn class_maps(
    classes: &Names,
    detections: &Map<String, Value>,
) -> (Map<String, Value>, Option<Map<String, Value>>) {
    let mut names = Map::new();
    let mut taken: Vec<String> = detections.values().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut descriptions = Some(Map::new());
    for (id, text) in classes.iter().skip(1) {
        let class = ClassName::read(text);
        let plain = class.common.clone();
        let longer = class.scientific.as_ref().map(|scientific| format!("{plain} ({scientific})"));
        let counted = (2..).map(|count| format!("{plain} {count}"));
        let mut candidates = std::iter::once(plain.clone()).chain(longer).chain(counted);
        let name = candidates.find(|name| !taken.iter().any(|known| known.eq_ignore_ascii_case(name)));
        let name = name.unwrap_or_default();
        taken.push(name.clone());
        names.insert(id.to_string(), json!(name));
        match &mut descriptions {
            Some(known) if class.is_label => drop(known.insert(id.to_string(), json!(text))),
            _ => descriptions = None,
        }
    }
    (names, descriptions.filter(|descriptions| !descriptions.is_empty()))
}

fn info(job: &Job<'_>) -> Result<Value, ExportError> {
    let (models, last) = job.reader.runs()?;
    let about = job.study.about();
    let completed = last.as_deref().and_then(Clock::read).map(Clock::local);
    Ok(json!({
        "format_version": "1.6",
        "detector": models.join(" | "),
        "detection_completion_time": completed.unwrap_or_default(),
        "detector_metadata": {
            "typical_detection_threshold": 0.2,
            "conservative_detection_threshold": 0.05,
        },
        "classifier_metadata": { "typical_classification_threshold": 0.5 },
        "biowatch": { "study": about.name, "study_id": about.id, "program": job.program() },
    }))
}
