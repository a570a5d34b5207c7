//! What is done better than the reference, when asked for, and what happens when things fail.

use std::ops::ControlFlow;

use biowatch_contract::lines::to_python_json;
use biowatch_contract::{Instance, Prediction};
use biowatch_vision::cancel::Cancel;
use biowatch_vision::decode::Manner;
use biowatch_vision::deepfaune::{self as deepfaune_model, Version};
use biowatch_vision::detector_model::{
    BirdHead, Classifier, Detector, DetectorModel, OpenDetectorModelError, Options, Rules,
};
use biowatch_vision::media::Media;
use biowatch_vision::megadetector::Settings;
use biowatch_vision::pipeline::Pipeline;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::engine::Engine;
use crate::networks::{birds, classifier, deepfaune, detector, media, megadetector};
use crate::predicted::predict;
use crate::{ffmpeg, golden, goldens};

const V6: &str = "megadetector/v6/MDV6-yolov10-e-1280.pt";
const DEEPFAUNE: &str = "deepfaune/model/MDV6-yolov10x.pt";

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |name: &str, test: fn()| golden(format!("behaviour::{name}"), Engine::BuiltIn, test);
    let mut trials = vec![
        trial("every_animal_is_classified", every_animal_is_classified),
        trial("the_strongest_box_decides", the_strongest_box_decides),
        trial("low_thresholds", low_thresholds),
        trial("a_classifier_alone", a_classifier_alone),
        trial("birds_are_told_apart", birds_are_told_apart),
        trial("parts_that_do_not_fit", parts_that_do_not_fit),
        trial("failing_networks", failing_networks),
    ];
    let video = trial("stopping_in_a_video", stopping_in_a_video);
    trials.push(match ffmpeg::tools() {
        Some(_) => video,
        None => video.with_kind("no ffmpeg on PATH").with_ignored_flag(true),
    });
    trials
}

fn image(name: &str) -> String {
    goldens::folder().join("images").join(name).display().to_string()
}

fn value(row: &Prediction) -> Value {
    serde_json::from_slice(&to_python_json(row).unwrap()).unwrap()
}

fn row(pipeline: &mut Pipeline, name: &str) -> Value {
    value(&predict(pipeline, std::iter::once(image(name)))[0])
}

fn deepfaune_with(options: Options) -> Pipeline {
    deepfaune(Engine::BuiltIn, options, media(false))
}

/// The box that decides has the classes of the row, the other animals have their own, and nothing else changes.
fn every_animal_is_classified() {
    let mut plain = deepfaune_with(Options::default());
    let mut every = deepfaune_with(Options { classify_every_animal: true, ..Options::default() });
    assert_eq!(every.options(), ["classify-every-animal"]);
    for name in ["african_elephants.jpg", "opossum_night.jpg"] {
        let (plain, mut every) = (row(&mut plain, name), row(&mut every, name));
        assert!(plain.get("options").is_none());
        assert_eq!(every["options"][0], "classify-every-animal");
        let first =
            every["detections"].as_array().unwrap().iter().position(|found| found["label"] == "animal");
        assert_eq!(every["detections"][first.unwrap()]["classifications"], every["classifications"]);
        every.as_object_mut().unwrap().remove("options");
        for found in every["detections"].as_array_mut().unwrap() {
            let classes = found.as_object_mut().unwrap().remove("classifications");
            assert_eq!(classes.is_some(), found["label"] == "animal");
        }
        assert_eq!(every, plain, "{name}");
    }
}

/// In both photos something else is surer than the animal.
fn the_strongest_box_decides() {
    let mut plain = deepfaune_with(Options::default());
    let mut strongest = deepfaune_with(Options { strongest_box_decides: true, ..Options::default() });
    for name in ["opossum_night.jpg", "domestic_dog.jpg"] {
        let (plain, strongest) = (row(&mut plain, name), row(&mut strongest, name));
        assert_eq!(strongest["options"][0], "strongest-box-decides");
        let first = &strongest["detections"][0];
        assert_ne!(first["label"], "animal");
        assert_eq!(
            [&strongest["prediction"], &strongest["prediction_score"]],
            [&first["label"], &first["conf"]]
        );
        assert_eq!(strongest["classifications"], serde_json::json!({}));
        assert_ne!(plain["prediction"], strongest["prediction"]);
        assert_eq!(plain["detections"], strongest["detections"]);
    }
    let same = [row(&mut plain, "ocelot.jpg"), row(&mut strongest, "ocelot.jpg")];
    assert_eq!(same[0]["prediction"], same[1]["prediction"]);
}

fn low_thresholds() {
    let model = |threshold: f64, low_thresholds: bool| {
        let options = Options { low_thresholds, ..Options::default() };
        let settings = Settings { threshold, options, ..Settings::default() };
        megadetector(Engine::BuiltIn, V6, settings, media(false))
    };
    let confidences = |pipeline: &mut Pipeline| -> Vec<f64> {
        let rows: Vec<Value> =
            ["ocelot.jpg", "blank3.jpg", "human.jpg"].map(|name| row(pipeline, name)).into();
        let all = rows.iter().flat_map(|row| row["detections"].as_array().unwrap());
        all.map(|found| found["conf"].as_f64().unwrap()).collect()
    };
    let (plain, low) = (confidences(&mut model(0.01, false)), confidences(&mut model(0.01, true)));
    assert!(plain.iter().all(|confidence| *confidence > 0.25));
    assert!(low.len() > plain.len() && low.iter().all(|confidence| *confidence > 0.01));
    // A threshold above what the detector reports anyway changes who decides, not what is reported.
    assert_eq!(confidences(&mut model(0.9, true)), plain);
    assert_eq!(row(&mut model(1.0, false), "human.jpg")["prediction"], "blank");
    assert_eq!(row(&mut model(0.2, false), "human.jpg")["prediction"], "homo sapiens");
}

fn rules() -> Rules {
    Rules {
        version: "mine".to_owned(),
        blank: "nothing".to_owned(),
        threshold: 0.2,
        person: "person".to_owned(),
        manner: Manner::OpenCv,
    }
}

fn labels(count: usize) -> Vec<String> {
    (0..count).map(|class| format!("class {class}")).collect()
}

fn a_classifier_alone() {
    let classifier = Classifier::imagenet(classifier(Engine::BuiltIn), labels(34), 182);
    let model =
        DetectorModel::new(None, Some(classifier), None, rules(), Options::default(), Media::default());
    let row = row(&mut Pipeline::Detector(Box::new(model.unwrap())), "ocelot.jpg");
    assert_eq!(row["classifications"]["labels"].as_array().unwrap().len(), 5);
    assert_eq!(row["prediction"], row["classifications"]["labels"][0]);
    assert_eq!((&row["detections"], &row["model_version"]), (&serde_json::json!([]), &"mine".into()));
}

/// The bird head is asked for birds alone, and its answer decides.
fn birds_are_told_apart() {
    let mut plain = deepfaune_with(Options::default());
    let model = |refines: &str| {
        let classifier =
            Classifier::imagenet(classifier(Engine::BuiltIn), Version::V1_3.labels(), Version::V1_3.side());
        let birds = BirdHead {
            session: birds(),
            labels: deepfaune_model::BIRDS.map(str::to_owned).into(),
            refines: refines.to_owned(),
            temperature: 0.9,
        };
        let detector = Detector::ultralytics(detector(DEEPFAUNE, Engine::BuiltIn), 0.25);
        let (options, media) = (Options::default(), Media::default());
        let model =
            DetectorModel::new(Some(detector), Some(classifier), Some(birds), rules(), options, media);
        Pipeline::Detector(Box::new(model.unwrap()))
    };
    let expected = row(&mut plain, "ocelot.jpg");
    let best = expected["prediction"].as_str().unwrap();
    let refined = row(&mut model(best), "ocelot.jpg");
    assert_eq!(refined["classifications"], expected["classifications"]);
    let kinds = &refined["bird_classifications"];
    assert_eq!(
        [&refined["prediction"], &refined["prediction_score"]],
        [&kinds["labels"][0], &kinds["scores"][0]]
    );
    assert!(deepfaune_model::BIRDS.contains(&refined["prediction"].as_str().unwrap()));
    assert_eq!(refined["options"], serde_json::json!(["bird-names"]));
    let untouched = row(&mut model("no such class"), "ocelot.jpg");
    assert_eq!(untouched["prediction"], expected["prediction"]);
    assert!(untouched.get("bird_classifications").is_none());
}

fn parts_that_do_not_fit() {
    let join = |detector: Option<Detector>, classifier: Option<Classifier>| {
        DetectorModel::new(detector, classifier, None, rules(), Options::default(), Media::default()).err()
    };
    let with_names = |names: &[&str]| {
        let mut network = detector(DEEPFAUNE, Engine::BuiltIn);
        network.names = names.iter().map(|name| (*name).to_owned()).collect();
        Detector::ultralytics(network, 0.25)
    };
    assert!(matches!(join(None, None), Some(OpenDetectorModelError::Nothing)));
    let two = join(Some(with_names(&["animal", "person"])), None);
    assert!(matches!(two, Some(OpenDetectorModelError::Names { classes: 3, names: 2, .. })));
    let classifier = Classifier::imagenet(classifier(Engine::BuiltIn), labels(34), 182);
    let beasts = join(Some(with_names(&["beast", "person", "vehicle"])), Some(classifier));
    assert!(matches!(beasts, Some(OpenDetectorModelError::NoAnimal)));
}

/// A network that answers in a shape of its own costs each photo its row, and nothing else.
fn failing_networks() {
    let detector = Detector::ultralytics(detector(DEEPFAUNE, Engine::BuiltIn), 0.25);
    let classifier = Classifier::imagenet(classifier(Engine::BuiltIn), labels(12), 182);
    let model = DetectorModel::new(
        Some(detector),
        Some(classifier),
        None,
        rules(),
        Options::default(),
        Media::default(),
    );
    let mut pipeline = Pipeline::Detector(Box::new(model.unwrap()));
    let photo = row(&mut pipeline, "ocelot.jpg");
    assert_eq!((&photo["prediction"], &photo["model_version"]), (&"error".into(), &"unknown".into()));
    assert!(photo["reason"].as_str().unwrap().contains("34 numbers, expected 12"), "{photo}");
    assert_eq!(row(&mut pipeline, "blank.jpg")["prediction"], "nothing");
    assert!(row(&mut pipeline, "no.jpg")["error"].as_str().unwrap().starts_with("Cannot access filepath"));
}

/// A break and a cancel end a video between two frames; a failing frame ends it with one row.
fn stopping_in_a_video() {
    let clip = goldens::folder().join("deepfaune/media/clip_h264.mp4").display().to_string();
    let mut pipeline = megadetector(Engine::BuiltIn, V6, Settings::default(), media(false));
    for by_cancel in [false, true] {
        let cancel = Cancel::default();
        let mut rows = 0;
        pipeline.predict(std::iter::once(Instance::new(clip.clone())), &cancel, &mut |row| {
            assert!(!row.is_error());
            rows += 1;
            if by_cancel {
                cancel.cancel();
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(())
        });
        assert_eq!(rows, 1, "by cancel: {by_cancel}");
    }

    let detector = Detector::ultralytics(detector(DEEPFAUNE, Engine::BuiltIn), 0.25);
    let classifier = Classifier::imagenet(classifier(Engine::BuiltIn), labels(12), 182);
    let (options, media) = (Options::default(), media(false));
    let model = DetectorModel::new(Some(detector), Some(classifier), None, rules(), options, media).unwrap();
    let mut pipeline = Pipeline::Detector(Box::new(model));
    let rows = predict(&mut pipeline, [clip, image("blank.jpg")].into_iter());
    assert_eq!(rows.len(), 2, "{rows:?}");
    let failed = value(&rows[0]);
    assert!(rows[0].is_error() && failed.get("frame_number").is_none(), "{failed}");
    assert_eq!(value(&rows[1])["prediction"], "nothing");
}
