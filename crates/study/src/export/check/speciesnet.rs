//! SpeciesNet predictions of both generations.

use std::path::Path;

use serde_json::Value;

use super::ids::Ids;
use super::{CheckError, Checked, is_box, is_inside, numbers};
use crate::json_parts::{self, Part};

pub(super) fn check(file: &Path, per_animal: bool) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let mut paths = Ids::default();
    let mut version = None;
    let mut keys = Vec::new();
    json_parts::read_all(file, &mut keys, |key, part| match (key, part) {
        ("predictions", Part::Item(item)) => prediction(&item, per_animal, &mut paths, &mut checked),
        ("info", Part::Whole(info)) => version = info.get("format_version").cloned(),
        (key, _) => checked.must(false, || format!("`{key}` is not of this format")),
    })?;
    checked.must(keys.iter().any(|key| key == "predictions"), || "`predictions` is missing".to_owned());
    let dated = version
        .as_ref()
        .and_then(Value::as_str)
        .is_some_and(|date| date.len() == 8 && date.parse::<u32>().is_ok());
    checked.must(dated == per_animal, || {
        "`info.format_version` is a date in the second form and absent in the first".to_owned()
    });
    Ok(checked)
}

fn prediction(item: &Value, per_animal: bool, paths: &mut Ids, checked: &mut Checked) {
    checked.files += 1;
    let path = item.get("filepath").and_then(Value::as_str).unwrap_or_default();
    checked.must(is_inside(path), || format!("`{path}` is no path inside the folder"));
    checked.must(paths.insert(path), || format!("`{path}` is there twice"));
    if let Some(failures) = item.get("failures") {
        let known = failures.as_array().is_some_and(|list| {
            !list.is_empty()
                && list
                    .iter()
                    .all(|one| matches!(one.as_str(), Some("DETECTOR" | "CLASSIFIER" | "GEOLOCATION")))
        });
        checked.must(known, || format!("`{path}` has failures of unknown kinds"));
        return;
    }
    if !per_animal {
        let class = item.get("prediction").and_then(Value::as_str).unwrap_or_default();
        checked.must(is_label(class), || {
            format!("`{path}` has the prediction `{class}`, which is no label of seven parts")
        });
        let score = item.get("prediction_score").and_then(Value::as_f64).unwrap_or(-1.0);
        checked.must((0.0..=1.0).contains(&score), || format!("`{path}` has a score of {score}"));
    }
    for detection in item.get("detections").and_then(Value::as_array).into_iter().flatten() {
        checked.rows += 1;
        let category = detection.get("category").and_then(Value::as_str).unwrap_or_default();
        checked.must(["0", "1", "2", "3"].contains(&category), || {
            format!("`{path}` has the category `{category}`")
        });
        let confidence = detection.get("conf").and_then(Value::as_f64).unwrap_or(-1.0);
        checked
            .must((0.0..=1.0).contains(&confidence), || format!("`{path}` has a confidence of {confidence}"));
        let sides = numbers(detection.get("bbox"));
        let near = sides.len() == 4 && sides.iter().all(|side| (-0.01..=1.01).contains(side));
        checked.must(near || is_box(&sides), || format!("`{path}` has a box outside the picture"));
        if let Some(class) = detection.pointer("/processed_classification/class") {
            let class = class.as_str().unwrap_or_default();
            checked.must(per_animal && is_label(class), || {
                format!("`{path}` has the class `{class}` on a detection")
            });
        }
    }
}

fn is_label(text: &str) -> bool {
    let parts: Vec<_> = text.split(';').collect();
    parts.len() == 7 && parts.last().is_some_and(|common| !common.trim().is_empty())
}
