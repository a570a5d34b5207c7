//! Boxes against the reference: decoded rows, what suppression keeps, the way back to the photo.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/goldens.rs"]
mod goldens;

use std::path::Path;

use biowatch_vision::boxes::{Level, NetworkBox, Scored, Suppression, Yolov5Head, suppress};
use libtest_mimic::Trial;
use serde_json::Value;

/// Threshold of the SpeciesNet detector.
const THRESHOLD: f32 = 0.01;
/// Two sigmoids, ours and a vectorised one, each within an ulp or two.
const DECODED_RELATIVE: f32 = 2e-6;
const SUPPRESSION_CASES: usize = 10;
const LIBRARY_CASES: usize = 7;
const BACK_MAPPING_CASES: usize = 90;

fn main() {
    goldens::main(&["decoded heads", "suppression", "back to the photo"], trials)
}

fn trials(folder: &Path) -> Vec<Trial> {
    let mut trials = heads(&folder.join("architectures"));
    trials.extend(speciesnet_suppression(&folder.join("speciesnet/nms")));
    trials.extend(library_suppression(&folder.join("nms-cases/cases.json")));
    trials.push(back_mapping(&folder.join("speciesnet/letterbox-cases.json")));
    trials
}

fn heads(folder: &Path) -> Vec<Trial> {
    let trial = |name: &str| {
        let (folder, name) = (folder.to_owned(), name.to_owned());
        goldens::trial(format!("head {name}"), move || check_head(&folder, &name))
    };
    ["yolov5-p5", "yolov5-p6"].map(trial).into()
}

fn check_head(folder: &Path, name: &str) {
    let facts = goldens::json(&folder.join(format!("{name}.json")));
    let head = Yolov5Head {
        strides: serde_json::from_value(facts["strides"].clone()).unwrap(),
        anchors: serde_json::from_value(facts["anchors_px"].clone()).unwrap(),
        classes: 3,
    };
    let levels: Vec<(usize, usize, Vec<f32>)> = (0..head.strides.len())
        .map(|level| {
            let shape = &facts["outputs"][format!("level{level}")]["shape"];
            let side = |axis: usize| usize::try_from(shape[axis].as_u64().unwrap()).unwrap();
            let rows_last = goldens::f32s(&folder.join(format!("{name}.level{level}.f32.gz")));
            (side(2), side(3), channels_first(&rows_last, side(2) * side(3), 8))
        })
        .collect();
    let levels: Vec<Level<'_>> = levels
        .iter()
        .map(|(height, width, values)| Level { height: *height, width: *width, values })
        .collect();
    let mut rows = Vec::new();
    head.visit(&levels, -1.0, &mut |row| rows.extend_from_slice(row)).unwrap();
    let expected = goldens::f32s(&folder.join(format!("{name}.decoded.f32.gz")));
    assert_close(&rows, &expected, DECODED_RELATIVE);
}

/// `[anchor, cell, channel]` to `[anchor, channel, cell]`, as the graph gives it.
fn channels_first(values: &[f32], cells: usize, channels: usize) -> Vec<f32> {
    let anchors = values.chunks_exact(cells * channels);
    anchors
        .flat_map(|anchor| {
            (0..channels).flat_map(move |channel| anchor.iter().skip(channel).step_by(channels).copied())
        })
        .collect()
}

fn speciesnet_suppression(folder: &Path) -> Vec<Trial> {
    let index = goldens::json(&folder.join("nms-cases.json"));
    let cases = index["cases"].as_array().unwrap();
    assert_eq!(cases.len(), SUPPRESSION_CASES);
    let trial = |case: &Value| {
        let rows = goldens::f32s(&folder.join(case["rows"]["file"].as_str().unwrap()));
        let kept = goldens::f32s(&folder.join(case["kept"]["file"].as_str().unwrap()));
        goldens::trial(format!("suppression {}", case["name"]), move || {
            let candidates =
                rows.chunks_exact(8).filter_map(|row| Scored::from_row(row, THRESHOLD)).collect();
            assert_eq!(flat(&suppress(candidates, &Suppression::SPECIESNET)), kept);
        })
    };
    cases.iter().map(trial).collect()
}

fn library_suppression(file: &Path) -> Vec<Trial> {
    let index = goldens::json(file);
    let cases = index["library_nms"].as_array().unwrap();
    assert_eq!(cases.len(), LIBRARY_CASES);
    let trial = |case: &Value| {
        let case = case.clone();
        goldens::trial(format!("library suppression {}", case["name"]), move || {
            let threshold = case["conf"].as_f64().unwrap() as f32;
            let rule = Suppression { max_overlap: case["iou"].as_f64().unwrap(), ..Suppression::SPECIESNET };
            let rows = embedded(&case["rows_xywh_obj_cls"]);
            let candidates =
                rows.chunks_exact(8).filter_map(|row| Scored::from_row(row, threshold)).collect();
            let (kept, expected) = (flat(&suppress(candidates, &rule)), embedded(&case["yolov5"]));
            if case["ties"] == true {
                assert_eq!(sorted(&kept), sorted(&expected));
            } else {
                assert_eq!(kept, expected);
            }
        })
    };
    cases.iter().map(trial).collect()
}

/// Rows in an order of their own: where confidences are equal the reference's order is not defined.
fn sorted(flat: &[f32]) -> Vec<Vec<u32>> {
    let mut rows: Vec<Vec<u32>> =
        flat.chunks_exact(6).map(|row| row.iter().map(|number| number.to_bits()).collect()).collect();
    rows.sort();
    rows
}

fn embedded(value: &Value) -> Vec<f32> {
    use base64::Engine as _;
    let text = value["f32le_base64"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

fn flat(boxes: &[Scored]) -> Vec<f32> {
    let row = |scored: &Scored| {
        let NetworkBox { x1, y1, x2, y2 } = scored.bbox;
        [x1, y1, x2, y2, scored.confidence, scored.class as f32]
    };
    boxes.iter().flat_map(row).collect()
}

fn back_mapping(file: &Path) -> Trial {
    let index = goldens::json(file);
    goldens::trial("back to the photo, 90 boxes", move || {
        let cases = index["boxes"].as_array().unwrap();
        assert_eq!(cases.len(), BACK_MAPPING_CASES);
        for case in cases {
            let size =
                |w: &str, h: &str| [w, h].map(|key| usize::try_from(case[key].as_u64().unwrap()).unwrap());
            let ([network_w, network_h], [w, h]) = (size("net_w", "net_h"), size("w", "h"));
            let [x1, y1, x2, y2]: [f32; 4] = serde_json::from_value(case["xyxy_net"].clone()).unwrap();
            let photo = NetworkBox { x1, y1, x2, y2 }.in_photo((network_w, network_h), (w, h));
            let corners: [f32; 4] = serde_json::from_value(case["xyxy_rounded"].clone()).unwrap();
            assert_eq!([photo.x1, photo.y1, photo.x2, photo.y2], corners, "{case}");
            let fractions: [f64; 4] = serde_json::from_value(case["bbox"].clone()).unwrap();
            assert_eq!(photo.fractions((w, h)), fractions, "{case}");
        }
    })
}

fn assert_close(got: &[f32], expected: &[f32], relative: f32) {
    assert_eq!(got.len(), expected.len());
    for (index, (a, b)) in got.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= relative * b.abs().max(1.0), "number {index}: {a}, expected {b}");
    }
}
