//! Photos and videos in, wire lines out, against the lines that the reference's servers send.

use biowatch_contract::{Prediction, lines};
use biowatch_vision::detector_model::Options;
use biowatch_vision::megadetector::Settings;
use biowatch_vision::pipeline::Pipeline;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::closeness::{Largest, compare};
use crate::engine::{ENGINES, Engine};
use crate::networks::{deepfaune, manas, media, megadetector};
use crate::predicted::{filepath, predict};
use crate::{ffmpeg, golden, goldens};

/// Float noise of engines, seen up to 2.1e-4 in a score where PyTorch itself is 1.1e-4 from what doubles give. The
/// goldens allow 1e-3 of a score, 0.15 of a pixel and 1e-4 of a side.
const SCORES: f64 = 4e-4;
const PIXELS: f64 = 0.05;
const FRACTIONS: f64 = 1e-4;

/// Expected lines, folder of the inputs, model, lines, whether frames go through JPEG.
const RUNS: [(&str, &str, &str, usize, bool); 12] = [
    ("deepfaune/expected/images.ndjson", "images", "deepfaune", 19, false),
    ("deepfaune/expected/media.ndjson", "deepfaune/media", "deepfaune", 23, true),
    ("deepfaune/expected/media_raw_frames.ndjson", "deepfaune/media", "deepfaune", 12, false),
    ("manas/expected/images_timm_scripted.ndjson", "images", "manas timm_scripted", 19, false),
    ("manas/expected/images_timm_traced.ndjson", "images", "manas timm_traced", 19, false),
    ("manas/expected/images_torchvision_scripted.ndjson", "images", "manas torchvision_scripted", 19, false),
    ("manas/expected/images_torchvision_traced.ndjson", "images", "manas torchvision_traced", 19, false),
    ("megadetector/v6/expected_images.ndjson", "images", V6, 19, false),
    ("megadetector/v6/expected_media.ndjson", "deepfaune/media", V6, 6, true),
    ("megadetector/v6/expected_media_raw_frames.ndjson", "deepfaune/media", V6, 4, false),
    ("megadetector/v1000-yolo11/expected_biowatch.ndjson", "images", SORREL, 8, false),
    ("megadetector/v6-yolov9c/expected_biowatch.ndjson", "images", V9C, 8, false),
];
const V6: &str = "megadetector/v6/MDV6-yolov10-e-1280.pt";
const SORREL: &str = "megadetector/v1000-yolo11/md_mini_sorrel.pt";
const V9C: &str = "megadetector/v6-yolov9c/md_mini_yolov9c.pt";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for engine in ENGINES {
        for (expected, inputs, model, count, jpeg) in RUNS {
            let trial = golden(format!("rows::{expected}"), engine, move || {
                check(engine, expected, inputs, model, count, jpeg);
            });
            let missing = inputs != "images" && ffmpeg::tools().is_none();
            trials.push(if missing {
                trial.with_kind("no ffmpeg on PATH").with_ignored_flag(true)
            } else {
                trial
            });
        }
    }
    trials
}

fn open(engine: Engine, model: &str, jpeg: bool) -> Pipeline {
    if model == "deepfaune" {
        return deepfaune(engine, Options::default(), media(jpeg));
    }
    match model.strip_prefix("manas ") {
        Some(form) => manas(engine, form, media(jpeg)),
        None => megadetector(engine, model, Settings::default(), media(jpeg)),
    }
}

fn check(engine: Engine, expected: &str, inputs: &str, model: &str, count: usize, jpeg: bool) {
    let text = String::from_utf8(goldens::bytes(&goldens::folder().join(expected))).unwrap();
    let expected: Vec<&str> = text.lines().collect();
    assert_eq!(expected.len(), count, "lines expected");
    let mut names: Vec<String> = expected.iter().map(|line| filepath(line)).collect();
    names.dedup();
    let folder = goldens::folder().join(inputs);
    let mut pipeline = open(engine, model, jpeg);
    let rows = predict(&mut pipeline, names.iter().map(|name| folder.join(name).display().to_string()));
    assert_eq!(rows.len(), count, "rows");

    let mut largest = Largest::default();
    for (row, expected) in rows.iter().zip(expected) {
        let got = as_the_reference_sends(row, &format!("{}/", folder.display()));
        let difference =
            compare(&got, &without_opencvs_words(expected)).unwrap_or_else(|text| panic!("{text}"));
        largest = largest.with(difference);
        let close =
            difference.scores <= SCORES && difference.pixels <= PIXELS && difference.boxes <= FRACTIONS;
        assert!(close, "{difference:?} in {expected}");
    }
    eprintln!(
        "{model} on {inputs} by {engine:?}: scores within {:.1e}, pixels {:.1e}, fractions {:.1e}",
        largest.scores, largest.pixels, largest.boxes
    );
}

/// The line without what the reference does not send: reasons, times of frames, the option that makes frames its own.
fn as_the_reference_sends(row: &Prediction, folder: &str) -> String {
    let mut row = row.clone();
    match &mut row {
        Prediction::Error(error) => assert!(error.reason.take().is_some_and(|reason| !reason.is_empty())),
        Prediction::Detections(row) => {
            row.options.retain(|option| option != "compat-jpeg-frames");
            if let Some(frame) = &mut row.frame {
                assert!(frame.frame_time.take().is_some());
            }
        }
        other => panic!("{other:?}"),
    }
    String::from_utf8(lines::to_line(&row)).unwrap().trim_end().replace(folder, "")
}

/// OpenCV has words of its own for a file without bytes.
fn without_opencvs_words(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    let row = &value["output"]["predictions"][0];
    match row["error"].as_str() {
        Some(error) if error.starts_with("OpenCV") => {
            let ours = format!("Cannot decode image: '{}'", row["filepath"].as_str().unwrap());
            line.replace(&serde_json::to_string(error).unwrap(), &serde_json::to_string(&ours).unwrap())
        }
        _ => line.to_owned(),
    }
}
