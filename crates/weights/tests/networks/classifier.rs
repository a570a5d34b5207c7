//! Classifiers against PyTorch.

use std::path::Path;

use biowatch_weights::{BuildOptions, Checkpoint, Head, Limits, build_with, class_names};
use libtest_mimic::Failed;

use super::golden::{self, Tensor, assert_close};
use super::run::run;

/// Logits to about 3 and features to about 5: f32 sums in another order, the table of places to 1e-6.
const LOGIT_TOLERANCE: f32 = 2e-5;

fn classifier(file: &Path, options: &BuildOptions) -> (Head, Vec<u8>) {
    let checkpoint = Checkpoint::open(file, &Limits::default()).unwrap();
    let network = build_with(&checkpoint, options);
    let network = network.unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
    let onnx = network.to_onnx().unwrap();
    (network.head, onnx)
}

fn sized(side: usize) -> BuildOptions {
    BuildOptions { image_size: Some(side), ..BuildOptions::default() }
}

/// Logits and features; a batch of two gives each picture what it gives alone.
pub(crate) fn vit(goldens: &Path) -> Result<(), Failed> {
    let folder = goldens.join("architectures");
    let facts = golden::json(&folder.join("vit-dinov2.json"));
    let (head, onnx) = classifier(&folder.join("vit-dinov2.pt"), &sized(182));
    let input = vec![None, Some(3), Some(182), Some(182)];
    assert_eq!(head, Head::Logits { classes: 34, input, features: Some(128), preprocessing: None });

    let input = golden::tensor(&folder, &facts["input"]);
    let [logits, features] = run(onnx.clone(), "input", &input, &["logits", "features"]).try_into().unwrap();
    assert_close("logits", &logits, &golden::tensor(&folder, &facts["outputs"]["logits"]), LOGIT_TOLERANCE);
    let tokens = golden::tensor(&folder, &facts["outputs"]["features"]);
    let class_token = Tensor { shape: vec![1, 128], values: tokens.values[..128].to_vec() };
    assert_close("features", &features, &class_token, LOGIT_TOLERANCE);

    let grey = vec![0.5; input.values.len()];
    let both = Tensor { shape: vec![2, 3, 182, 182], values: [grey, input.values].concat() };
    let pair = run(onnx, "input", &both, &["logits"]).remove(0);
    assert_eq!(pair.shape, [2, 34]);
    assert_close(
        "the second of two",
        &Tensor::flat(pair.values[34..].to_vec()),
        &Tensor::flat(logits.values),
        LOGIT_TOLERANCE,
    );
    Ok(())
}

/// DINOv3 and a head for birds on its features: tiny files of our own, since the goldens have none.
pub(crate) fn dinov3_with_birds() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let facts = golden::json(&folder.join("dinov3.json"));
    let expected = |name: &str| -> Result<Tensor, Failed> {
        let values: Vec<f32> = serde_json::from_value(facts[name].clone())?;
        Ok(Tensor { shape: vec![1, values.len()], values })
    };
    let (head, onnx) = classifier(&folder.join("dinov3.pt"), &sized(48));
    let input = vec![None, Some(3), Some(48), Some(48)];
    assert_eq!(head, Head::Logits { classes: 5, input, features: Some(64), preprocessing: None });
    let wave = (0..3 * 48 * 48).map(|index| (0.37 * f64::from(index)).sin() as f32);
    let picture = Tensor { shape: vec![1, 3, 48, 48], values: wave.collect() };
    let [logits, features] = run(onnx, "input", &picture, &["logits", "features"]).try_into().unwrap();
    assert_close("logits", &logits, &expected("logits")?, LOGIT_TOLERANCE);
    assert_close("features", &features, &expected("features")?, LOGIT_TOLERANCE);

    let (head, onnx) = classifier(&folder.join("bird-head.pt"), &BuildOptions::default());
    assert_eq!(head, Head::OnFeatures { features: 64, classes: 8 });
    let birds = run(onnx, "features", &features, &["logits"]).remove(0);
    assert_close("birds", &birds, &expected("birds")?, LOGIT_TOLERANCE);
    Ok(())
}

/// The file says how its pictures are made.
pub(crate) fn deepfaune(goldens: &Path) -> Result<(), Failed> {
    let file = golden::files(&goldens.join("deepfaune/model"), "pt");
    let file = file.iter().find(|file| file.to_string_lossy().contains("vit_large")).unwrap();
    let (head, _) = classifier(file, &BuildOptions::default());
    let Head::Logits { classes, input, features, preprocessing } = head else { panic!("{head:?}") };
    assert_eq!((classes, features), (34, Some(128)));
    assert_eq!(input, [None, Some(3), Some(182), Some(182)]);
    let preprocessing = preprocessing.unwrap();
    assert_eq!(preprocessing.size, [182, 182]);
    assert_eq!(preprocessing.mean, [0.485, 0.456, 0.406]);
    assert_eq!(preprocessing.std, [0.229, 0.224, 0.225]);
    assert_eq!(preprocessing.interpolation.as_deref(), Some("bicubic"));
    Ok(())
}

pub(crate) fn efficientnet(goldens: &Path, name: &str) -> Result<(), Failed> {
    let folder = goldens.join("architectures");
    let facts = golden::json(&folder.join(format!("{name}.json")));
    let input = golden::tensor(&folder, &facts["input"]);
    let (_, onnx) = classifier(&folder.join(format!("{name}.pt")), &sized(input.shape[2]));
    let logits = run(onnx, "input", &input, &["logits"]).remove(0);
    assert_close(name, &logits, &golden::tensor(&folder, &facts["outputs"]["logits"]), LOGIT_TOLERANCE);
    Ok(())
}

/// All four forms build at their own size and run.
pub(crate) fn manas(goldens: &Path) -> Result<(), Failed> {
    let mut seen = 0;
    for file in golden::files(&goldens.join("manas/model"), "pt") {
        if !file.to_string_lossy().contains("classifier_") {
            continue;
        }
        let (head, onnx) = classifier(&file, &BuildOptions::default());
        let input = vec![None, Some(3), Some(480), Some(480)];
        assert_eq!(head, Head::Logits { classes: 11, input, features: None, preprocessing: None });
        let grey = Tensor { shape: vec![1, 3, 480, 480], values: vec![0.5; 3 * 480 * 480] };
        let logits = run(onnx, "input", &grey, &["logits"]).remove(0);
        assert!(logits.values.iter().all(|value| value.is_finite()));
        seen += 1;
    }
    assert_eq!(seen, 4, "the corpus has changed");
    Ok(())
}

/// Lists and dicts are read to the same names; a tuple and an array are refused.
pub(crate) fn class_pickles(goldens: &Path) -> Result<(), Failed> {
    let (mut read, mut refused) = (Vec::new(), 0);
    for file in golden::files(&goldens.join("manas/model"), "pickle") {
        match class_names(&file, &Limits::default()) {
            Ok(names) => read.push(names),
            Err(error) => {
                assert!(error.to_string().contains("expected a list of class names or a dict"), "{error}");
                assert!(file.to_string_lossy().contains("_refused"), "{error}");
                refused += 1;
            }
        }
    }
    assert_eq!((read.len(), refused), (5, 2), "the corpus has changed");
    assert!(read.iter().all(|names| *names == read[0]));
    assert_eq!((read[0].len(), read[0][0].as_str(), read[0][8].as_str()), (11, "aves", "panthera_uncia"));
    Ok(())
}
