//! What the pipeline does beside the reference's answers: the second generation, failures, stopping.

use std::ops::ControlFlow;

use biowatch_contract::lines::to_python_json;
use biowatch_contract::{Instance, Prediction};
use biowatch_vision::cancel::Cancel;
use biowatch_vision::media::Media;
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::speciesnet::info::Kind;
use biowatch_vision::speciesnet::{Format, PerAnimal, Settings, SpeciesNet};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::networks::{join, networks, package};
use crate::predicted::predict;
use crate::{ffmpeg, golden};

const PHOTOS: [&str; 3] = ["images/african_elephants.jpg", "images/human.jpg", "images/ocelot.jpg"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("behaviour::second_generation", second_generation),
        golden("behaviour::whole_images", whole_images),
        golden("behaviour::one_by_one", one_by_one),
        golden("behaviour::failing_networks", failing_networks),
        golden("behaviour::stopping", stopping),
        videos_trial(),
    ]
}

fn photos() -> impl Iterator<Item = String> + Send {
    PHOTOS.into_iter().map(str::to_owned)
}

fn value(row: &Prediction) -> Value {
    serde_json::from_slice(&to_python_json(row).unwrap()).unwrap()
}

fn rows(kind: Kind, format: Format) -> Vec<Value> {
    let mut package = package("model");
    package.kind = kind;
    let mut pipeline = join(package, Engine::BuiltIn, Settings { format, ..Settings::default() });
    predict(&mut pipeline, photos()).iter().map(value).collect()
}

/// The first box is classified alike in both generations, so their answers are the same.
fn second_generation() -> Result<(), String> {
    let first = rows(Kind::AlwaysCrop, Format::FirstGeneration);
    let all = PerAnimal { max_classes_per_detection: None, ..PerAnimal::default() };
    let second = rows(Kind::AlwaysCrop, Format::PerAnimal(all));
    for (first, second) in first.iter().zip(&second) {
        let boxes = second["detections"].as_array().unwrap();
        assert_eq!(boxes[0]["raw_classifications"], first["classifications"]);
        let answer = &boxes[0]["processed_classification"];
        let got = [&answer["class"], &answer["score"], &answer["source"]];
        assert_eq!(got, [&first["prediction"], &first["prediction_score"], &first["prediction_source"]]);
        for (index, shown) in boxes.iter().enumerate() {
            let mut bare = shown.clone();
            bare.as_object_mut().unwrap().retain(|key, _| !key.contains("classification"));
            assert_eq!(bare, first["detections"][index]);
            let sure = shown["conf"].as_f64().unwrap() >= 0.1;
            assert_eq!(shown.get("raw_classifications").is_some(), sure, "{shown}");
            assert_eq!(shown.get("processed_classification").is_some(), sure, "{shown}");
        }
    }

    let few = PerAnimal { max_boxes_per_image: Some(1), ..PerAnimal::default() };
    for row in rows(Kind::AlwaysCrop, Format::PerAnimal(few)) {
        let boxes = row["detections"].as_array().unwrap();
        let classified = boxes.iter().filter(|shown| shown.get("raw_classifications").is_some());
        assert_eq!(classified.count(), 1);
        assert_eq!(boxes[0]["raw_classifications"]["classes"].as_array().unwrap().len(), 2);
    }
    Ok(())
}

/// A classifier of whole images gives one answer, which both generations write.
fn whole_images() -> Result<(), String> {
    let crops = rows(Kind::AlwaysCrop, Format::FirstGeneration);
    let first = rows(Kind::FullImage, Format::FirstGeneration);
    let second = rows(Kind::FullImage, Format::PerAnimal(PerAnimal::default()));
    for ((crop, first), second) in crops.iter().zip(&first).zip(&second) {
        assert_eq!(crop["detections"], first["detections"]);
        assert_ne!(crop["classifications"], first["classifications"]);
        let boxes = second["detections"].as_array().unwrap();
        assert_eq!(boxes.len(), 1 + first["detections"].as_array().unwrap().len());
        assert_eq!((&boxes[0]["category"], &boxes[0]["bbox"]), (&json!("0"), &json!([0.0, 0.0, 1.0, 1.0])));
        assert_eq!(boxes[0]["processed_classification"]["class"], first["prediction"]);
        assert!(boxes[1..].iter().all(|shown| shown.get("raw_classifications").is_none()));
    }
    Ok(())
}

/// Reading ahead changes nothing, nor does what was predicted before.
fn one_by_one() -> Result<(), String> {
    let mut pipeline = join(package("model"), Engine::BuiltIn, Settings::default());
    let together = predict(&mut pipeline, photos());
    let mut alone = Vec::new();
    for photo in photos() {
        alone.extend(predict(&mut pipeline, std::iter::once(photo)));
    }
    assert_eq!(together, alone);
    Ok(())
}

/// Networks that answer in a shape of their own cost each photo its row, and nothing else.
fn failing_networks() -> Result<(), String> {
    let mut few_labels = package("model");
    few_labels.labels.truncate(5);
    let (detector, mut classifier) = networks(&few_labels, Engine::BuiltIn);
    classifier.classes = 5;
    let no_classes = SpeciesNet::new(few_labels, detector, classifier, Settings::default()).unwrap();

    let whole = package("model");
    let (mut detector, classifier) = networks(&whole, Engine::BuiltIn);
    detector.head.anchors.pop();
    let no_boxes = SpeciesNet::new(whole, detector, classifier, Settings::default()).unwrap();

    let cases = [
        (no_classes, "Inference failed: ['CLASSIFIER']", "69 numbers, expected 5"),
        (no_boxes, "Inference failed: ['CLASSIFIER', 'DETECTOR']", "the detector's answer cannot be read"),
    ];
    for (model, error, reason) in cases {
        let mut pipeline = Pipeline::SpeciesNet(Box::new(model));
        let rows = predict(&mut pipeline, photos());
        assert_eq!(rows.len(), PHOTOS.len());
        for row in rows.iter().map(value) {
            assert_eq!(row["error"], error);
            assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
        }
    }
    Ok(())
}

/// A break and a cancel end the work: no row follows, and paths that were not reached stay untouched.
fn stopping() -> Result<(), String> {
    let mut pipeline = join(package("model"), Engine::BuiltIn, Settings::default());
    for by_cancel in [false, true] {
        let cancel = Cancel::default();
        let mut rows = 0;
        let forever = PHOTOS.into_iter().cycle().map(Instance::new);
        pipeline.predict(forever, &cancel, &mut |_| {
            rows += 1;
            if by_cancel {
                cancel.cancel();
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(())
        });
        assert_eq!(rows, 1, "by cancel: {by_cancel}");
    }

    let cancel = Cancel::default();
    cancel.cancel();
    pipeline.predict(photos().map(Instance::new), &cancel, &mut |row| panic!("{row:?}"));
    assert_eq!(predict(&mut pipeline, photos()).len(), PHOTOS.len());
    Ok(())
}

fn videos_trial() -> Trial {
    let trial = golden("behaviour::videos", videos);
    match ffmpeg::tools() {
        Some(_) => trial,
        None => trial.with_kind("no ffmpeg on PATH").with_ignored_flag(true),
    }
}

/// A row for each sampled frame, with what the reference appends, and the photos around it as ever.
fn videos() -> Result<(), String> {
    let media = Media { video: ffmpeg::settings(false), ..Media::default() };
    let settings = Settings { media, ..Settings::default() };
    let mut pipeline = join(package("model"), Engine::BuiltIn, settings);
    let clip = "deepfaune/media/clip_mjpeg.avi";
    let paths = ["images/ocelot.jpg", clip, "images/human.jpg"].map(str::to_owned);
    let rows: Vec<Value> = predict(&mut pipeline, paths.into_iter()).iter().map(value).collect();
    let files: Vec<&str> = rows.iter().map(|row| row["filepath"].as_str().unwrap()).collect();
    assert_eq!(files, ["images/ocelot.jpg", clip, clip, clip, "images/human.jpg"]);
    for (number, row) in rows[1..4].iter().enumerate() {
        assert_eq!(row["frame_number"], number);
        assert_eq!(row["metadata"], json!({"fps": 4.0, "duration": 3.0}));
        assert_eq!(row["frame_time"], number as f64);
        assert!(row.get("prediction").is_some());
    }
    assert!(rows[0].get("frame_number").is_none());
    Ok(())
}
