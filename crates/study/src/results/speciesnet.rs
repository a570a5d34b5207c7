//! A prediction of SpeciesNet, of either generation. The answer is kept word for word.

use serde_json::Value;

use super::boxes;
use super::entry::{Entry, Said, Spoken, real_box};
use crate::facts::Place;

pub(super) fn entry(prediction: &Value) -> Entry {
    let text = |key: &str| prediction.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| prediction.get(key).and_then(Value::as_f64);
    let place = number("latitude").zip(number("longitude"));
    Entry {
        path: text("filepath").unwrap_or_default(),
        place: place.and_then(|(latitude, longitude)| Place::new(latitude, longitude)),
        said: said(prediction),
        ..Entry::default()
    }
}

fn said(prediction: &Value) -> Said {
    let failures =
        prediction.get("failures").and_then(Value::as_array).filter(|failures| !failures.is_empty());
    if let Some(failures) = failures {
        let parts: Vec<_> = failures.iter().filter_map(Value::as_str).collect();
        return Said::Failed(format!("the model failed on it: {}", parts.join(", ")));
    }
    let detections = prediction.get("detections").and_then(Value::as_array);
    if detections.is_none() && prediction.get("prediction").is_none_or(Value::is_null) {
        return Said::Failed("the results have neither detections nor a prediction".to_owned());
    }
    let detections = detections.map(Vec::as_slice).unwrap_or_default();
    if let Err(reason) = check(prediction, detections) {
        return Said::Failed(format!("the results make no sense: {reason}"));
    }
    let texts = vec![prediction.to_string()];
    let is_human = |source: Option<&Value>| source.and_then(Value::as_str) == Some("human");
    if is_human(prediction.get("prediction_source")) {
        let label = prediction.get("prediction").and_then(Value::as_str).unwrap_or_default();
        let surest = detections.iter().max_by(|a, b| confidence(a).total_cmp(&confidence(b)));
        let row =
            Spoken { by: Some("human".to_owned()), confidence: surest.map(confidence), ..of(label, surest) };
        return Said::Reviewed { texts, rows: vec![row] };
    }
    let source = |one: &Value| is_human(one.pointer("/processed_classification/source"));
    if detections.iter().any(source) {
        let rows = detections.iter().map(|one| {
            let label = one.pointer("/processed_classification/class").or_else(|| one.get("label"));
            let row = of(label.and_then(Value::as_str).unwrap_or_default(), Some(one));
            if source(one) {
                return Spoken { by: Some("human".to_owned()), ..row };
            }
            let score = one.pointer("/processed_classification/score").and_then(Value::as_f64);
            Spoken { probability: score, ..row }
        });
        return Said::Reviewed { texts, rows: rows.collect() };
    }
    Said::Answer(texts)
}

fn of(label: &str, detection: Option<&Value>) -> Spoken {
    Spoken {
        label: label.to_owned(),
        is_unknown: label.ends_with(";no cv result"),
        bbox: detection.and_then(|one| boxes::bbox(one.get("bbox")).ok()).and_then(real_box),
        confidence: detection.map(confidence),
        ..Spoken::default()
    }
}

fn confidence(detection: &Value) -> f64 {
    detection.get("conf").and_then(Value::as_f64).unwrap_or_default()
}

fn check(prediction: &Value, detections: &[Value]) -> Result<(), String> {
    if let Some(score) = prediction.get("prediction_score").filter(|score| !score.is_null()) {
        boxes::confidence(Some(score), "the score")?;
    }
    for one in detections {
        boxes::confidence(one.get("conf"), "the confidence of a detection")?;
        boxes::bbox(one.get("bbox"))?;
        if let Some(score) = one.pointer("/processed_classification/score") {
            boxes::confidence(Some(score), "the score of a detection")?;
        }
    }
    Ok(())
}
