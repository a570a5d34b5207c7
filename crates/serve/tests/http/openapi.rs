//! The OpenAPI document is held against what the server does.

use biowatch_contract::Prediction;
use biowatch_contract::lines::to_line;
use biowatch_contract::prediction::{
    Classifications, ClassifiedDetection, Detection, DetectionRow, Failure, Frame, LabelledBox,
    MegaDetectorBox, MegaDetectorRow, ProcessedClassification, Ranking, SpeciesNet, SpeciesNetPerAnimal,
    VideoMetadata,
};
use biowatch_serve::{Keys, Secret, Settings};
use serde_json::{Value, json};

use crate::client::{Client, ask, get};
use crate::server::{TestServer, echo, row, settings};

fn document(server: &TestServer) -> Value {
    serde_json::from_str(get(server.address, "/openapi.json").text()).unwrap()
}

/// What of `value` is not as `schema` says: the part of JSON Schema that the document uses, and no more.
fn faults(document: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        let wrong = match &keyword[..] {
            "description" | "default" | "example" | "maxLength" | "minLength" => false,
            "$ref" => {
                let target =
                    document.pointer(rule.as_str().unwrap().trim_start_matches('#')).expect("a target");
                found.extend(faults(document, target, value, path));
                false
            }
            "type" => {
                let names = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                !names.iter().any(|name| is_type(value, name.as_str().unwrap()))
            }
            "const" => value != rule,
            "enum" => !rule.as_array().unwrap().contains(value),
            "not" => faults(document, rule, value, path).is_empty(),
            "minimum" => value.as_f64() < rule.as_f64(),
            "maximum" => value.as_f64() > rule.as_f64(),
            "exclusiveMinimum" => value.is_number() && value.as_f64() <= rule.as_f64(),
            "minItems" => length(value) < rule.as_u64(),
            "maxItems" | "maxProperties" => length(value) > rule.as_u64(),
            "required" => {
                rule.as_array().unwrap().iter().any(|key| value.get(key.as_str().unwrap()).is_none())
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                value.as_object().unwrap().keys().any(|key| known.get(key).is_none())
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        found.extend(faults(document, rule, value, &format!("{path}.{key}")));
                    }
                }
                false
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(document, rule, value, &format!("{path}[{index}]")));
                }
                false
            }
            "anyOf" => {
                let fits = |rule: &Value| faults(document, rule, value, path).is_empty();
                !rule.as_array().unwrap().iter().any(fits)
            }
            other => panic!("the document uses `{other}`, which this test does not know"),
        };
        if wrong {
            found.push(format!("{path}: {value} breaks {keyword} {rule}"));
        }
    }
    found
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}

fn length(value: &Value) -> Option<u64> {
    let length = value.as_array().map(Vec::len).or_else(|| value.as_object().map(serde_json::Map::len));
    length.map(|length| length as u64)
}

fn check(document: &Value, schema: &str, value: &Value) -> Vec<String> {
    let schema = document.pointer(&format!("/components/schemas/{schema}")).unwrap();
    faults(document, schema, value, "$")
}

#[test]
fn every_documented_path_answers_and_names_its_answer() {
    let keys = Keys { api: Some(Secret::new("k")), ..settings().keys };
    let server = TestServer::ready(Settings { keys, ..settings() }, echo);
    let document = document(&server);
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 13);
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let mut client = Client::connect(server.address);
            let method = method.to_uppercase();
            client.send(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
            let code = client.answer(&method).code().to_string();
            let documented = &methods[method.to_lowercase()]["responses"][&code];
            assert!(documented.is_object(), "{method} {path} gives {code}, which is not documented");
            let keyed = methods[method.to_lowercase()].get("security").is_some();
            assert_eq!(keyed, code == "401", "{method} {path}: wrong about keys");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let server = TestServer::ready(settings(), echo);
    let document = document(&server);
    let mut todo = vec![&document];
    let mut seen = 0;
    while let Some(value) = todo.pop() {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
            seen += 1;
        }
        todo.extend(value.as_object().into_iter().flat_map(|object| object.values()));
        todo.extend(value.as_array().into_iter().flatten());
    }
    assert!(seen > 40, "only {seen} references");
}

fn frame() -> Frame {
    let metadata = VideoMetadata { fps: 29.97, duration: 3.9 };
    Frame { frame_number: 2, metadata, frame_time: Some(1.935) }
}

#[test]
fn the_row_schemas_fit_the_rows() {
    let server = TestServer::ready(settings(), echo);
    let document = document(&server);
    let classes = || Classifications { classes: vec!["a".into()], scores: vec![0.5] };
    let detection =
        || Detection { category: "1".into(), label: "animal".into(), conf: 0.9, bbox: [0.1, 0.2, 0.3, 0.4] };
    let full = SpeciesNet {
        filepath: "a".into(),
        failures: vec![Failure::Classifier, Failure::Detector, Failure::Geolocation],
        country: Some("FRA".into()),
        admin1_region: Some("CA".into()),
        classifications: Some(classes()),
        detections: Some(vec![detection()]),
        prediction: Some("p".into()),
        prediction_score: Some(0.5),
        prediction_source: Some("classifier".into()),
        model_version: "4.0.2a".into(),
        frame: Some(frame()),
    };
    let classified = ClassifiedDetection {
        detection: detection(),
        raw_classifications: Some(classes()),
        processed_classification: Some(ProcessedClassification {
            class: "c".into(),
            score: 0.5,
            source: "classifier".into(),
        }),
    };
    let per_animal = SpeciesNetPerAnimal {
        filepath: "a".into(),
        failures: vec![Failure::Detector],
        country: Some("USA".into()),
        admin1_region: Some("CA".into()),
        detections: Some(vec![classified]),
        model_version: "4.0.2a".into(),
        reason: Some("why".into()),
        frame: Some(frame()),
    };
    let ranking = || Ranking { labels: vec!["lynx".into()], scores: vec![0.5] };
    let detections = DetectionRow {
        filepath: "a".into(),
        classifications: Some(ranking()),
        detections: vec![LabelledBox {
            class: 0,
            label: "animal".into(),
            conf: 0.9,
            xyxy: [1.0, 2.0, 3.0, 4.0],
            xywhn: [0.1, 0.2, 0.3, 0.4],
            classifications: Some(ranking()),
        }],
        prediction: "lynx".into(),
        prediction_score: Some(0.5),
        model_version: "1.3".into(),
        frame: Some(frame()),
        bird_classifications: Some(ranking()),
        options: vec!["classify-every-animal".into()],
        detections_left_out: 1,
    };
    let records = MegaDetectorRow {
        filepath: "a".into(),
        detections: vec![MegaDetectorBox { category: "1".into(), conf: 0.9, bbox: [0.1, 0.2, 0.3, 0.4] }],
        model_version: "v5a.0.0".into(),
        frame: Some(frame()),
        options: vec!["megadetector-records".into()],
        detections_left_out: 1,
    };
    let rows = [
        Prediction::SpeciesNet(full),
        row("a"),
        row("a.broken"),
        Prediction::SpeciesNetPerAnimal(per_animal),
        Prediction::SpeciesNetPerAnimal(SpeciesNetPerAnimal::default()),
        Prediction::Detections(detections),
        Prediction::Detections(DetectionRow::default()),
        Prediction::MegaDetector(records),
        Prediction::MegaDetector(MegaDetectorRow::default()),
    ];
    for row in rows {
        let line: Value = serde_json::from_slice(&to_line(&row)).unwrap();
        assert_eq!(check(&document, "Line", &line), Vec::<String>::new());
    }
    let wrong = json!({"output": {"predictions": [{"filepath": "a", "prediction": 1}]}});
    assert!(!check(&document, "Line", &wrong).is_empty(), "the checker sees faults");
}

#[test]
fn the_other_schemas_fit_what_is_sent() {
    let server = TestServer::ready(settings(), echo);
    let document = document(&server);
    let info: Value = serde_json::from_str(get(server.address, "/info").text()).unwrap();
    assert_eq!(check(&document, "Info", &info), Vec::<String>::new());
    let detail: Value = serde_json::from_str(get(server.address, "/nope").text()).unwrap();
    assert_eq!(check(&document, "Detail", &detail), Vec::<String>::new());
    for (body, fits) in [
        (json!({"instances": []}), true),
        (json!({"instances": [{"filepath": "a", "sample_fps": 1, "x": 2}], "y": 3}), true),
        (json!({"instances": [{"filepath": "a", "sample_fps": null}]}), true),
        (json!({"instances": [{"filepath": "a", "sample_fps": 0}]}), false),
        (json!({"instances": [{"filepath": 1}]}), false),
        (json!({"instances": [{}]}), false),
        (json!({}), false),
    ] {
        assert_eq!(check(&document, "PredictRequest", &body).is_empty(), fits, "{body}");
        let mut client = Client::connect(server.address);
        client.send(&crate::client::predict_request(&body.to_string()));
        assert_eq!(client.answer("POST").code() == 200, fits, "{body}");
    }
}

#[test]
fn the_predict_path_is_the_one_in_force() {
    let server = TestServer::ready(Settings { api_path: "/score".into(), ..settings() }, echo);
    assert!(document(&server)["paths"]["/score"]["post"].is_object());
    assert!(get(server.address, "/docs").text().contains("/score"));
    assert!(get(server.address, "/info").text().contains(r#""stream":{"/score":true}"#));
    assert_eq!(ask(server.address, &["a"]).answer("POST").code(), 404);
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let server = TestServer::ready(settings(), echo);
    let page = get(server.address, "/docs");
    let page = page.text();
    for word in ["OpenAPI", "/predict", "/health", "/info", "/metrics", "/shutdown", "prefers-color-scheme"] {
        assert!(page.contains(word), "no {word}");
    }
    for word in ["http://", "https://", "src=", "@import", "{{"] {
        assert!(!page.contains(word), "the page holds {word}");
    }
}
