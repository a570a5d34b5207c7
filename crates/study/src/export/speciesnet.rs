//! SpeciesNet's `predictions.json`, of both generations, from the answers as they came.
//!
//! Either generation's answer is given as the other where that is asked for. Files that another model answered are left
//! out: its names are no SpeciesNet labels. Videos are left out: the format knows photos only.

use std::io::BufWriter;
use std::path::Path;

use fs_err as fs;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::kind::Kind;
use super::paths::Roots;
use super::records::Observation;
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

const BLANK: &str = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank";
const ANIMAL: &str = "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal";
const HUMAN: &str = "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human";
const VEHICLE: &str = "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle";
/// Date that names the second generation's format.
const FORMAT: &str = "20261015";

/// Which of SpeciesNet's two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Package 5.0.0 to 5.0.5.
    PerPhoto,
    /// Package 5.0.6 and later.
    PerAnimal,
}

/// Writes the file.
pub(super) fn write(job: &mut Job<'_>, generation: Generation, out: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let mut document = Document::begin(BufWriter::new(fs::File::create(out)?))?;
    if generation == Generation::PerAnimal {
        document.field("info", &json!({ "format_version": FORMAT }))?;
    }
    let roots = job.roots()?;
    document.list("predictions")?;
    job.each_sheet(|sheet| {
        match prediction(&sheet, &roots, generation) {
            Ok(prediction) => {
                exported.files += 1;
                exported.failures += u64::from(prediction.contains_key("failures"));
                let detections = prediction.get("detections").and_then(Value::as_array);
                exported.rows += detections.map_or(0, Vec::len) as u64;
                document.item(&prediction)?;
            }
            Err(why) => exported.leave_out(why),
        }
        Ok(())
    })?;
    document.end_list()?;
    document.end()?;
    if exported.files == 0 {
        return Err(ExportError::Nothing("no photo has an answer of SpeciesNet"));
    }
    Ok(exported)
}

fn prediction(
    sheet: &Sheet,
    roots: &Roots,
    generation: Generation,
) -> Result<Map<String, Value>, &'static str> {
    if sheet.medium.is_video() {
        return Err("videos");
    }
    let filepath = json!(roots.relative(&sheet.medium));
    let output = match (&sheet.state, &sheet.output) {
        (State::Failed(_), _) => {
            let failures = json!(["CLASSIFIER", "DETECTOR"]);
            let fields = [("filepath", filepath), ("failures", failures)];
            return Ok(fields.map(|(key, value)| (key.to_owned(), value)).into_iter().collect());
        }
        (_, None) => return Err("not predicted by SpeciesNet"),
        (_, Some(output)) => output,
    };
    let raw: Value = serde_json::from_str(&output.raw).map_err(|_| "answers that are no JSON")?;
    let Value::Object(mut answer) = raw else { return Err("answers of another form") };
    if !is_speciesnet(&answer) {
        return Err("not predicted by SpeciesNet");
    }
    match generation {
        Generation::PerPhoto => for_photo(&mut answer),
        Generation::PerAnimal => for_animals(&mut answer),
    }
    if sheet.reviewed {
        match generation {
            Generation::PerPhoto => correct_photo(&mut answer, sheet),
            Generation::PerAnimal => correct_animals(&mut answer, sheet),
        }
    }
    write_points(&mut answer);
    let mut written = Map::from_iter([("filepath".to_owned(), filepath)]);
    let keys: &[&str] = match generation {
        Generation::PerPhoto => &[
            "failures",
            "country",
            "admin1_region",
            "latitude",
            "longitude",
            "classifications",
            "detections",
            "prediction",
            "prediction_score",
            "prediction_source",
            "model_version",
        ],
        Generation::PerAnimal => {
            &["failures", "country", "admin1_region", "latitude", "longitude", "detections", "model_version"]
        }
    };
    for key in keys {
        if let Some(value) = answer.remove(*key) {
            written.insert((*key).to_owned(), value);
        }
    }
    Ok(written)
}

/// Gives confidences and scores a point where they have none: readers refuse `1` for `1.0`.
fn write_points(answer: &mut Map<String, Value>) {
    for (key, value) in answer {
        let number = matches!(key.as_str(), "conf" | "score" | "prediction_score");
        match value {
            Value::Number(_) if number => *value = json!(value.as_f64()),
            Value::Array(scores) if key == "scores" => {
                scores.iter_mut().for_each(|score| *score = json!(score.as_f64()));
            }
            Value::Array(parts) => parts.iter_mut().filter_map(Value::as_object_mut).for_each(write_points),
            Value::Object(part) => write_points(part),
            _ => {}
        }
    }
}

/// Whether its names are SpeciesNet's labels, or it has no names and its boxes are SpeciesNet's.
fn is_speciesnet(answer: &Map<String, Value>) -> bool {
    let label = |value: &Value| value.as_str().is_some_and(|text| text.matches(';').count() == 6);
    if let Some(prediction) = answer.get("prediction") {
        return label(prediction);
    }
    let detections = answer.get("detections").and_then(Value::as_array);
    let own = |one: &Value| {
        one.get("bbox").is_some() && one.get("label").is_some() && one.get("category").is_some()
    };
    answer.contains_key("failures") || detections.is_some_and(|detections| detections.iter().all(own))
}

fn detections(answer: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    answer.get_mut("detections")?.as_array_mut()
}

fn confidence(detection: &Value) -> f64 {
    detection.get("conf").and_then(Value::as_f64).unwrap_or_default()
}

/// The second generation's answer as the first's: that of the surest detection which has one.
fn for_photo(answer: &mut Map<String, Value>) {
    if answer.contains_key("prediction") || answer.contains_key("failures") {
        return;
    }
    let Some(detections) = detections(answer) else { return };
    let classified = detections.iter().filter(|one| one.get("processed_classification").is_some());
    let surest = classified.max_by(|a, b| confidence(a).total_cmp(&confidence(b))).cloned();
    for detection in detections {
        if let Some(detection) = detection.as_object_mut() {
            detection.retain(|key, _| matches!(key.as_str(), "category" | "label" | "conf" | "bbox"));
        }
    }
    let processed = surest.as_ref().and_then(|one| one.get("processed_classification"));
    let part = |key: &str| processed.and_then(|processed| processed.get(key)).cloned();
    let ranking = surest.as_ref().and_then(|one| one.get("raw_classifications"));
    if let Some(ranking) = ranking {
        let pick = |key: &str| ranking.get(key).cloned().unwrap_or_else(|| json!([]));
        answer.insert(
            "classifications".to_owned(),
            json!({ "classes": pick("classes"), "scores": pick("scores") }),
        );
    }
    answer.insert("prediction".to_owned(), part("class").unwrap_or_else(|| json!(BLANK)));
    answer.insert("prediction_score".to_owned(), part("score").unwrap_or_else(|| json!(1.0)));
    answer.insert("prediction_source".to_owned(), part("source").unwrap_or_else(|| json!("detector")));
}

/// The first generation's answer as the second's: it is about the surest detection.
fn for_animals(answer: &mut Map<String, Value>) {
    let ranking = answer.remove("classifications");
    let parts = [("class", "prediction"), ("score", "prediction_score"), ("source", "prediction_source")];
    let parts = parts.map(|(to, from)| (to.to_owned(), answer.remove(from).unwrap_or(Value::Null)));
    let processed: Map<_, _> = parts.into_iter().collect();
    let whole = processed.values().all(|part| !part.is_null());
    let Some(detections) = detections(answer) else { return };
    let surest = detections.iter_mut().reduce(|a, b| if confidence(b) > confidence(a) { b } else { a });
    if let Some(surest) = surest.and_then(Value::as_object_mut) {
        if let Some(ranking) = ranking {
            surest.insert("raw_classifications".to_owned(), ranking);
        }
        if whole {
            surest.insert("processed_classification".to_owned(), Value::Object(processed));
        }
    }
}

/// What a person settled on, with score 1 and source `human`.
fn correct_photo(answer: &mut Map<String, Value>, sheet: &Sheet) {
    let seen = sheet.seen();
    let human = seen.iter().find(|(_, row)| row.is_human()).or(seen.first());
    let class = human.map_or_else(|| BLANK.to_owned(), |(kind, row)| label(*kind, row, answer));
    answer.insert("prediction".to_owned(), json!(class));
    answer.insert("prediction_score".to_owned(), json!(1.0));
    answer.insert("prediction_source".to_owned(), json!("human"));
}

fn correct_animals(answer: &mut Map<String, Value>, sheet: &Sheet) {
    let boxes = sheet.seen().iter().map(|(kind, row)| {
        let (category, word) = match kind {
            Kind::Human => ("2", "human"),
            Kind::Vehicle => ("3", "vehicle"),
            _ => ("1", "animal"),
        };
        let bbox = row.bbox.map_or([0.0, 0.0, 1.0, 1.0], super::raw::inside);
        let (conf, score, source) = if row.is_human() {
            (1.0, 1.0, "human")
        } else {
            (row.confidence().unwrap_or(1.0), row.probability.unwrap_or(1.0), "classifier")
        };
        json!({
            "category": category, "label": word, "conf": conf, "bbox": bbox,
            "processed_classification": { "class": label(*kind, row, answer), "score": score, "source": source },
        })
    });
    let boxes = boxes.collect();
    answer.insert("detections".to_owned(), Value::Array(boxes));
}

/// A label of seven parts: the model's own where it has one of that name, else one with what is known.
fn label(kind: Kind, row: &Observation, answer: &Map<String, Value>) -> String {
    match kind {
        Kind::Human => return HUMAN.to_owned(),
        Kind::Vehicle => return VEHICLE.to_owned(),
        _ => {}
    }
    let name = row.scientific_name.as_deref().unwrap_or_default().trim().to_lowercase();
    if name.is_empty() || name == "animal" {
        return ANIMAL.to_owned();
    }
    let own = labels(answer).into_iter().find(|label| {
        let class = super::names::ClassName::read(label);
        class.scientific.as_deref() == Some(&*name) || class.common == name
    });
    own.unwrap_or_else(|| {
        let common = row.common_name.as_deref().unwrap_or(&name).to_lowercase().replace(';', ",");
        let (genus, species) = name.split_once(' ').unwrap_or_default();
        format!(";;;;{};{};{common}", genus.replace(';', ","), species.replace(';', ","))
    })
}

/// Labels of the model that stand anywhere in its answer.
fn labels(answer: &Map<String, Value>) -> Vec<String> {
    let detections = || answer.get("detections").and_then(Value::as_array).into_iter().flatten();
    let rankings = answer
        .get("classifications")
        .into_iter()
        .chain(detections().filter_map(|one| one.get("raw_classifications")));
    let classes = rankings.filter_map(|ranking| ranking.get("classes")?.as_array()).flatten();
    let settled = detections().filter_map(|one| one.pointer("/processed_classification/class"));
    let all = classes.chain(settled).chain(answer.get("prediction"));
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}
