//! A model's answer as it came, read for its boxes: SpeciesNet of both generations, DeepFaune, Manas, MegaDetector, and
//! models that answer in their words.

use serde_json::Value;

/// Boxes and names of one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Raw {
    /// In the order of the answer; of a video, frame after frame.
    pub(crate) boxes: Vec<RawBox>,
    /// Of a video, which frames were looked at.
    pub(crate) frames: Option<Frames>,
}

/// Frames of a video that were looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frames {
    /// Frames of the file per second.
    pub(crate) rate: f64,
    /// Their numbers in the file, from 0, ascending.
    pub(crate) numbers: Vec<u64>,
}

/// One box.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawBox {
    /// `animal`, `person`, `vehicle`, or a model's own word.
    pub(crate) label: String,
    /// 0..=1.
    pub(crate) confidence: f64,
    /// Left, top, width, height as fractions of the picture.
    pub(crate) bbox: [f64; 4],
    /// Names and how sure the model is of them, the surest first.
    pub(crate) classes: Vec<(String, f64)>,
    /// Of a video, the number of the frame in the file.
    pub(crate) frame: Option<u64>,
}

impl Raw {
    /// Reads a stored answer: one object, or `{"frames": […]}`. `None`: it holds no boxes, not even an empty list.
    pub(crate) fn read(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let Some(frames) = value.get("frames").and_then(Value::as_array) else {
            return Some(Self { boxes: boxes(&value, None)?, frames: None });
        };
        let rate = frames.iter().find_map(|frame| frame.pointer("/metadata/fps")?.as_f64());
        let rate = rate.filter(|rate| rate.is_finite() && *rate > 0.0)?;
        let mut read = Self { boxes: Vec::new(), frames: None };
        let mut numbers = Vec::new();
        for frame in frames {
            let number = frame_number(frame, rate)?;
            if let Some(found) = boxes(frame, Some(number)) {
                numbers.push(number);
                read.boxes.extend(found);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        read.frames = Some(Frames { rate, numbers });
        Some(read)
    }

    /// Whether SpeciesNet saw something and could not settle on a name: stored rows look like those of a blank.
    pub(crate) fn settled_on_nothing(json: &str) -> bool {
        json.contains(";no cv result\"")
            && serde_json::from_str::<Value>(json).is_ok_and(|value| {
                let prediction = value.get("prediction").and_then(Value::as_str);
                prediction.is_some_and(|prediction| prediction.ends_with(";no cv result"))
            })
    }
}

/// The frame's number in the file. Rows count sampled frames; where they do not say at which second a frame is shown, it
/// is taken that one frame a second was sampled.
fn frame_number(frame: &Value, rate: f64) -> Option<u64> {
    if let Some(seconds) = frame.get("frame_time").and_then(Value::as_f64) {
        return Some((seconds * rate).round().clamp(0.0, 1e12) as u64);
    }
    let step = (rate.floor() as u64).max(1);
    frame.get("frame_number")?.as_u64()?.checked_mul(step)
}

fn boxes(answer: &Value, frame: Option<u64>) -> Option<Vec<RawBox>> {
    let detections = answer.get("detections")?.as_array()?;
    let mut read: Vec<_> = detections.iter().filter_map(|one| raw_box(one, frame)).collect();
    let prediction = answer.get("prediction").and_then(Value::as_str);
    let score = answer.get("prediction_score").and_then(Value::as_f64);
    if let (Some(prediction), Some(score)) = (prediction, score) {
        // One answer for the whole picture is about its surest box.
        let surest = read.iter_mut().reduce(|a, b| if b.confidence > a.confidence { b } else { a });
        if let Some(surest) = surest.filter(|one| one.classes.is_empty()) {
            surest.classes.push((prediction.to_owned(), score.clamp(0.0, 1.0)));
        }
    }
    for one in &mut read {
        one.classes.retain(|(name, _)| !says_nothing(name));
        one.classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    Some(read)
}

fn says_nothing(name: &str) -> bool {
    let last = name.rsplit(';').next().unwrap_or_default().trim().to_lowercase();
    matches!(last.as_str(), "" | "blank" | "empty" | "vide" | "no cv result" | "error")
}

fn raw_box(one: &Value, frame: Option<u64>) -> Option<RawBox> {
    let confidence = one.get("conf")?.as_f64()?.clamp(0.0, 1.0);
    let bbox = match (one.get("bbox"), one.get("xywhn")) {
        (Some(bbox), _) => four(bbox)?,
        (None, centred) => {
            let [x, y, width, height] = four(centred?)?;
            [x - width / 2.0, y - height / 2.0, width, height]
        }
    };
    let processed = one.get("processed_classification");
    let mut classes = Vec::new();
    if let Some(processed) = processed {
        let (name, score) = (processed.get("class")?.as_str()?, processed.get("score")?.as_f64()?);
        classes.push((name.to_owned(), score.clamp(0.0, 1.0)));
    }
    let ranking = one.get("raw_classifications").or_else(|| one.get("classifications"));
    for (name, score) in ranking.map(ranked).unwrap_or_default() {
        if classes.iter().all(|(known, _)| *known != name) {
            classes.push((name, score));
        }
    }
    Some(RawBox { label: label(one)?, confidence, bbox, classes, frame })
}

/// `{"classes" or "labels": […], "scores": […]}`.
fn ranked(ranking: &Value) -> Vec<(String, f64)> {
    let names = ranking.get("classes").or_else(|| ranking.get("labels")).and_then(Value::as_array);
    let scores = ranking.get("scores").and_then(Value::as_array);
    let (Some(names), Some(scores)) = (names, scores) else { return Vec::new() };
    let pairs = names.iter().zip(scores);
    pairs
        .filter_map(|(name, score)| Some((name.as_str()?.to_owned(), score.as_f64()?.clamp(0.0, 1.0))))
        .collect()
}

fn label(one: &Value) -> Option<String> {
    let named = one.get("label").and_then(Value::as_str).map(|label| label.trim().to_lowercase());
    let numbered = || {
        // MegaDetector's categories begin with 1, a detector's classes with 0.
        let category = one.get("category").and_then(|category| match category {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        let number = category.or_else(|| one.get("class")?.as_u64()?.checked_add(1))?;
        let names = ["whole image", "animal", "person", "vehicle"];
        let name = names.get(usize::try_from(number).ok()?);
        Some(name.map_or_else(|| format!("category {number}"), |name| (*name).to_owned()))
    };
    let label = named.filter(|label| !label.is_empty()).or_else(numbered)?;
    Some(match label.as_str() {
        "human" => "person".to_owned(),
        "whole_image_classification" => "whole image".to_owned(),
        _ => label,
    })
}

fn four(value: &Value) -> Option<[f64; 4]> {
    let sides: Vec<f64> = value.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    sides.try_into().ok()
}

/// A box cut to the picture: left, top, width, height. Never empty, so that no format refuses it.
pub(crate) fn inside([x, y, width, height]: [f64; 4]) -> [f64; 4] {
    const LEAST: f64 = 1e-4;
    let round = |side: f64| (side * 1e6).round() / 1e6;
    let (left, top) = (round(x.clamp(0.0, 1.0 - LEAST)), round(y.clamp(0.0, 1.0 - LEAST)));
    // Edges are rounded, not lengths: what was cut once is cut to the same again.
    let (right, bottom) =
        (round((x + width).clamp(left + LEAST, 1.0)), round((y + height).clamp(top + LEAST, 1.0)));
    [left, top, round(right - left), round(bottom - top)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_every_model_become_the_same() {
        let species = r#"{"detections": [{"category": "1", "label": "animal", "conf": 0.5, "bbox": [0.1, 0.2, 0.3, 0.4]}],
            "prediction": "u;mammalia;;;vulpes;vulpes;red fox", "prediction_score": 0.9}"#;
        let deepfaune = r#"{"detections": [{"class": 0, "label": "animal", "conf": 0.5, "xywhn": [0.25, 0.4, 0.3, 0.4]}],
            "prediction": "fox", "prediction_score": 0.9, "classifications": {"labels": ["fox"], "scores": [0.9]}}"#;
        let mega = r#"{"detections": [{"category": "2", "conf": 0.5, "bbox": [0.1, 0.2, 0.3, 0.4]}]}"#;
        let read = |json| Raw::read(json).unwrap().boxes.remove(0);
        let [a, b, c] = [species, deepfaune, mega].map(read);
        assert!(a.bbox.iter().zip(b.bbox).all(|(a, b)| (a - b).abs() < 1e-9), "{:?}", b.bbox);
        assert_eq!((a.label, b.label, c.label), ("animal".into(), "animal".into(), "person".into()));
        assert_eq!((a.classes[0].1, b.classes[0].0.as_str(), c.classes.len()), (0.9, "fox", 0));
    }

    #[test]
    fn frames_are_counted_as_in_the_file() {
        let frame = |number, time: &str| {
            format!(
                r#"{{"detections": [{{"category": "1", "conf": 0.5, "bbox": [0, 0, 1, 1]}}], "frame_number": {number},
                "metadata": {{"fps": 29.97, "duration": 3.0}}{time}}}"#
            )
        };
        let json = format!(r#"{{"frames": [{}, {}]}}"#, frame(0, ""), frame(2, r#", "frame_time": 2.002"#));
        let raw = Raw::read(&json).unwrap();
        assert_eq!(raw.frames.unwrap().numbers, [0, 60]);
        assert_eq!(raw.boxes[1].frame, Some(60));
        assert_eq!(
            Raw::read(&format!(r#"{{"frames": [{}]}}"#, frame(2, ""))).unwrap().frames.unwrap().numbers,
            [58]
        );
    }

    #[test]
    fn a_box_is_cut_to_the_picture_and_never_empty() {
        assert_eq!(inside([-0.1, 0.5, 0.3, 0.9]), [0.0, 0.5, 0.2, 0.5]);
        assert!(inside([2.0, f64::MAX, 0.0, 0.0]).iter().all(|side| (0.0..=1.0).contains(side)));
        assert!(inside([1.0, 1.0, 0.0, 0.0])[2] > 0.0);
    }

    #[test]
    fn what_is_no_answer_has_no_boxes() {
        for json in ["", "[]", "{}", r#"{"frames": [{}]}"#, r#"{"detections": 3}"#] {
            assert_eq!(Raw::read(json), None, "{json}");
        }
        assert!(Raw::settled_on_nothing(r#"{"prediction": "u;;;;;;no cv result"}"#));
        assert!(!Raw::settled_on_nothing(r#"{"prediction": "u;;;;;;blank"}"#));
    }
}
