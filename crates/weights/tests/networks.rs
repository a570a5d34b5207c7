//! Builds the network of every golden it should and runs it on the golden's input; the others must be refused.
//! Without the goldens, the trials show as ignored.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation fails its trial"
)]

mod networks {
    pub(crate) mod anchor_free;
    pub(crate) mod classifier;
    pub(crate) mod golden;
    pub(crate) mod run;
}

use std::path::Path;

use biowatch_weights::{Checkpoint, Head, Limits, Yolov5Head, build};
use libtest_mimic::{Arguments, Failed, Trial};
use networks::golden::{self, Tensor, assert_close};
use networks::run::{run, run_model};
use networks::{anchor_free, classifier};
use rten::Model;

/// Raw maps of a detector's head, which reach to about 10.
const LEVEL_TOLERANCE: f32 = 3e-4;
/// Decoded rows: pixels up to 3000, and scores.
const PIXEL_TOLERANCE: f32 = 1e-2;
const SCORE_TOLERANCE: f32 = 1e-4;
/// A classifier's logits.
const LOGIT_TOLERANCE: f32 = 3e-4;

fn main() {
    let arguments = Arguments::from_args();
    let goldens = golden::folder();
    let present = goldens.is_dir();
    let trial = |name: &str, run: fn(&Path) -> Result<(), Failed>| {
        let folder = goldens.clone();
        let name = if present { name.to_owned() } else { format!("{name} (the goldens are not here)") };
        Trial::test(name, move || run(&folder)).with_ignored_flag(!present)
    };
    let trials = vec![
        trial("yolov5 with three levels", |goldens| yolov5(goldens, "yolov5-p5", 3)),
        trial("yolov5 with four levels", |goldens| yolov5(goldens, "yolov5-p6", 4)),
        trial("both spellings of a megadetector are one network", both_megadetectors),
        trial("speciesnet's detector says what it said in pytorch", speciesnet_detector),
        trial("speciesnet's classifier says what it said in pytorch", speciesnet_classifier),
        trial("a classifier of 2498 classes builds and runs", large_classifier),
        trial("weights may lie in a file beside the graph", data_beside),
        trial("yolov8", |goldens| anchor_free::levels(goldens, "yolov8")),
        trial("yolov8 of an unfinished training", |goldens| {
            anchor_free::levels(goldens, "yolov8-unstripped")
        }),
        trial("yolov9", |goldens| anchor_free::levels(goldens, "yolov9c-narrow")),
        trial("yolov10, the smallest form", |goldens| anchor_free::levels(goldens, "yolov10-n")),
        trial("yolov10, the largest form", |goldens| anchor_free::levels(goldens, "yolov10-x")),
        trial("yolo11", |goldens| anchor_free::levels(goldens, "yolo11")),
        trial("yolo11, the larger form", |goldens| anchor_free::levels(goldens, "yolo11-c3k")),
        trial("vit with a table of places", classifier::vit),
        Trial::test("vit with turning places, and a head for birds", classifier::dinov3_with_birds),
        trial("deepfaune's classifier", classifier::deepfaune),
        trial("efficientnet of torchvision, traced", |g| classifier::efficientnet(g, "effnetv2-tv-traced")),
        trial("efficientnet of torchvision, scripted", |g| {
            classifier::efficientnet(g, "effnetv2-tv-scripted")
        }),
        trial("efficientnet of timm, traced", |g| classifier::efficientnet(g, "effnetv2-timm-traced")),
        trial("efficientnet of timm, scripted", |g| classifier::efficientnet(g, "effnetv2-timm-scripted")),
        trial("manas's classifiers", classifier::manas),
        trial("manas's class names", classifier::class_pickles),
        trial("every published detector without anchors builds", anchor_free::published),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn detector(file: &Path) -> (Yolov5Head, Vec<u8>) {
    let checkpoint = Checkpoint::open(file, &Limits::default()).unwrap();
    let network = build(&checkpoint).unwrap();
    let onnx = network.to_onnx().unwrap();
    let Head::Yolov5(head) = network.head else { panic!("{}: {:?}", file.display(), network.head) };
    (head, onnx)
}

fn level_names(head: &Yolov5Head) -> Vec<String> {
    (0..head.strides.len()).map(|level| format!("level{level}")).collect()
}

fn run_detector(head: &Yolov5Head, onnx: Vec<u8>, input: &Tensor) -> Vec<Tensor> {
    let names = level_names(head);
    run(onnx, "images", input, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// `[1, anchors * row, h, w]` as `[1, anchors, h, w, row]`.
fn rows_last(map: &Tensor, anchors: usize) -> Tensor {
    let [_, channels, height, width] = map.shape[..] else { panic!("{:?}", map.shape) };
    let row = channels / anchors;
    let mut values = Vec::with_capacity(map.values.len());
    for anchor in 0..anchors {
        for pixel in 0..height * width {
            for entry in 0..row {
                values.push(map.values[(anchor * row + entry) * height * width + pixel]);
            }
        }
    }
    Tensor { shape: vec![1, anchors, height, width, row], values }
}

fn yolov5(goldens: &Path, name: &str, levels: usize) -> Result<(), Failed> {
    let folder = goldens.join("architectures");
    let facts = golden::json(&folder.join(format!("{name}.json")));
    let (head, onnx) = detector(&folder.join(format!("{name}.pt")));
    assert_eq!(serde_json::to_value(&head.strides)?, golden::as_floats(&facts["strides"]));
    assert_eq!(serde_json::to_value(&head.anchors)?, golden::as_floats(&facts["anchors_px"]));
    assert_eq!(head.strides.len(), levels);

    let input = golden::tensor(&folder, &facts["input"]);
    let maps = run_detector(&head, onnx, &input);
    for (level, map) in maps.iter().enumerate() {
        let expected = golden::tensor(&folder, &facts["outputs"][format!("level{level}")]);
        let found = rows_last(map, head.anchors[level].len());
        assert_close(&format!("{name} level {level}"), &found, &expected, LEVEL_TOLERANCE);
    }
    Ok(())
}

fn both_megadetectors(goldens: &Path) -> Result<(), Failed> {
    let files: Vec<_> = golden::files(&goldens.join("megadetector/v5"), "pt");
    assert_eq!(files.len(), 2, "the corpus has changed");
    let [(old, old_bytes), (new, new_bytes)] = [detector(&files[0]), detector(&files[1])];
    assert_eq!(old, new);
    assert_eq!(old.names, ["animal", "person", "vehicle"]);
    assert!(old_bytes == new_bytes, "one network, two graphs");
    Ok(())
}

fn speciesnet_detector(goldens: &Path) -> Result<(), Failed> {
    let folder = goldens.join("speciesnet");
    let (head, onnx) = detector(&folder.join("model/md_mini_a.0.0.pt"));
    let facts = golden::json(&folder.join("intermediates/ocelot.json"));
    let picture = golden::pixels(&folder.join("intermediates"), &facts["letterboxed"]["whole"]);
    let maps = run_detector(&head, onnx, &picture.channels_first());
    let expected = golden::tensor(&folder.join("intermediates"), &facts["detector_output"]["whole"]);

    let (mut boxes, mut scores) = (Vec::new(), Vec::new());
    for (level, map) in maps.iter().enumerate() {
        let anchors = &head.anchors[level];
        let rows = rows_last(map, anchors.len());
        let (height, width) = (rows.shape[2], rows.shape[3]);
        for (index, row) in rows.values.chunks(rows.shape[4]).enumerate() {
            let (x, y) = ((index % width) as f32, (index / width % height) as f32);
            let anchor = anchors[index / width / height];
            let sigmoid: Vec<f32> = row.iter().map(|value| 1.0 / (1.0 + (-value).exp())).collect();
            boxes.push((sigmoid[0] * 2.0 - 0.5 + x) * head.strides[level]);
            boxes.push((sigmoid[1] * 2.0 - 0.5 + y) * head.strides[level]);
            boxes.push((sigmoid[2] * 2.0).powi(2) * anchor[0]);
            boxes.push((sigmoid[3] * 2.0).powi(2) * anchor[1]);
            scores.extend_from_slice(&sigmoid[4..]);
        }
    }
    let (expected_boxes, expected_scores) = expected.split_columns(4);
    assert_close("boxes", &Tensor::flat(boxes), &expected_boxes, PIXEL_TOLERANCE);
    assert_close("scores", &Tensor::flat(scores), &expected_scores, SCORE_TOLERANCE);
    Ok(())
}

fn graph_module(file: &Path, classes: usize) -> Vec<u8> {
    let checkpoint = Checkpoint::open(file, &Limits::default()).unwrap();
    let network = build(&checkpoint).unwrap();
    let input = vec![None, None, None, Some(3)];
    assert_eq!(network.head, Head::Logits { classes, input, features: None, preprocessing: None });
    network.to_onnx().unwrap()
}

fn speciesnet_classifier(goldens: &Path) -> Result<(), Failed> {
    let folder = goldens.join("speciesnet");
    let file = golden::files(&folder.join("model"), "pt").into_iter().find(|file| is_classifier(file));
    let model = Model::load(graph_module(&file.unwrap(), 69))?;
    let folder = folder.join("intermediates");
    let mut seen = 0;
    for file in golden::files(&folder, "json") {
        let facts = golden::json(&file);
        let Some(input) = facts.get("classifier_input").filter(|input| input.get("file").is_some()) else {
            continue;
        };
        let picture = golden::pixels(&folder, input);
        let found = run_model(&model, "input", &picture.batch_of_one(), &["logits"]).remove(0);
        let expected = golden::tensor(&folder, &facts["logits"]);
        let name = file.display().to_string();
        assert_eq!(found.shape, [1, 69]);
        assert_close(&name, &Tensor::flat(found.values), &expected, LOGIT_TOLERANCE);
        seen += 1;
    }
    assert_eq!(seen, 4, "the corpus has changed");
    Ok(())
}

fn is_classifier(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("always_crop"))
}

fn large_classifier(goldens: &Path) -> Result<(), Failed> {
    let files = golden::files(&goldens.join("speciesnet/model-2498"), "pt");
    let file = files.iter().find(|file| is_classifier(file)).unwrap();
    let input = Tensor { shape: vec![1, 480, 480, 3], values: vec![0.5; 480 * 480 * 3] };
    let logits = run(graph_module(file, 2498), "input", &input, &["logits"]).remove(0);
    assert_eq!(logits.shape, [1, 2498]);
    assert!(logits.values.iter().all(|value| value.is_finite()));
    Ok(())
}

fn data_beside(goldens: &Path) -> Result<(), Failed> {
    let file = goldens.join("architectures/yolov5-p5.pt");
    let checkpoint = Checkpoint::open(&file, &Limits::default())?;
    let network = build(&checkpoint)?;
    let folder = tempfile::tempdir()?;
    let (graph, data) = (folder.path().join("model.onnx"), folder.path().join("model.data"));
    let (mut graph_file, mut data_file) = (fs_err::File::create(&graph)?, fs_err::File::create(&data)?);
    network.write_onnx_and_data(&mut graph_file, &mut data_file, "model.data")?;
    assert!(fs_err::metadata(&graph)?.len() < 200_000);

    let input = Tensor { shape: vec![1, 3, 64, 64], values: vec![0.5; 3 * 64 * 64] };
    let names = ["level0", "level1", "level2"];
    let outside = run_model(&Model::load_file(&graph)?, "images", &input, &names);
    let inside = run(network.to_onnx()?, "images", &input, &names);
    assert_eq!(outside, inside);
    Ok(())
}
