//! Models of one's own: the examples as a reader would try them, and what is told of those that are wrong.

mod onnx;
mod program;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::biowatch::{Ended, Sandbox};
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        plain("own::the_examples_are_well", the_examples_are_well),
        plain("own::a_detector_and_a_classifier_answer", a_detector_and_a_classifier_answer),
        plain("own::results_belong_to_one_manifest", results_belong_to_one_manifest),
        plain("own::what_is_wrong_is_told", what_is_wrong_is_told),
        plain("own::serve_and_predict_refuse_as_check_does", serve_and_predict_refuse_as_check_does),
        plain("own::nothing_outside_the_folder_is_read", nothing_outside_the_folder_is_read),
    ];
    trials.extend(program::trials());
    trials
}

/// A folder of `docs/examples`.
fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples").join(name).canonicalize().unwrap()
}

impl Sandbox {
    /// A copy of an example, with the value at a JSON pointer of its manifest put in; null takes it out.
    fn changed(&self, name: &str, changes: &[(&str, Value)]) -> PathBuf {
        let folder = self.path(&format!("{name}-{}", fs_err::read_dir(self.root()).unwrap().count()));
        fs_err::create_dir_all(&folder).unwrap();
        for entry in fs_err::read_dir(example(name)).unwrap() {
            let entry = entry.unwrap();
            fs_err::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        let file = folder.join("biowatch-model.json");
        let mut manifest: Value = serde_json::from_slice(&fs_err::read(&file).unwrap()).unwrap();
        for (pointer, value) in changes {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = manifest.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            match value {
                Value::Null => parent.remove(key),
                value => parent.insert(key.to_owned(), value.clone()),
            };
        }
        fs_err::write(file, serde_json::to_vec(&manifest).unwrap()).unwrap();
        folder
    }

    fn check(&self, folder: &Path) -> Ended {
        self.run(&["models", "check", folder.to_str().unwrap(), "--engine", "built-in"])
    }
}

/// A black photo with a square of some colour: 144 to 208 and 16 to 80 is what the toy detector makes of it.
fn photo(sandbox: &Sandbox, name: &str, [red, green, blue]: [u8; 3]) -> PathBuf {
    const SIDE: u32 = 256;
    let bytes = SIDE * SIDE * 3;
    let mut file = b"BM".to_vec();
    for number in [54 + bytes, 0, 54, 40, SIDE, SIDE, 1 | 24 << 16, 0, bytes, 2835, 2835, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    for y in (0..SIDE).rev() {
        for x in 0..SIDE {
            let inside = (160..224).contains(&x) && (32..96).contains(&y);
            file.extend(if inside { [blue, green, red] } else { [0; 3] });
        }
    }
    let path = sandbox.path(name);
    fs_err::write(&path, file).unwrap();
    path
}

fn the_examples_are_well() {
    let sandbox = Sandbox::new();
    for (name, words) in [
        ("detector", "bright-things 1.0 (Bright things, a toy detector): a detector (animal, person)"),
        ("detector-and-classifier", "and a classifier (fox, frog, jay)"),
    ] {
        let ended = sandbox.check(&example(name));
        ended.expect(0, &[]);
        assert!(ended.stdout.contains(words) && ended.stdout.contains("all is well"), "{ended:#?}");
    }
}

fn a_detector_and_a_classifier_answer() {
    let sandbox = Sandbox::new();
    let folder = example("detector-and-classifier");
    let photos = [("fox.bmp", [255, 80, 80]), ("jay.bmp", [90, 90, 255]), ("empty.bmp", [0; 3])];
    for (name, colour) in photos {
        photo(&sandbox, name, colour);
    }
    let names = photos.map(|(name, _)| name);
    let arguments =
        [&["predict", folder.to_str().unwrap(), "--engine", "built-in", "-q"], names.as_slice()].concat();
    let ended = sandbox.run(&arguments);
    ended.expect(0, &[]);
    let rows: Vec<Value> = ended.rows().iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    for (row, word) in rows.iter().zip(["fox", "jay", "empty"]) {
        assert_eq!(row["prediction"], word, "{row}");
        assert_eq!(row["model_version"], "1.0");
    }
    let first = &rows[0]["detections"][0];
    let corners: Vec<f64> =
        first["xyxy"].as_array().unwrap().iter().map(|corner| corner.as_f64().unwrap()).collect();
    for (corner, expected) in corners.iter().zip([144.0, 16.0, 208.0, 80.0]) {
        assert!((corner - expected).abs() < 1e-3, "{first}");
    }
    assert_eq!(first["label"], "animal");
    assert_eq!(rows[2]["detections"], json!([]));
}

fn results_belong_to_one_manifest() {
    let sandbox = Sandbox::new();
    let photo = photo(&sandbox, "a.bmp", [255; 3]);
    let predict = |folder: &Path| {
        let folder = folder.to_str().unwrap();
        let photo = photo.to_str().unwrap();
        sandbox.run(&["predict", folder, photo, "--out", "rows.ndjson", "--engine", "built-in"])
    };
    predict(&example("detector")).expect(0, &[]);
    predict(&example("detector")).expect(0, &["nothing to do"]);
    let other = sandbox.changed("detector", &[("/detector/confidence", json!(0.5))]);
    predict(&other).expect(9, &["bright-things (manifest "]);
}

/// The change to an example, and a piece of the sentence about it.
type Wrong<'a> = (&'a str, &'a [(&'a str, Value)], &'a str);

fn what_is_wrong_is_told() {
    let sandbox = Sandbox::new();
    let both = "detector-and-classifier";
    let cases: &[Wrong<'_>] = &[
        (
            "detector",
            &[("/detector/head", json!("yolov5"))],
            "which has the form [1, 4 + classes, rows], its head expects",
        ),
        ("detector", &[("/detector/head", json!("end-to-end"))], "which has the form [1, 4 + classes, rows]"),
        (
            "detector",
            &[("/detector/labels", json!(["animal"]))],
            "which would be 2 classes, its head expects",
        ),
        (
            "detector",
            &[("/detector/size", json!(640))],
            "`detector.size`: `detector.onnx` takes pictures of 128 rows",
        ),
        (
            "detector",
            &[("/detector/fit", json!("rectangle"))],
            "`detector.fit`: \"rectangle\" needs a network that takes",
        ),
        ("detector", &[("/detector/animal", json!(["deer"]))], "\"deer\" is not among the detector's labels"),
        (
            "detector",
            &[("/detector/weights", json!("no.onnx"))],
            "`detector.weights`: there is no file `no.onnx`",
        ),
        (
            "detector",
            &[("/detector/labels", json!("no.txt"))],
            "`detector.labels`: there is no file `no.txt`",
        ),
        (both, &[("/detector/labels", json!(["a", "b"]))], "the detector has no class for animals"),
        (both, &[("/classifier/labels", json!(["a", "b"]))], "the classifier gave 3 numbers, expected 2"),
        (
            both,
            &[("/classifier/layout", json!("nhwc"))],
            "`classifier.layout`: `classifier.onnx` takes an input of the shape",
        ),
        (both, &[("/classifier/size", json!(64))], "`classifier.size`: `classifier.onnx` takes"),
        (both, &[("/classifier/output", json!("probabilities"))], "a probability of"),
        (both, &[("/classifier/weights", json!("labels.onnx"))], "there is no file `labels.onnx`"),
        (both, &[("/detector/size", json!("x")), ("/rule", json!({}))], "did you mean `rules`?"),
    ];
    for (name, changes, expected) in cases {
        let ended = sandbox.check(&sandbox.changed(name, changes));
        ended.expect(4, &[]);
        assert!(ended.stdout.contains(expected), "{expected:?} is not in\n{}", ended.stdout);
        assert!(
            ended
                .stdout
                .lines()
                .skip(usize::from(!ended.stdout.starts_with("wrong")))
                .all(|line| line.starts_with("wrong: "))
        );
    }
    let folder = sandbox.changed(both, &[]);
    fs_err::write(folder.join("detector.onnx"), b"not a network").unwrap();
    fs_err::write(folder.join("classifier.onnx"), b"").unwrap();
    let ended = sandbox.check(&folder);
    ended.expect(4, &[]);
    assert_eq!(ended.stdout.lines().filter(|line| line.starts_with("wrong: ")).count(), 2, "{ended:#?}");
}

fn serve_and_predict_refuse_as_check_does() {
    let sandbox = Sandbox::new();
    let folder = sandbox.changed("detector", &[("/detector/heads", json!(1)), ("/id", Value::Null)]);
    let folder = folder.to_str().unwrap();
    photo(&sandbox, "a.bmp", [0; 3]);
    for arguments in [&["predict", folder, "a.bmp"][..], &["serve", folder, "--port", "0"]] {
        let words = [
            "describes no model",
            "did you mean `head`?",
            "`id`: this key is missing",
            "bring-your-own-model.md",
        ];
        sandbox.run(arguments).expect(4, &words);
    }
}

fn nothing_outside_the_folder_is_read() {
    let sandbox = Sandbox::new();
    fs_err::write(sandbox.path("secret.bin"), 1.0_f32.to_le_bytes()).unwrap();
    let absolute = sandbox.path("secret.bin").to_str().unwrap().to_owned();
    for place in ["../secret.bin", "x/../../secret.bin", &absolute] {
        let folder = sandbox.changed("detector", &[("/detector/head", json!("end-to-end"))]);
        fs_err::write(folder.join("detector.onnx"), onnx::with_external_data(place)).unwrap();
        let mut engines = vec!["built-in"];
        let library = std::env::var("BIOWATCH_ONNXRUNTIME").unwrap_or_default();
        if !library.is_empty() {
            engines.push("onnxruntime");
        }
        for engine in engines {
            let folder = folder.to_str().unwrap();
            let mut command = sandbox.command(&["models", "check", folder, "--engine", engine]);
            command.env("BIOWATCH_ONNXRUNTIME", &library);
            let ended: Ended = command.output().unwrap().into();
            assert_eq!(ended.code, Some(4), "{engine} {place}: {ended:#?}");
        }
    }
    // The same file inside the folder is read, so it was the place that was refused.
    let folder = sandbox.changed("detector", &[("/detector/head", json!("end-to-end"))]);
    fs_err::write(folder.join("detector.onnx"), onnx::with_external_data("detector.onnx.data")).unwrap();
    fs_err::write(folder.join("detector.onnx.data"), 1.0_f32.to_le_bytes()).unwrap();
    let ended = sandbox.check(&folder);
    assert!(ended.stdout.contains("an output [1, 3, 32, 32]"), "{ended:#?}");

    #[cfg(unix)]
    {
        fs_err::copy(example("detector").join("detector.onnx"), sandbox.path("outside.onnx")).unwrap();
        let folder = sandbox.changed("detector", &[]);
        fs_err::remove_file(folder.join("detector.onnx")).unwrap();
        fs_err::os::unix::fs::symlink(sandbox.path("outside.onnx"), folder.join("detector.onnx")).unwrap();
        let ended = sandbox.check(&folder);
        assert!(ended.stdout.contains("is a link that leads out of the folder"), "{ended:#?}");
    }
}
