//! An image of MegaDetector batch results, as MegaDetector, AddaxAI, Timelapse's tools and this program write it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::boxes;
use super::entry::{Entry, Said, Spoken, real_box};
use super::survey::Survey;
use crate::export::instant::Clock;

/// What the numbers stand for in a file that does not say.
const USUAL: [&str; 4] = ["empty", "animal", "person", "vehicle"];

/// A detection that was understood.
struct Detection {
    label: String,
    confidence: f64,
    bbox: [f64; 4],
    frame: Option<u64>,
    classes: Vec<(String, f64)>,
}

pub(super) fn entry(image: &Value, survey: &Survey) -> Entry {
    let text = |key: &str| image.get(key).and_then(Value::as_str).map(str::to_owned);
    let frame_rate =
        image.get("frame_rate").and_then(Value::as_f64).filter(|rate| rate.is_finite() && *rate > 0.0);
    let mut entry = Entry {
        path: text("file").unwrap_or_default(),
        time: text("datetime").as_deref().and_then(time),
        frame_rate,
        ..Entry::default()
    };
    if let Some(failure) = image.get("failure").filter(|failure| !failure.is_null()) {
        let failure = failure.as_str().map_or_else(|| failure.to_string(), str::to_owned);
        entry.said = Said::Failed(text("failure_reason").unwrap_or(failure));
        return entry;
    }
    entry.said = match image.get("detections") {
        Some(Value::Array(detections)) => match read(detections, survey, &mut entry.passed_over) {
            Ok(detections) => said(image, &entry, detections, survey),
            Err(reason) => Said::Failed(format!("the results make no sense: {reason}")),
        },
        _ => Said::Failed("the results have neither detections nor a failure".to_owned()),
    };
    entry
}

/// `2026-05-01 06:00:00` or, as EXIF writes it, `2026:05:01 06:00:00`; what the camera's clock showed.
fn time(text: &str) -> Option<String> {
    let (date, clock) = text.trim().split_once([' ', 'T'])?;
    let time = Clock::read(&format!("{} {clock}", date.replace(':', "-")))?;
    (time.date().as_str() >= "2000").then(|| time.iso())
}

fn read(
    detections: &[Value],
    survey: &Survey,
    passed_over: &mut Vec<&'static str>,
) -> Result<Vec<Detection>, String> {
    let mut read = Vec::with_capacity(detections.len());
    for one in detections {
        let category = match one.get("category") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err("a detection has no category".to_owned()),
        };
        let usual = || USUAL.get(category.parse::<usize>().ok()?).filter(|_| survey.categories.is_empty());
        let label =
            survey.categories.get(&category).cloned().or_else(|| usual().map(|name| (*name).to_owned()));
        let label = label.ok_or_else(|| format!("the category `{category}` has no name"))?;
        if label.eq_ignore_ascii_case("empty") {
            passed_over.push("detections of nothing");
            continue;
        }
        read.push(Detection {
            confidence: boxes::confidence(one.get("conf"), "the confidence of a detection")?,
            bbox: boxes::bbox(one.get("bbox"))?,
            frame: one.get("frame_number").and_then(Value::as_u64),
            classes: classes(one, survey, passed_over)?,
            label,
        });
    }
    Ok(read)
}

fn classes(
    one: &Value,
    survey: &Survey,
    passed_over: &mut Vec<&'static str>,
) -> Result<Vec<(String, f64)>, String> {
    let mut classes = Vec::new();
    for pair in one.get("classifications").and_then(Value::as_array).into_iter().flatten() {
        let id = match pair.get(0) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err("a classification has no class".to_owned()),
        };
        let score = boxes::confidence(pair.get(1), "the score of a class")?;
        match survey.classes.get(&id) {
            Some(name) => classes.push((name.clone(), score)),
            None => passed_over.push("classifications of a class without a name"),
        }
    }
    classes.sort_by(|a: &(_, f64), b| b.1.total_cmp(&a.1));
    Ok(classes)
}

fn said(image: &Value, entry: &Entry, detections: Vec<Detection>, survey: &Survey) -> Said {
    let human = image.get("human").filter(|human| survey.is_ours && human.is_object());
    let spoken = human.map(|human| {
        let by = human.get("by").and_then(Value::as_str).unwrap_or("a person");
        let numbers = human.get("detections").and_then(Value::as_array);
        let numbers: Vec<_> = numbers.into_iter().flatten().filter_map(Value::as_u64).collect();
        let rows = detections.iter().enumerate();
        rows.map(|(number, one)| spoken(one, by, numbers.contains(&(number as u64)))).collect::<Vec<_>>()
    });
    let blank = |rows: &Vec<Spoken>| rows.is_empty();
    let by = human.and_then(|human| human.get("by")).and_then(Value::as_str).unwrap_or("a person");
    let texts = texts(image, entry, detections, survey);
    match spoken {
        None => Said::Answer(texts),
        Some(rows) if blank(&rows) => {
            Said::Reviewed { texts, rows: vec![Spoken { by: Some(by.to_owned()), ..Spoken::default() }] }
        }
        Some(rows) => Said::Reviewed { texts, rows },
    }
}

fn spoken(one: &Detection, by: &str, is_human: bool) -> Spoken {
    let class = one.classes.first();
    Spoken {
        label: class.map_or_else(|| one.label.clone(), |(name, _)| name.clone()),
        is_unknown: class.is_none() && one.label == "unknown",
        bbox: real_box(one.bbox),
        confidence: Some(one.confidence),
        probability: class.map(|(_, score)| *score).filter(|_| !is_human),
        by: is_human.then(|| by.to_owned()),
    }
}

/// As MegaDetector's server answers: one row, or of a video one for each frame that was looked at.
fn texts(image: &Value, entry: &Entry, detections: Vec<Detection>, survey: &Survey) -> Vec<String> {
    let row = |detections: Vec<Value>| {
        json!({
            "filepath": entry.path, "detections": detections, "model_version": survey.model_version,
        })
    };
    let frames = image.get("frames_processed").and_then(Value::as_array);
    let is_video =
        entry.frame_rate.is_some() || frames.is_some() || detections.iter().any(|one| one.frame.is_some());
    if !is_video {
        return vec![row(detections.iter().map(detection).collect()).to_string()];
    }
    let processed = frames.into_iter().flatten().filter_map(Value::as_u64);
    let mut frames: BTreeMap<u64, Vec<Value>> = processed.map(|number| (number, Vec::new())).collect();
    for one in &detections {
        frames.entry(one.frame.unwrap_or_default()).or_default().push(detection(one));
    }
    if frames.is_empty() {
        return vec![row(Vec::new()).to_string()];
    }
    let last = frames.keys().next_back().copied().unwrap_or_default();
    let texts = frames.into_iter().enumerate().map(|(index, (number, detections))| {
        let mut row = row(detections);
        if let Some(fields) = row.as_object_mut() {
            fields.insert("frame_number".to_owned(), json!(index));
            if let Some(rate) = entry.frame_rate {
                fields.insert("frame_time".to_owned(), json!(number as f64 / rate));
                fields.insert("metadata".to_owned(), json!({ "fps": rate, "duration": last as f64 / rate }));
            }
        }
        row.to_string()
    });
    texts.collect()
}

fn detection(one: &Detection) -> Value {
    let mut value = json!({ "label": one.label.to_lowercase(), "conf": one.confidence, "bbox": one.bbox });
    let number = USUAL.iter().position(|name| *name == one.label.to_lowercase());
    if let Some(fields) = value.as_object_mut() {
        if let Some(number) = number {
            fields.insert("category".to_owned(), json!(number.to_string()));
        }
        if !one.classes.is_empty() {
            let (labels, scores): (Vec<_>, Vec<_>) = one.classes.iter().cloned().unzip();
            fields.insert("classifications".to_owned(), json!({ "labels": labels, "scores": scores }));
        }
    }
    value
}
