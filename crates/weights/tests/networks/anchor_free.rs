//! Detectors without anchors against PyTorch.

use std::path::Path;

use biowatch_weights::{AnchorFreeHead, Checkpoint, Head, Limits, build};
use libtest_mimic::Failed;

use super::golden::{self, assert_close};
use super::run::run;

/// Raw maps, which reach to about 7. Folding norms and adding kernels changes the order of f32 sums.
const LEVEL_TOLERANCE: f32 = 3e-4;

fn detector(file: &Path) -> (AnchorFreeHead, Vec<u8>) {
    let checkpoint = Checkpoint::open(file, &Limits::default()).unwrap();
    let network = build(&checkpoint).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
    let onnx = network.to_onnx().unwrap();
    let Head::AnchorFree(head) = network.head else { panic!("{}: {:?}", file.display(), network.head) };
    (head, onnx)
}

/// Every level of one architecture.
pub(crate) fn levels(goldens: &Path, name: &str) -> Result<(), Failed> {
    let folder = goldens.join("architectures");
    let facts = golden::json(&folder.join(format!("{name}.json")));
    let (head, onnx) = detector(&folder.join(format!("{name}.pt")));
    assert_eq!(serde_json::to_value(&head.strides)?, golden::as_floats(&facts["strides"]));
    assert_eq!(serde_json::to_value(head.bins)?, facts["reg_max"]);
    assert_eq!(head.names, ["animal", "person", "vehicle"]);
    assert_eq!(head.end_to_end, name.starts_with("yolov10"));
    assert_eq!(head.image_size, Some(640));

    let input = golden::tensor(&folder, &facts["input"]);
    let maps = run(onnx, "images", &input, &["level0", "level1", "level2"]);
    for (level, map) in maps.iter().enumerate() {
        let expected = golden::tensor(&folder, &facts["outputs"][format!("level{level}")]);
        assert_close(&format!("{name} level {level}"), map, &expected, LEVEL_TOLERANCE);
    }
    Ok(())
}

/// The miniatures in the forms of the published files say what those say.
pub(crate) fn published(goldens: &Path) -> Result<(), Failed> {
    let cases = [
        ("deepfaune/model/MDV6-yolov10x.pt", true, 640),
        ("manas/model/MDV6-yolov10x.pt", true, 640),
        ("megadetector/v6/MDV6-yolov10-e-1280.pt", true, 1280),
        ("megadetector/v1000-yolo11/md_mini_sorrel.pt", false, 960),
        ("megadetector/v6-yolov9c/md_mini_yolov9c.pt", false, 640),
    ];
    for (file, end_to_end, side) in cases {
        let (head, onnx) = detector(&goldens.join(file));
        assert_eq!((head.end_to_end, head.image_size), (end_to_end, Some(side)), "{file}");
        assert_eq!(head.strides, [8.0, 16.0, 32.0], "{file}");
        let input = golden::Tensor { shape: vec![1, 3, 64, 96], values: vec![0.5; 3 * 64 * 96] };
        let maps = run(onnx, "images", &input, &["level0", "level1", "level2"]);
        assert_eq!(maps[2].shape, [1, 4 * head.bins + head.names.len(), 2, 3], "{file}");
    }
    Ok(())
}
