//! DeepFaune, Manas and MegaDetector as Biowatch starts and asks them: what its own tests of the Python servers ask for.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::biowatch::Sandbox;
use crate::goldens::{self, photo};
use crate::http::{get, request};
use crate::serve::{assert_marked, shut_down, start};
use crate::{golden, plain, with_ffmpeg};

/// How far corners of boxes may be from the reference's, in pixels.
const BOX_TOLERANCE: f64 = 0.15;
/// As much for confidences, scores and boxes as parts of the photo.
const TOLERANCE: f64 = 1e-3;

const DEEPFAUNE: Server = Server {
    id: "deepfaune",
    info: r#"{"version":"1.3","type":"deepfaune"}"#,
    flags: &[
        ("--filepath-detector-weights", "deepfaune/model/MDV6-yolov10x.pt"),
        ("--filepath-classifier-weights", "deepfaune/model/deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt"),
    ],
    photos: "deepfaune/expected/images.ndjson",
    videos: Some("deepfaune/expected/media_raw_frames.ndjson"),
};
const MANAS: Server = Server {
    id: "manas",
    info: r#"{"version":"1.0","type":"manas"}"#,
    flags: &[
        ("--filepath-detector-weights", "manas/model/MDV6-yolov10x.pt"),
        ("--filepath-classifier-weights", "manas/model/classifier_timm_traced.pt"),
        ("--filepath-classes", "manas/model/classes_dict.pickle"),
    ],
    photos: "manas/expected/images_timm_traced.ndjson",
    videos: None,
};
const MEGADETECTOR: Server = Server {
    id: "megadetector",
    info: r#"{"version":"6.0","type":"megadetector"}"#,
    flags: &[
        ("--filepath-detector-weights", "megadetector/v6/MDV6-yolov10-e-1280.pt"),
        ("--detection-confidence-threshold", "0.2"),
    ],
    photos: "megadetector/v6/expected_images.ndjson",
    videos: Some("megadetector/v6/expected_media_raw_frames.ndjson"),
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("detectors::deepfaune_answers_as_its_script", || DEEPFAUNE.answers_as_its_script()),
        golden("detectors::manas_answers_as_its_script", || MANAS.answers_as_its_script()),
        golden("detectors::megadetector_answers_as_its_script", || MEGADETECTOR.answers_as_its_script()),
        with_ffmpeg("detectors::deepfaune_reads_videos", || DEEPFAUNE.reads_videos()),
        with_ffmpeg("detectors::megadetector_reads_videos", || MEGADETECTOR.reads_videos()),
        with_ffmpeg("detectors::frames_through_jpeg_are_the_script_s", frames_through_jpeg_are_the_script_s),
        golden("detectors::a_threshold_decides_between_animal_and_blank", a_threshold_decides),
        golden(
            "detectors::class_names_that_are_no_list_are_refused",
            class_names_that_are_no_list_are_refused,
        ),
        plain("detectors::missing_flags_exit_with_1", missing_flags_exit_with_1),
    ]
}

/// A script, and the recorded answers of the original.
struct Server {
    id: &'static str,
    /// `model` of `/info`.
    info: &'static str,
    /// Flags and their values; values with a `/` are files of the goldens.
    flags: &'static [(&'static str, &'static str)],
    photos: &'static str,
    videos: Option<&'static str>,
}

impl Server {
    fn line(&self) -> Vec<String> {
        let value = |value: &str| match value.contains('/') {
            true => goldens::root().join(value).to_str().unwrap().to_owned(),
            false => value.to_owned(),
        };
        let mut line = vec![format!("run_{}_server.py", self.id), "--port".to_owned(), "0".to_owned()];
        for (flag, text) in self.flags {
            line.extend([(*flag).to_owned(), value(text)]);
        }
        line
    }

    fn answers_as_its_script(&self) {
        let sandbox = Sandbox::new();
        let (running, ready) = start(sandbox.command(&self.line()));
        let port = ready.port;
        assert_eq!(ready.model, self.id);
        assert_eq!(get(port, "/health"), (200, "ok".to_owned()));
        let (status, info) = get(port, "/info");
        assert_eq!(status, 200);
        assert!(info.starts_with(&format!(r#"{{"model":{},"server":{{"devices":["#, self.info)), "{info}");
        for page in ["/docs", "/openapi.json"] {
            let (status, body) = get(port, page);
            assert_eq!(status, 200, "{page}");
            assert!(["swagger", "openapi"].iter().any(|word| body.to_lowercase().contains(word)), "{page}");
        }

        let names = ["ocelot.jpg", "human.jpg", "blank.jpg"];
        let photos: Vec<_> = names.iter().map(|name| photo(name)).collect();
        let expected = recorded(self.photos);
        for count in [1, 3] {
            let found = predict(port, &photos[..count]);
            assert_eq!(found.len(), count);
            for (found, (path, name)) in found.iter().zip(photos.iter().zip(names)) {
                assert_same(found, &for_path(&expected, name)[0], path);
            }
        }
        invalid_paths_are_answered(port, &photos[0]);
        shut_down(port);
        let ended = running.wait();
        ended.expect(0, &[]);
        assert_marked(&ended.stderr);
    }
}

impl Server {
    fn reads_videos(&self) {
        let sandbox = Sandbox::new();
        let (_running, ready) = start(sandbox.command(&self.line()));
        let clip = goldens::root().join("deepfaune/media/clip_mjpeg.avi");
        let found = predict(ready.port, std::slice::from_ref(&clip));
        let expected = recorded(self.videos.expect("a recording of videos"));
        assert_frames(found, &for_path(&expected, "clip_mjpeg.avi"), &clip);
    }
}

/// Either is allowed to a server: 400, or error rows that leave the other photos alone. Ours are rows.
fn invalid_paths_are_answered(port: u16, photo: &Path) {
    let gone = PathBuf::from("no/such/photo.jpg");
    let found = predict(port, &[gone.clone(), photo.to_owned()]);
    assert_eq!(found.len(), 2);
    assert_eq!((&found[0]["filepath"], &found[0]["prediction"]), (&json!(gone), &json!("error")));
    assert_eq!((&found[0]["prediction_score"], &found[0]["model_version"]), (&json!(0.0), &json!("unknown")));
    assert!(found[0]["error"].as_str().unwrap().contains("no/such/photo.jpg"), "{}", found[0]);
    assert_eq!(found[1]["filepath"], json!(photo));
    assert_ne!(found[1]["prediction"], "error");
}

fn predict(port: u16, files: &[PathBuf]) -> Vec<Value> {
    let instances: Vec<_> = files.iter().map(|file| json!({ "filepath": file, "sample_fps": 1 })).collect();
    let body = json!({ "instances": instances }).to_string();
    let (status, lines) = request(port, "POST /predict HTTP/1.1", &body);
    assert_eq!(status, 200);
    rows(&lines)
}

/// The one row of each line.
fn rows(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| {
            assert!(line.starts_with(r#"{"output": {"predictions": [{"filepath": "#), "{line}");
            let mut line: Value = serde_json::from_str(line).unwrap();
            let rows = line["output"]["predictions"].as_array_mut().unwrap();
            assert_eq!(rows.len(), 1);
            rows.remove(0)
        })
        .collect()
}

fn recorded(run: &str) -> Vec<Value> {
    rows(&fs_err::read_to_string(goldens::root().join(run)).unwrap())
}

fn for_path(rows: &[Value], name: &str) -> Vec<Value> {
    let found: Vec<_> = rows.iter().filter(|row| row["filepath"] == name).cloned().collect();
    assert!(!found.is_empty(), "{name} was not recorded");
    found
}

/// Fails unless `found` is the row that was recorded, but for the folder of its path and small differences.
#[track_caller]
fn assert_same(found: &Value, expected: &Value, path: &Path) {
    let mut expected = expected.clone();
    expected["filepath"] = json!(path);
    compare(found, &expected, TOLERANCE, found);
}

/// As [`assert_same`] for the frames of a clip at 4 frames a second, sampled once a second. The reference does not tell
/// their times.
#[track_caller]
fn assert_frames(found: Vec<Value>, expected: &[Value], path: &Path) {
    assert_eq!(found.len(), expected.len());
    for (number, (mut found, expected)) in found.into_iter().zip(expected).enumerate() {
        let time = found.as_object_mut().unwrap().remove("frame_time");
        assert_eq!(time, Some(json!(number as f64)), "{found}");
        assert_same(&found, expected, path);
    }
}

/// Keys and texts exactly, numbers nearly. That keys come in the same order is tested beside the rows' types.
#[track_caller]
fn compare(found: &Value, expected: &Value, tolerance: f64, row: &Value) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{row}");
            for (key, value) in expected {
                let tolerance = if key == "xyxy" { BOX_TOLERANCE } else { tolerance };
                compare(&found[key], value, tolerance, row);
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{row}");
            for (found, expected) in found.iter().zip(expected) {
                compare(found, expected, tolerance, row);
            }
        }
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((found - expected).abs() <= tolerance, "{found} is not {expected} in {row}");
        }
        _ => assert_eq!(found, expected, "{row}"),
    }
}

/// The scripts put every frame through a JPEG. `--compat-jpeg-frames` does so too.
fn frames_through_jpeg_are_the_script_s() {
    let sandbox = Sandbox::new();
    let clip = goldens::root().join("deepfaune/media/clip_mjpeg.avi");
    let model = goldens::root().join("deepfaune/model");
    let line = ["predict", "--compat-jpeg-frames", model.to_str().unwrap(), clip.to_str().unwrap()];
    let ended = sandbox.run(&line);
    ended.expect(0, &[]);
    let expected = for_path(&recorded("deepfaune/expected/media.ndjson"), "clip_mjpeg.avi");
    let row = |row: &&str| {
        let mut row: Value = serde_json::from_str(row).unwrap();
        let options = row.as_object_mut().unwrap().remove("options");
        assert_eq!(options, Some(json!(["compat-jpeg-frames"])));
        row
    };
    assert_frames(ended.rows().iter().map(row).collect(), &expected, &clip);
}

fn a_threshold_decides() {
    let file = goldens::root().join("megadetector/v6/MDV6-yolov10-e-1280.pt");
    let sure = recorded(MEGADETECTOR.photos);
    let row = sure.iter().find(|row| row["prediction"] == "animal").unwrap();
    let path = photo(row["filepath"].as_str().unwrap());
    let sandbox = Sandbox::new();
    let weights = format!("--filepath-detector-weights={}", file.display());
    let threshold = ["--detection-confidence-threshold", "1.0"];
    let line = [&["run_megadetector_server.py", "--port=0", &weights][..], &threshold].concat();
    let (running, ready) = start(sandbox.command(&line));
    let found = predict(ready.port, std::slice::from_ref(&path));
    assert_eq!(found[0]["prediction"], "blank");
    assert_eq!(found[0].get("prediction_score"), None);
    assert_eq!(found[0]["detections"].as_array().unwrap().len(), row["detections"].as_array().unwrap().len());
    shut_down(ready.port);
    running.wait().expect(0, &[]);
}

fn class_names_that_are_no_list_are_refused() {
    let sandbox = Sandbox::new();
    let mut line = MANAS.line();
    let classes = goldens::root().join("manas/model/classes_numpy_refused.pickle");
    *line.last_mut().unwrap() = classes.to_str().unwrap().to_owned();
    sandbox.run(&line).expect(1, &["classes_numpy_refused.pickle"]);
}

fn missing_flags_exit_with_1() {
    let sandbox = Sandbox::new();
    let missing =
        |name: &str| format!("flag --{name}=None: Flag --{name} must have a value other than None.");
    for server in [DEEPFAUNE, MANAS, MEGADETECTOR] {
        let script = format!("run_{}_server.py", server.id);
        let required: Vec<_> = server.flags.iter().filter(|(_, value)| value.contains('/')).collect();
        let wanted: Vec<_> = required.iter().map(|(flag, _)| missing(flag.trim_start_matches('-'))).collect();
        let mut words: Vec<&str> = wanted.iter().map(String::as_str).collect();
        words.push("FATAL Flags parsing error:");
        sandbox.run(&[script.as_str(), "--port", "0"]).expect(1, &words);
        for (flag, _) in &required {
            let others = required.iter().filter(|(other, _)| other != flag);
            let mut line = vec![script.as_str()];
            line.extend(others.flat_map(|(other, _)| [*other, "nowhere.pt"]));
            sandbox.run(&line).expect(1, &[&missing(flag.trim_start_matches('-'))]);
        }
    }
}
