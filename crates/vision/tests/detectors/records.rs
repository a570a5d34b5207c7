//! The records of the MegaDetector package, in both of its modes.

use biowatch_contract::Prediction;
use biowatch_contract::prediction::MegaDetectorBox;
use biowatch_vision::detector_model::{Form, Options};
use biowatch_vision::megadetector::{Runs, Settings};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::engine::{ENGINES, Engine};
use crate::networks::{media, megadetector};
use crate::predicted::predict;
use crate::{golden, goldens};

/// One unit of the last digit, and the noise of a double.
const CONFIDENCE: f64 = 0.001 + 1e-9;
const PLACE: f64 = 0.0001 + 1e-9;
/// More than a pixel of the smallest photo: corners are rounded to whole pixels, and noise may tip one.
const PIXEL: f64 = 0.0011;

const V5: &str = "megadetector/v5/expected.json";
const SORREL: &str = "megadetector/v1000-yolo11/expected_megadetector.json";
const RUNS: [(&str, &str); 3] = [
    (V5, "megadetector/v5/md_mini_redwood_style.pt"),
    (V5, "megadetector/v5/md_mini_v5_old_style.pt"),
    (SORREL, "megadetector/v1000-yolo11/md_mini_sorrel.pt"),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for engine in ENGINES {
        for (expected, model) in RUNS {
            for (mode, runs) in [("classic", Runs::Classic), ("modern", Runs::Modern)] {
                trials.push(golden(format!("records::{model}::{mode}"), engine, move || {
                    check(engine, expected, model, mode, runs);
                }));
            }
        }
    }
    trials
}

fn check(engine: Engine, expected: &str, model: &str, mode: &str, runs: Runs) {
    let document = goldens::json(&goldens::folder().join(expected));
    let expected = document["results"][mode].as_object().unwrap();
    assert!(expected.len() >= 7);
    let options = Options { form: Form::MegaDetectorRecords, ..Options::default() };
    let settings = Settings { runs, options, ..Settings::default() };
    let mut pipeline = megadetector(engine, model, settings, media(false));
    let folder = goldens::folder().join("images");
    let rows = predict(&mut pipeline, expected.keys().map(|name| folder.join(name).display().to_string()));
    assert_eq!(rows.len(), expected.len());
    let (mut records, mut same, mut flipped) = (0, 0, 0);
    for (row, (name, expected)) in rows.iter().zip(expected) {
        let Prediction::MegaDetector(row) = row else { panic!("{row:?}") };
        let expected = expected.as_array().unwrap();
        assert_eq!(
            row.detections.len(),
            expected.len(),
            "{name}: {:?}, expected {expected:?}",
            row.detections
        );
        for (got, expected) in row.detections.iter().zip(expected) {
            if !close(got, expected, PLACE) {
                assert!(close(got, expected, PIXEL), "{name}: {got:?}, expected {expected}");
                flipped += 1;
            }
            same += usize::from(serde_json::to_value(got).unwrap() == *expected);
        }
        records += expected.len();
    }
    assert!(flipped <= records / 100, "{flipped} records are off by a pixel");
    eprintln!("{model} {mode} by {engine:?}: {same} of {records} records equal to the digit");
}

fn close(got: &MegaDetectorBox, expected: &Value, place: f64) -> bool {
    let number = |value: &Value| value.as_f64().unwrap();
    got.category == expected["category"]
        && (got.conf - number(&expected["conf"])).abs() <= CONFIDENCE
        && got
            .bbox
            .iter()
            .zip(expected["bbox"].as_array().unwrap())
            .all(|(a, b)| (a - number(b)).abs() <= place)
}
