//! MegaDetector batch results 1.6, with what Timelapse asks for beyond them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::ids::Ids;
use super::{CheckError, Checked, is_box, is_inside, numbers};
use crate::json_parts::{self, Part};

pub(super) fn check(file: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let mut images = Images::default();
    let mut wholes = Map::new();
    let mut keys = Vec::new();
    json_parts::read_all(file, &mut keys, |key, part| match (key, part) {
        ("images", Part::Item(image)) => images.image(&image, &mut checked),
        (key, Part::Whole(whole)) => drop(wholes.insert(key.to_owned(), whole)),
        (key, Part::Item(_)) => checked.must(false, || format!("`{key}` is a list")),
    })?;
    for key in ["images", "info", "detection_categories"] {
        checked.must(keys.iter().any(|known| known == key), || format!("`{key}` is missing"));
    }
    let version = wholes.get("info").and_then(|info| info.get("format_version"));
    checked.must(version == Some(&Value::from("1.6")), || "`info.format_version` is not \"1.6\"".to_owned());
    let map = |key: &str| wholes.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    let (detections, classes) = (map("detection_categories"), map("classification_categories"));
    names(&detections, &classes, &mut checked);
    for (used, known, what) in
        [(&images.categories, &detections, "category"), (&images.classes, &classes, "class")]
    {
        for id in used.iter().filter(|id| !known.contains_key(*id)) {
            checked.must(false, || format!("{what} `{id}` is used and has no name"));
        }
    }
    if let Some(descriptions) = wholes.get("classification_category_descriptions").and_then(Value::as_object)
    {
        let same = descriptions.keys().eq(classes.keys());
        checked.must(same, || "descriptions and names are not of the same classes".to_owned());
    }
    Ok(checked)
}

fn names(detections: &Map<String, Value>, classes: &Map<String, Value>, checked: &mut Checked) {
    let mut taken = BTreeSet::new();
    for (id, name) in detections.iter().chain(classes) {
        checked.must(id.parse::<u32>().is_ok_and(|id| id > 0), || {
            format!("category `{id}` is no number above 0")
        });
        let name = name.as_str().unwrap_or_default().trim().to_lowercase();
        checked.must(!name.is_empty(), || format!("category `{id}` has no name"));
        checked.must(taken.insert(name.clone()), || {
            format!("two categories are called `{name}`: Timelapse refuses that")
        });
    }
}

#[derive(Default)]
struct Images {
    files: Ids,
    categories: BTreeSet<String>,
    classes: BTreeSet<String>,
}

impl Images {
    fn image(&mut self, image: &Value, checked: &mut Checked) {
        checked.files += 1;
        let file = image.get("file").and_then(Value::as_str).unwrap_or_default();
        checked.must(is_inside(file), || format!("`{file}` is no path inside the folder"));
        checked.must(self.files.insert(file), || format!("`{file}` is there twice"));
        let detections = image.get("detections");
        if image.get("failure").is_some() {
            let told =
                image.get("failure").is_some_and(Value::is_string) && detections.is_none_or(Value::is_null);
            checked.must(told, || format!("`{file}` failed and has detections, or its failure is no text"));
        } else {
            checked.must(detections.is_some_and(Value::is_array), || {
                format!("`{file}` has no detections, not even none")
            });
        }
        let is_video = image.get("frame_rate").is_some();
        if is_video {
            let rate = image.get("frame_rate").and_then(Value::as_f64).unwrap_or_default();
            let known = rate > 0.0 || (image.get("failure").is_some() && rate == -1.0);
            checked.must(known, || format!("`{file}` has a frame rate of {rate}"));
            let frames = numbers(image.get("frames_processed"));
            let ascend = frames.is_sorted_by(|a, b| a < b);
            let listed = image.get("frames_processed").is_some_and(Value::is_array);
            checked.must(listed && ascend, || format!("`{file}` does not say which frames were looked at"));
        }
        for detection in detections.and_then(Value::as_array).into_iter().flatten() {
            checked.rows += 1;
            self.detection(file, is_video, detection, checked);
        }
    }

    fn detection(&mut self, file: &str, is_video: bool, detection: &Value, checked: &mut Checked) {
        let confidence = detection.get("conf");
        let known = confidence
            .is_some_and(|conf| conf.is_f64() && (0.0..=1.0).contains(&conf.as_f64().unwrap_or(-1.0)));
        checked.must(known, || {
            format!("`{file}` has a confidence that is no number with a point from 0.0 to 1.0")
        });
        checked.must(is_box(&numbers(detection.get("bbox"))), || {
            format!("`{file}` has a box outside the picture")
        });
        checked.must(is_video == detection.get("frame_number").is_some_and(Value::is_u64), || {
            format!("`{file}`: videos have frame numbers, photos none")
        });
        self.categories
            .insert(detection.get("category").and_then(Value::as_str).unwrap_or_default().to_owned());
        let mut last = 1.0;
        for class in detection.get("classifications").and_then(Value::as_array).into_iter().flatten() {
            let id = class.get(0).and_then(Value::as_str).unwrap_or_default();
            let score = class.get(1).and_then(Value::as_f64).unwrap_or(-1.0);
            checked.must((0.0..=last).contains(&score), || {
                format!("`{file}` has classes that are not the surest first")
            });
            last = score;
            if !self.classes.contains(id) {
                self.classes.insert(id.to_owned());
            }
        }
    }
}
