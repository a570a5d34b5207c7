use serde_json::{Value, json};

use super::*;

const SCHEMA: &str = include_str!("../../../../docs/model.schema.json");

fn detector() -> Value {
    json!({
        "format": 1, "id": "mine", "version": "1.0",
        "detector": {"weights": "d.onnx", "head": "yolov8", "labels": ["animal", "person"]}
    })
}

fn problems(manifest: &Value) -> Vec<String> {
    let bytes = serde_json::to_vec(manifest).unwrap();
    parse(&bytes).map_or_else(|problems| problems.iter().map(ToString::to_string).collect(), |_| vec![])
}

/// The manifest with the value at a JSON pointer put in.
fn with(pointer: &str, value: Value) -> Value {
    let mut manifest = detector();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    manifest.pointer_mut(parent).unwrap()[key] = value;
    manifest
}

#[test]
fn the_least_manifest_has_the_defaults_of_the_page() {
    let manifest = parse(&serde_json::to_vec(&detector()).unwrap()).unwrap();
    let Body::Networks(networks) = manifest.body else { panic!("{manifest:?}") };
    let detector = networks.detector.unwrap();
    assert_eq!(
        (detector.size, detector.fit, detector.stride, detector.confidence, detector.overlap),
        (None, None, 32, 0.25, 0.7)
    );
    assert_eq!((detector.mean, detector.std, detector.most_boxes), ([0.0; 3], [1.0; 3], 300));
    assert_eq!((detector.animal, detector.person), (vec!["animal".to_owned()], vec!["person".to_owned()]));
    assert_eq!(networks.rules, Rules::default());
}

#[test]
fn every_problem_is_a_sentence_that_names_the_key() {
    let cases = [
        ("/detector/sizes", json!(640), "`detector.sizes`: there is no such key; did you mean `size`?"),
        ("/detectr", json!({}), "`detectr`: there is no such key; did you mean `detector`?"),
        ("/colour", json!(1), "`colour`: there is no such key; known keys: $schema, format, id"),
        ("/format", json!(2), "`format`: expected the number 1, found 2"),
        ("/id", json!("My Model"), "`id`: expected a short name of lower-case letters"),
        ("/version", json!(1.0), "`version`: expected a version as a text of letters, digits"),
        (
            "/detector/size",
            json!("big"),
            "`detector.size`: expected pixels as one whole number from 32 to 4096",
        ),
        ("/detector/size", json!([640, 1]), "found [640,1]"),
        ("/detector/size", json!(1e9), "found 1000000000.0"),
        ("/detector/head", json!("yolo8"), "did you mean \"yolov8\"?"),
        (
            "/detector/weights",
            json!("../d.onnx"),
            "`detector.weights`: expected the name of an .onnx or .pt file",
        ),
        ("/detector/weights", json!("d.h5"), "`detector.weights`: expected the name of an .onnx or .pt file"),
        ("/detector/labels", json!([]), "found an empty list"),
        ("/detector/labels", json!(["a", 7]), "found a list of 2"),
        (
            "/detector/animal",
            json!(["deer"]),
            "`detector.animal`: \"deer\" is not among the detector's labels",
        ),
        (
            "/detector/confidence",
            json!(25),
            "`detector.confidence`: expected a number from 0.001 to 1, found 25",
        ),
        ("/detector/std", json!([1, 1, 0]), "`detector.std`: expected three numbers from 0.000001 to 1000"),
        ("/rules", json!([]), "`rules`: expected an object"),
        (
            "/classifier",
            json!({"weights": "c.pt"}),
            "`classifier.labels`: this key is missing; expected the classes'",
        ),
        (
            "/server",
            json!({"command": ["a", "{port}"]}),
            "`server`: a model with a `server` answers by itself",
        ),
    ];
    for (pointer, value, expected) in cases {
        let problems = problems(&with(pointer, value));
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{pointer}: {problems:#?}");
    }
}

#[test]
fn what_an_onnx_file_cannot_tell_is_asked_for() {
    let mut manifest = detector();
    manifest["detector"] = json!({"weights": "D.ONNX"});
    let problems = problems(&manifest);
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].starts_with("`detector.labels`: an ONNX file does not name its classes"));
    assert!(problems[1].starts_with("`detector.head`: an ONNX file does not tell how its output is read"));
    manifest["detector"] = json!({"weights": "d.pt"});
    assert_eq!(super::tests::problems(&manifest), Vec::<String>::new());
    manifest["detector"] = json!({"weights": "d.pt", "head": "yolov5"});
    assert!(super::tests::problems(&manifest)[0].contains("leave this key out"));
}

#[test]
fn hostile_bytes_are_refused_in_few_words() {
    let deep = "[".repeat(100_000);
    let long = format!("{{\"{}\": 1}}", "k".repeat(1 << 19));
    let wide = format!(
        "{{{}\"format\": 1}}",
        (0..5_000).map(|key| format!("\"\\u0007{key}\": 1,")).collect::<String>()
    );
    let huge = " ".repeat(MAX_BYTES + 1);
    let cases: [&[u8]; 10] = [
        b"",
        b"null",
        b"[]",
        b"{\"format\": 1e999}",
        b"\xff\xfe{}",
        b"{}{}",
        deep.as_bytes(),
        long.as_bytes(),
        wide.as_bytes(),
        huge.as_bytes(),
    ];
    for bytes in cases {
        let problems = parse(bytes).unwrap_err();
        let text = problems.to_string();
        assert!(!problems.is_empty() && problems.iter().count() <= 50);
        assert!(text.len() < 20_000 && !text.chars().any(char::is_control), "{text}");
    }
}

#[test]
fn file_names_stay_in_the_folder() {
    for name in ["d.onnx", "weights/d.pt", "un modèle.onnx", "a..b", ".hidden"] {
        assert!(FileName::new(name).is_some(), "{name}");
    }
    let long = "a".repeat(256);
    let out = [
        "",
        ".",
        "..",
        "../d",
        "a/../d",
        "/etc/passwd",
        "a//b",
        "a/",
        "C:d",
        "C:\\d",
        "a\\b",
        "\\\\host\\d",
        "a\0b",
        "a\nb",
        "d.onnx.",
        " d",
        "d ",
        "a/./b",
        "file://d",
        "a|b",
        &long,
    ];
    for name in out {
        assert!(FileName::new(name).is_none(), "{name:?}");
    }
}

#[test]
fn labels_come_from_texts_and_json() {
    let names = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(labels_from_text(b"\xef\xbb\xbfred deer\r\nboar \n\n"), names(&["red deer", "boar"]));
    assert_eq!(labels_from_text(b"a\n\nb"), Err(LabelsError::Line(2)));
    assert_eq!(labels_from_text(b" \n"), Err(LabelsError::Count(0)));
    assert_eq!(labels_from_text(b"\xff"), Err(LabelsError::NotUtf8));
    assert_eq!(labels_from_json(br#"["a", "b"]"#), names(&["a", "b"]));
    assert_eq!(labels_from_json(br#"{"1": "b", "0": "a"}"#), names(&["a", "b"]));
    assert_eq!(labels_from_json(br#"{"1": "b", "7": "a"}"#), Err(LabelsError::Name(0)));
    assert_eq!(labels_from_json(br#"{"one": "b"}"#), Err(LabelsError::Form));
    assert_eq!(labels_from_json(br#"["a", 1]"#), Err(LabelsError::Name(1)));
    assert_eq!(labels_from_json(b"3"), Err(LabelsError::Form));
}

#[test]
fn a_command_gets_its_port_and_folder() {
    let text = br#"{"format": 1, "id": "s", "version": "1",
        "server": {"command": ["python3", "{folder}/s.py", "--port={port}"], "ready_seconds": 9}}"#;
    let Body::Server(server) = parse(text).unwrap().body else { panic!() };
    assert_eq!(server.command(81, "/m/{port}"), ["python3", "/m/{port}/s.py", "--port=81"]);
    assert_eq!(server.ready_within.as_secs(), 9);
    let deaf = br#"{"format": 1, "id": "s", "version": "1", "server": {"command": ["python3"]}}"#;
    assert!(parse(deaf).unwrap_err().to_string().contains("put {port} where it belongs"));
}

#[test]
fn the_schema_has_every_key_and_no_other() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let sections = [
        ("", KEYS),
        ("/properties/detector", detector::KEYS),
        ("/properties/classifier", classifier::KEYS),
        ("/properties/rules", rules::KEYS),
        ("/properties/server", server::KEYS),
    ];
    for (pointer, keys) in sections {
        let section = schema.pointer(pointer).unwrap();
        assert_eq!(section["additionalProperties"], false, "{pointer}");
        let mut known: Vec<_> = keys.to_vec();
        let mut written: Vec<_> =
            section["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        known.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, known, "{pointer}");
    }
    let words: Vec<_> = detector::HEADS.iter().map(|(word, _)| *word).collect();
    assert_eq!(schema["properties"]["detector"]["properties"]["head"]["enum"], json!(words));
}

#[test]
fn the_examples_are_manifests() {
    let examples = [
        include_bytes!("../../../../docs/examples/detector/biowatch-model.json").as_slice(),
        include_bytes!("../../../../docs/examples/detector-and-classifier/biowatch-model.json"),
        include_bytes!("../../../../docs/examples/python-server/biowatch-model.json"),
    ];
    for example in examples {
        assert_eq!(parse(example).err(), None);
    }
    let page = include_str!("../../../../docs/bring-your-own-model.md");
    let blocks: Vec<_> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        assert_eq!(parse(block.as_bytes()).err(), None, "{block}");
    }
    for key in
        KEYS.iter().chain(detector::KEYS).chain(classifier::KEYS).chain(rules::KEYS).chain(server::KEYS)
    {
        assert!(page.contains(&format!("`{key}`")), "the page does not explain `{key}`");
    }
}
