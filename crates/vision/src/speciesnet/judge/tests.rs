use biowatch_contract::lines::to_python_json;

use super::super::ensemble::Subject;
use super::super::label::{BLANK, HUMAN};
use super::super::place::Country;
use super::*;

const LION: &str = "l;mammalia;carnivora;felidae;panthera;leo;lion";
const TIGER: &str = "t;mammalia;carnivora;felidae;panthera;tigris;tiger";
const PANTHERA: &str = "p;mammalia;carnivora;felidae;panthera;;panthera species";
const RULES: &str = r#"{"mammalia;carnivora;felidae;panthera;tigris": {"allow": {"IND": []}}}"#;

/// Classes: 0 lion, 1 tiger, 2 human, 3 blank, 4 panthera, 5 lion again.
fn judge(format: Format) -> Judge {
    let label = |line| Label::parse(line).unwrap();
    let labels = vec![label(LION), label(TIGER), HUMAN.clone(), BLANK.clone(), label(PANTHERA), label(LION)];
    Judge {
        version: "9".to_owned(),
        kind: Kind::AlwaysCrop,
        taxonomy: Taxonomy::new(labels.clone()),
        labels,
        geofence: Some(serde_json::from_str(RULES).unwrap()),
        place: Place { country: Country::verbatim("KEN"), admin1_region: None },
        format,
    }
}

fn seen(subject: Subject, confidence: f64) -> Seen {
    Seen { sighting: Sighting { subject, confidence }, bbox_norm_xywh: [0.0, 0.25, 0.5, 0.5] }
}

fn json(row: &Prediction) -> String {
    String::from_utf8(to_python_json(row).unwrap()).unwrap()
}

fn with_options(options: PerAnimal, seen: &[Seen], best: &[Best], whole: Option<&Best>) -> String {
    let judge = judge(Format::PerAnimal(options));
    json(&judge.answer_for_each("x.jpg".to_owned(), seen, best, whole, &options))
}

#[test]
fn the_first_generation_answers_once() {
    let judge = judge(Format::FirstGeneration);
    let best = vec![(0, 0.5), (1, 0.25), (4, 0.125), (2, 0.0625), (3, 0.03125)];
    let row = judge.one_answer("x.jpg".to_owned(), &[seen(Subject::Animal, 0.9)], &best);
    let classes = [LION, TIGER, PANTHERA, HUMAN.as_str(), BLANK.as_str()].map(|line| format!("{line:?}"));
    let expected = format!(
        concat!(
            r#"{{"filepath": "x.jpg", "country": "KEN", "classifications": {{"classes": [{}], "#,
            r#""scores": [0.5, 0.25, 0.125, 0.0625, 0.03125]}}, "detections": [{{"category": "1", "#,
            r#""label": "animal", "conf": 0.9, "bbox": [0.0, 0.25, 0.5, 0.5]}}], "prediction": "{}", "#,
            r#""prediction_score": 0.875, "prediction_source": "classifier+rollup_to_genus", "#,
            r#""model_version": "9"}}"#
        ),
        classes.join(", "),
        PANTHERA
    );
    assert_eq!(json(&row), expected);
}

#[test]
fn an_image_without_boxes_is_judged_by_its_classes() {
    let judge = judge(Format::FirstGeneration);
    let row = json(&judge.one_answer("x.jpg".to_owned(), &[], &vec![(3, 0.75)]));
    assert!(row.contains(r#""detections": [], "prediction": "f1856211-"#), "{row}");
}

#[test]
fn the_second_generation_answers_for_each_classified_box() {
    let boxes = [seen(Subject::Human, 0.9), seen(Subject::Animal, 0.5), seen(Subject::Vehicle, 0.05)];
    let best = [vec![(0, 0.5), (1, 0.25), (2, 0.125)], vec![(1, 0.9), (0, 0.0625), (3, 0.03125)]];
    let bbox = r#""bbox": [0.0, 0.25, 0.5, 0.5]"#;
    let expected = format!(
        concat!(
            r#"{{"filepath": "x.jpg", "country": "KEN", "detections": ["#,
            r#"{{"category": "2", "label": "human", "conf": 0.9, {bbox}, "#,
            r#""raw_classifications": {{"classes": ["{lion}", "{tiger}"], "scores": [0.5, 0.25]}}, "#,
            r#""processed_classification": {{"class": "{human}", "score": 0.9, "source": "detector"}}}}, "#,
            r#"{{"category": "1", "label": "animal", "conf": 0.5, {bbox}, "#,
            r#""raw_classifications": {{"classes": ["{tiger}", "{lion}"], "scores": [0.9, 0.0625]}}, "#,
            r#""processed_classification": {{"class": "{animal}", "score": 0.9625, "#,
            r#""source": "classifier+geofence+rollup_to_kingdom"}}}}, "#,
            r#"{{"category": "3", "label": "vehicle", "conf": 0.05, {bbox}}}], "model_version": "9"}}"#
        ),
        bbox = bbox,
        lion = LION,
        tiger = TIGER,
        human = HUMAN,
        animal = super::super::label::ANIMAL,
    );
    assert_eq!(with_options(PerAnimal::default(), &boxes, &best, None), expected);
    assert!(
        with_options(PerAnimal::default(), &[], &[], None).contains(r#""detections": [], "model_version""#)
    );
}

#[test]
fn the_second_generation_shows_as_many_classes_as_asked_for() {
    let boxes = [seen(Subject::Animal, 0.5)];
    let best = [(0..6).map(|class| (class, 0.135)).collect::<Best>()];
    for (max_classes_per_detection, shown) in
        [(None, 5), (Some(0), 0), (Some(2), 2), (Some(6), 6), (Some(9), 6)]
    {
        let options = PerAnimal { max_classes_per_detection, ..PerAnimal::default() };
        let row = with_options(options, &boxes, &best, None);
        let row: serde_json::Value = serde_json::from_str(&row).unwrap();
        let raw = &row["detections"][0]["raw_classifications"];
        assert_eq!(raw["classes"].as_array().unwrap().len(), shown, "{max_classes_per_detection:?}");
        assert_eq!(raw["scores"].as_array().unwrap().len(), shown);
        // Four animals among the best five sum up to 0.54; a fifth would lift them over 0.65.
        let source = &row["detections"][0]["processed_classification"]["source"];
        assert_eq!(source, "classifier", "{max_classes_per_detection:?}");
    }
}

#[test]
fn a_classifier_of_whole_images_adds_a_box_of_its_own() {
    let whole = vec![(3, 0.995)];
    let row = with_options(PerAnimal::default(), &[seen(Subject::Animal, 0.5)], &[], Some(&whole));
    let expected = concat!(
        r#""detections": [{"category": "0", "label": "whole_image_classification", "conf": 1.0, "#,
        r#""bbox": [0.0, 0.0, 1.0, 1.0], "raw_classifications": {"#
    );
    assert!(row.contains(expected), "{row}");
    assert!(row.contains(r#""score": 0.995, "source": "classifier"}}, {"category": "1", "#), "{row}");
    assert!(row.ends_with(r#""bbox": [0.0, 0.25, 0.5, 0.5]}], "model_version": "9"}"#), "{row}");
}

#[test]
fn failures_keep_the_words_that_clients_know() {
    let both = || Shortfall::of_parts(&[Failure::Classifier, Failure::Detector], "why".to_owned());
    let first = judge(Format::FirstGeneration).failed("x.jpg".to_owned(), None, both());
    assert_eq!(
        json(&first),
        concat!(
            r#"{"filepath": "x.jpg", "prediction": "error", "prediction_score": 0.0, "#,
            r#""error": "Inference failed: ['CLASSIFIER', 'DETECTOR']", "classifications": {}, "#,
            r#""detections": [], "model_version": "9", "reason": "why"}"#
        )
    );

    let second = judge(Format::PerAnimal(PerAnimal::default()));
    assert_eq!(
        json(&second.failed("x.jpg".to_owned(), None, both())),
        concat!(
            r#"{"filepath": "x.jpg", "failures": ["CLASSIFIER", "DETECTOR"], "country": "KEN", "#,
            r#""model_version": "9", "reason": "why"}"#
        )
    );
    let classifier = Shortfall::of_parts(&[Failure::Classifier], "why".to_owned());
    let row = second.failed("x.jpg".to_owned(), Some(&[seen(Subject::Animal, 0.5)]), classifier);
    assert!(row.is_error());
    assert_eq!(
        json(&row),
        concat!(
            r#"{"filepath": "x.jpg", "failures": ["CLASSIFIER"], "country": "KEN", "detections": "#,
            r#"[{"category": "1", "label": "animal", "conf": 0.5, "bbox": [0.0, 0.25, 0.5, 0.5]}], "#,
            r#""model_version": "9", "reason": "why"}"#
        )
    );
}
