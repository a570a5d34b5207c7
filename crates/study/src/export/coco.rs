//! COCO Camera Traps.
//!
//! Images and annotations are two lists: the second is written aside and appended, so that neither is held. Boxes are in
//! pixels where the size of the picture is known, else fractions (`bbox_relative`).

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use fs_err as fs;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::instant::Clock;
use super::kind::Kind;
use super::names::Names;
use super::paths::Roots;
use super::raw::inside;
use super::records::Observation;
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

/// Writes the file.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let lines = out.with_extension("annotations");
    let mut annotations = BufWriter::new(fs::File::create(&lines)?);
    let mut categories = Names::with(&["empty"]);
    let mut document = Document::begin(BufWriter::new(fs::File::create(out)?))?;
    document.field("info", &info(job))?;
    let roots = job.roots()?;
    document.list("images")?;
    let written = job.each_sheet(|sheet| {
        let size = size(sheet.medium.exif.as_deref());
        document.item(&image(&sheet, &roots, size))?;
        exported.files += 1;
        exported.failures += u64::from(matches!(sheet.state, State::Failed(_)));
        for annotation in annotate(&sheet, size, &mut categories) {
            serde_json::to_writer(&mut annotations, &annotation).map_err(io::Error::from)?;
            annotations.write_all(b"\n")?;
            exported.rows += 1;
        }
        Ok(())
    });
    let finished = written.and_then(|()| {
        annotations.flush()?;
        document.end_list()?;
        document.list("annotations")?;
        for line in BufReader::new(fs::File::open(&lines)?).lines() {
            document.item(&serde_json::value::RawValue::from_string(line?).map_err(io::Error::from)?)?;
        }
        document.end_list()?;
        let categories: Vec<_> =
            categories.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        document.field("categories", &categories)?;
        Ok(document.end()?)
    });
    fs::remove_file(&lines)?;
    finished.map(|()| exported)
}

fn info(job: &Job<'_>) -> Value {
    let about = job.study.about();
    json!({
        "version": "1.0",
        "description": about.name,
        "date_created": about.created.get(..10).unwrap_or_default(),
        "contributor": job.program(),
    })
}

fn image(sheet: &Sheet, roots: &Roots, size: Option<[f64; 2]>) -> Map<String, Value> {
    let medium = &sheet.medium;
    let location = medium.deployment_id.as_deref().or(medium.folder_name.as_deref()).unwrap_or("unknown");
    let mut image = Map::from_iter([
        ("id".to_owned(), json!(medium.id)),
        ("file_name".to_owned(), json!(roots.relative(medium))),
        ("location".to_owned(), json!(location)),
    ]);
    let mut put = |key: &str, value: Value| drop(image.insert(key.to_owned(), value));
    if let Some(time) = medium.timestamp.as_deref().and_then(Clock::read) {
        put("datetime", json!(time.local()));
    }
    if let Some(sequence) = &sheet.sequence {
        put("seq_id", json!(sequence.id));
        put("seq_num_frames", json!(sequence.files));
        put("frame_num", json!(sheet.place));
    }
    if let Some([width, height]) = size {
        put("width", json!(width as u64));
        put("height", json!(height as u64));
    }
    if let State::Failed(reason) = &sheet.state {
        put("corrupt", json!(true));
        put("failure", json!(reason));
    }
    image
}

/// At least one for each image: `empty` for a blank, `unlabeled` for a failure and where nobody has looked.
fn annotate(sheet: &Sheet, size: Option<[f64; 2]>, categories: &mut Names) -> Vec<Value> {
    let medium = &sheet.medium.id;
    let unlabelled = |categories: &mut Names| {
        vec![json!({
            "id": format!("{medium}:unlabeled"), "image_id": medium, "category_id": categories.number("unlabeled"),
        })]
    };
    let one = |kind: Kind, row: &Observation, categories: &mut Names| {
        let mut one = json!({
            "id": row.id, "image_id": medium, "category_id": categories.number(&category(kind, row)),
        });
        let fields = [
            ("count", row.count.filter(|count| *count > 0 && kind.is_something()).map(|count| json!(count))),
            ("bbox", row.bbox.zip(size).map(|(bbox, size)| json!(pixels(inside(bbox), size)))),
            ("bbox_relative", row.bbox.filter(|_| size.is_none()).map(|bbox| json!(inside(bbox)))),
            ("score", row.confidence().filter(|_| !row.is_human()).map(|score| json!(score))),
            ("annotated_by", row.classified_by.as_ref().map(|by| json!(by))),
        ];
        for (key, value) in fields {
            if let (Some(value), Some(object)) = (value, one.as_object_mut()) {
                object.insert(key.to_owned(), value);
            }
        }
        one
    };
    match &sheet.state {
        State::Seen(rows) => rows.iter().map(|(kind, row)| one(*kind, row, categories)).collect(),
        State::Blank(row) => vec![one(Kind::Blank, row, categories)],
        State::Failed(_) | State::Waiting => unlabelled(categories),
    }
}

/// `vulpes_vulpes`: lower case, words joined.
fn category(kind: Kind, row: &Observation) -> String {
    match kind {
        Kind::Blank => "empty".to_owned(),
        Kind::Unclassified => "unlabeled".to_owned(),
        Kind::Human | Kind::Vehicle | Kind::Unknown => kind.word().to_owned(),
        Kind::Animal => {
            let name = row.scientific_name.as_deref().unwrap_or("animal").trim().to_lowercase();
            let name = name.split_whitespace().collect::<Vec<_>>().join("_");
            if name.is_empty() { "animal".to_owned() } else { name }
        }
    }
}

fn pixels([left, top, width, height]: [f64; 4], [across, down]: [f64; 2]) -> [f64; 4] {
    [left * across, top * down, width * across, height * down].map(|side| (side * 100.0).round() / 100.0)
}

/// Width and height of the upright picture, where its EXIF data say so.
fn size(exif: Option<&str>) -> Option<[f64; 2]> {
    let exif: Value = serde_json::from_str(exif?).ok()?;
    let number = |key: &str| exif.get(key)?.as_f64().filter(|side| (1.0..=1e6).contains(side));
    let pairs = [
        ("ExifImageWidth", "ExifImageHeight"),
        ("PixelXDimension", "PixelYDimension"),
        ("ImageWidth", "ImageHeight"),
    ];
    let [width, height] = pairs.iter().find_map(|(width, height)| Some([number(width)?, number(height)?]))?;
    let turned = match exif.get("Orientation") {
        Some(Value::Number(number)) => number.as_u64().is_some_and(|number| number >= 5),
        Some(Value::String(words)) => words.contains("90") || words.contains("270"),
        _ => false,
    };
    Some(if turned { [height, width] } else { [width, height] })
}
