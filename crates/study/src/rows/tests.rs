use biowatch_contract::prediction::ForeignRow;
use serde_json::{Value, json};

use super::*;

fn run(model_id: &str) -> RunSettings {
    RunSettings {
        model_id: model_id.to_owned(),
        model_version: "1".to_owned(),
        country: None,
        import_path: "/photos".to_owned(),
        details: "{}".to_owned(),
        threshold: RunSettings::usual_threshold(model_id),
        sample_fps: 1.0,
    }
}

fn mapped(model_id: &str, rows: &[Value]) -> Mapped {
    let taken = Taken {
        timestamp: Some("2021-07-03T20:15:30.000+02:00".to_owned()),
        deployment: Some("d".to_owned()),
        exif: None,
    };
    let rows: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            let mut row = row.clone();
            row["filepath"] = "a".into();
            let line = json!({ "output": { "predictions": [row] } }).to_string();
            ForeignRow::from_line(line.as_bytes()).unwrap().into_iter().map(Prediction::Foreign)
        })
        .collect();
    map(&rows, &run(model_id), &taken)
}

fn observed(model_id: &str, rows: &[Value]) -> Vec<Observation> {
    match mapped(model_id, rows) {
        Mapped::Predicted { observations, .. } => observations,
        failed => panic!("{failed:?}"),
    }
}

/// Species, probability, confidence.
fn short(model_id: &str, rows: &[Value]) -> Vec<(Option<String>, Option<f64>, Option<f64>)> {
    let each = |one: Observation| (one.scientific_name, one.probability, one.confidence);
    observed(model_id, rows).into_iter().map(each).collect()
}

fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

const RABBIT: &str = "u;mammalia;lagomorpha;leporidae;oryctolagus;cuniculus;european rabbit";

#[test]
fn the_surest_box_counts_always_and_others_from_the_threshold_on() {
    let row = json!({"prediction": RABBIT, "prediction_score": 0.99, "detections": [
        {"category": "1", "label": "animal", "conf": 0.3, "bbox": [0.1, 0.2, 0.3, 0.4]},
        {"category": "1", "label": "animal", "conf": 0.49, "bbox": [0.5, 0.5, 0.2, 0.2]},
    ]});
    assert_eq!(
        short("speciesnet", std::slice::from_ref(&row)),
        [(name("oryctolagus cuniculus"), Some(0.99), Some(0.49))]
    );
    let one = &observed("speciesnet", &[row])[0];
    assert_eq!((one.bbox, one.count, one.observation_type), (Some([0.5, 0.5, 0.2, 0.2]), 1, None));
    assert_eq!(one.event_start.as_deref(), Some("2021-07-03T20:15:30.000+02:00"));
    assert_eq!(
        (one.classified_by.as_str(), one.common_name.as_deref()),
        ("speciesnet 1", Some("european rabbit"))
    );
}

#[test]
fn a_person_beside_a_fox_is_no_fox() {
    let row = json!({"prediction": "fox", "prediction_score": 0.9, "classifications": {"labels": ["fox"], "scores": [0.9]},
    "detections": [
        {"class": 0, "label": "animal", "conf": 0.6, "xyxy": [0, 0, 1, 1], "xywhn": [0.5, 0.5, 0.2, 0.4]},
        {"class": 1, "label": "person", "conf": 0.98, "xyxy": [0, 0, 1, 1], "xywhn": [0.25, 0.5, 0.5, 1.0]},
        {"class": 2, "label": "vehicle", "conf": 0.7, "xyxy": [0, 0, 1, 1], "xywhn": [0.5, 0.5, 0.2, 0.4]},
    ]});
    let expected = [
        (name("homo sapiens"), Some(0.98), Some(0.98)),
        (name("vehicle"), Some(0.7), Some(0.7)),
        (name("fox"), Some(0.9), Some(0.6)),
    ];
    assert_eq!(short("deepfaune", std::slice::from_ref(&row)), expected);
    assert_eq!(observed("deepfaune", &[row])[0].bbox, Some([0.0, 0.0, 0.5, 1.0]));
}

#[test]
fn each_animal_has_its_own_species_where_the_model_gives_it() {
    let deer = "v;mammalia;cetartiodactyla;cervidae;capreolus;capreolus;western roe deer";
    let second_generation = json!({"detections": [
        {"category": "1", "label": "animal", "conf": 0.9, "bbox": [0.0, 0.0, 0.5, 0.5],
            "processed_classification": {"class": RABBIT, "score": 0.8, "source": "classifier"}},
        {"category": "1", "label": "animal", "conf": 0.8, "bbox": [0.5, 0.5, 0.5, 0.5],
            "processed_classification": {"class": deer, "score": 0.7, "source": "classifier"}},
        {"category": "2", "label": "human", "conf": 0.6, "bbox": [0.5, 0.5, 0.5, 0.5]},
        {"category": "1", "label": "animal", "conf": 0.1, "bbox": [0.5, 0.5, 0.5, 0.5]},
    ]});
    let expected = [
        (name("oryctolagus cuniculus"), Some(0.8), Some(0.9)),
        (name("capreolus capreolus"), Some(0.7), Some(0.8)),
        (name("homo sapiens"), Some(0.6), Some(0.6)),
    ];
    assert_eq!(short("speciesnet", &[second_generation]), expected);
    let each_crop = json!({"prediction": "fox", "prediction_score": 0.9, "detections": [
        {"class": 0, "label": "animal", "conf": 0.9, "xywhn": [0.5, 0.5, 0.2, 0.4]},
        {"class": 0, "label": "animal", "conf": 0.8, "xywhn": [0.5, 0.5, 0.2, 0.4],
            "classifications": {"labels": ["badger", "fox"], "scores": [0.7, 0.2]}},
    ]});
    let expected = [(name("fox"), Some(0.9), Some(0.9)), (name("badger"), Some(0.7), Some(0.8))];
    assert_eq!(short("deepfaune", &[each_crop]), expected);
}

#[test]
fn nothing_and_unknown_are_told_apart() {
    let blank = json!({"prediction": "f1;;;;;;blank", "prediction_score": 0.9, "detections": [
        {"category": "2", "label": "human", "conf": 0.02, "bbox": [0.0, 0.0, 0.1, 0.1]}]});
    let blank = &observed("speciesnet", &[blank])[0];
    assert_eq!(
        (blank.scientific_name.as_ref(), blank.observation_type, blank.confidence),
        (None, None, Some(0.02))
    );
    let unknown = format!("f2;{}", ["no cv result"; 6].join(";"));
    let unknown =
        &observed("speciesnet", &[json!({"prediction": unknown, "prediction_score": 0.3, "detections": []})])
            [0];
    assert_eq!((unknown.scientific_name.as_ref(), unknown.observation_type), (None, Some("unknown")));
    let vide =
        &observed("manas", &[json!({"prediction": "vide", "detections": [], "classifications": {}})])[0];
    assert_eq!((vide.scientific_name.as_ref(), vide.probability, vide.count), (None, None, 1));
}

#[test]
fn megadetector_names_each_box() {
    let row = json!({"prediction": "homo sapiens", "prediction_score": 0.94, "classifications": {}, "detections": [
        {"class": 1, "label": "person", "conf": 0.94, "xywhn": [0.5, 0.5, 0.2, 0.4]},
        {"class": 0, "label": "animal", "conf": 0.3, "xywhn": [0.5, 0.5, 0.2, 0.4]},
        {"class": 0, "label": "animal", "conf": 0.1, "xywhn": [0.5, 0.5, 0.2, 0.4]}]});
    let expected = [(name("homo sapiens"), Some(0.94), Some(0.94)), (name("animal"), Some(0.3), Some(0.3))];
    assert_eq!(short("megadetector", &[row]), expected);
    let package = json!({"detections": [
        {"category": "1", "conf": 0.05, "bbox": [0.1, 0.1, 0.1, 0.1]},
        {"category": "2", "conf": 0.8, "bbox": [0.1, 0.1, 0.1, 0.1]}]});
    assert_eq!(short("megadetector", &[package]), [(name("homo sapiens"), Some(0.8), Some(0.8))]);
    let below = json!({"detections": [{"category": "1", "conf": 0.05, "bbox": [0.1, 0.1, 0.1, 0.1]}]});
    assert_eq!(short("megadetector", &[below]), [(None, None, Some(0.05))]);
    assert_eq!(
        short("megadetector", &[json!({"prediction": "blank", "detections": []})]),
        [(None, None, None)]
    );
}

fn frame(number: u64, label: &str, score: Option<f64>) -> Value {
    let mut row = json!({"prediction": label, "detections": [], "frame_number": number,
        "metadata": {"fps": 29.97, "duration": 10.01}});
    if let Some(score) = score {
        row["prediction_score"] = score.into();
    }
    row
}

#[test]
fn a_video_has_the_seconds_and_the_probability_of_its_species() {
    let rows = [
        frame(0, "blank", None),
        frame(3, "fox", Some(0.5)),
        frame(4, "badger", Some(0.99)),
        frame(6, "fox", Some(0.7)),
    ];
    let Mapped::Predicted { raw, observations, video } = mapped("deepfaune", &rows) else { panic!() };
    let raw: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(raw["frames"].as_array().unwrap().len(), 4);
    assert_eq!(video, Some(VideoFacts { fps: 29.97, duration: 10.01 }));
    let [one] = observations.as_slice() else { panic!("{observations:?}") };
    assert_eq!(
        (one.scientific_name.as_deref(), one.probability, one.count, one.bbox),
        (Some("fox"), Some(0.6), 1, None)
    );
    // 3 sampled frames are 3 * 29 frames of the file.
    assert_eq!(one.event_start.as_deref(), Some("2021-07-03T20:15:32.903+02:00"));
    assert_eq!(one.event_end.as_deref(), Some("2021-07-03T20:15:35.806+02:00"));
}

#[test]
fn megadetector_takes_the_surest_species_of_a_video_and_none_is_blank() {
    let rows =
        [frame(0, "animal", Some(0.3)), frame(1, "animal", Some(0.3)), frame(2, "homo sapiens", Some(0.9))];
    assert_eq!(short("megadetector", &rows), [(name("homo sapiens"), Some(0.9), None)]);
    let none = observed("deepfaune", &[frame(0, "blank", None)]);
    assert_eq!((none[0].observation_type, none[0].count), (Some("blank"), 0));
}

#[test]
fn a_failure_is_never_a_blank() {
    let cases = [
        (json!({"prediction": "error", "error": "Cannot decode image: 'a'"}), "Cannot decode image: 'a'"),
        (
            json!({"prediction": "error", "error": "Cannot decode image: 'a'", "reason": "it is cut short"}),
            "Cannot decode image: 'a': it is cut short",
        ),
        (json!({"failures": ["CLASSIFIER", "DETECTOR"]}), "the model failed on it: CLASSIFIER, DETECTOR"),
    ];
    for (row, expected) in cases {
        assert_eq!(mapped("speciesnet", &[row]), Mapped::Failed(expected.to_owned()));
    }
    let cut_short = [frame(0, "fox", Some(0.9)), json!({"prediction": "error", "error": "Cannot decode"})];
    assert!(matches!(mapped("deepfaune", &cut_short), Mapped::Failed(_)));
    let odd = json!({"prediction": "fox", "detections": [{"box": 1}]});
    let Mapped::Failed(reason) = mapped("own", &[odd]) else { panic!() };
    assert!(reason.contains("conf"), "{reason}");
    assert!(matches!(map(&[], &run("own"), &Taken::default()), Mapped::Failed(_)));
}
