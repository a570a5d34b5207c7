//! Boxes against the reference: decoded rows, what suppression keeps, the way back to the photo.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/goldens.rs"]
mod goldens;

use std::path::Path;

use biowatch_vision::boxes::{
    AnchorFreeHead, Cell, Level, Neighbours, NetworkBox, Scored, Suppression, Yolov5Head, select, suppress,
};
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
    trials.extend(anchor_free_heads(&folder.join("architectures")));
    trials.push(torchvision_suppression(&folder.join("nms-cases/cases.json")));
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

/// Pixels of up to 700 in f32: the reference sums the bins in another order.
const ANCHOR_FREE_RELATIVE: f32 = 2e-5;

fn anchor_free_heads(folder: &Path) -> Vec<Trial> {
    let trial = |name: &str| {
        let (folder, name) = (folder.to_owned(), name.to_owned());
        goldens::trial(format!("head {name}"), move || check_anchor_free(&folder, &name))
    };
    ["yolov8", "yolov8-unstripped", "yolov9c-narrow", "yolo11", "yolo11-c3k", "yolov10-n", "yolov10-x"]
        .map(trial)
        .into()
}

fn check_anchor_free(folder: &Path, name: &str) {
    let facts = goldens::json(&folder.join(format!("{name}.json")));
    let end_to_end = name.starts_with("yolov10");
    let head = AnchorFreeHead {
        strides: serde_json::from_value(facts["strides"].clone()).unwrap(),
        bins: 16,
        classes: 3,
        end_to_end,
    };
    let levels: Vec<(usize, usize, Vec<f32>)> = (0..head.strides.len())
        .map(|level| {
            let shape = &facts["outputs"][format!("level{level}")]["shape"];
            let side = |axis: usize| usize::try_from(shape[axis].as_u64().unwrap()).unwrap();
            let values = goldens::f32s(&folder.join(format!("{name}.level{level}.f32.gz")));
            (side(2), side(3), values)
        })
        .collect();
    let levels: Vec<Level<'_>> = levels
        .iter()
        .map(|(height, width, values)| Level { height: *height, width: *width, values })
        .collect();
    let mut rows = Vec::new();
    head.visit(&levels, -1.0, &mut |cell| {
        let NetworkBox { x1, y1, x2, y2 } = cell.bbox;
        let place =
            if end_to_end { [x1, y1, x2, y2] } else { [(x1 + x2) / 2.0, (y1 + y2) / 2.0, x2 - x1, y2 - y1] };
        rows.extend(place);
        rows.extend(cell.scores);
    })
    .unwrap();
    let expected = goldens::f32s(&folder.join(format!("{name}.decoded.f32.gz")));
    let cells = expected.len() / 7;
    if end_to_end {
        assert_close(&rows, &expected, ANCHOR_FREE_RELATIVE);
        let selected = flat(&head.select(&levels, -1.0).unwrap());
        let expected = goldens::f32s(&folder.join(format!("{name}.selected.f32.gz")));
        assert_close(&selected, &expected, ANCHOR_FREE_RELATIVE);
    } else {
        let rows_last: Vec<f32> =
            (0..7).flat_map(|channel| rows.iter().skip(channel).step_by(7).copied()).collect();
        assert_eq!(rows_last.len(), cells * 7);
        assert_close(&rows_last, &expected, ANCHOR_FREE_RELATIVE);
    }
}

/// Boxes of one class, given from the most confident on: which remain.
fn torchvision_suppression(file: &Path) -> Trial {
    let index = goldens::json(file);
    goldens::trial("torchvision suppression", move || {
        for case in index["torchvision_nms"].as_array().unwrap() {
            let boxes: Vec<[f32; 4]> = serde_json::from_value(case["boxes"].clone()).unwrap();
            let scores: Vec<f32> = serde_json::from_value(case["scores"].clone()).unwrap();
            let candidates: Vec<Scored> = boxes
                .iter()
                .zip(scores)
                .map(|(&[x1, y1, x2, y2], confidence)| Scored {
                    bbox: NetworkBox { x1, y1, x2, y2 },
                    confidence,
                    class: 0,
                })
                .collect();
            for neighbours in [Neighbours::Shifted, Neighbours::Apart] {
                let max_overlap = case["iou"].as_f64().unwrap();
                let rule = Suppression { max_overlap, neighbours, ..Suppression::SPECIESNET };
                let kept = suppress(candidates.clone(), &rule);
                let kept: Vec<usize> = kept
                    .iter()
                    .map(|kept| {
                        candidates.iter().position(|other| other.confidence == kept.confidence).unwrap()
                    })
                    .collect();
                assert_eq!(serde_json::json!(kept), case["kept"], "{case}");
            }
        }
    })
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
            let ties = case["ties"] == true;
            same_boxes(&flat(&suppress(candidates, &rule)), &embedded(&case["yolov5"]), ties);

            // ultralytics reads the same rows without the objectness.
            let by_class =
                rows.chunks_exact(8).filter_map(|row| Scored::from_row(&without_objectness(row), threshold));
            same_boxes(&flat(&suppress(by_class.collect(), &rule)), &embedded(&case["ultralytics"]), ties);

            let cell = |row: &[f32]| Cell {
                bbox: Scored::from_row(&[&row[..4], &[1.0, 1.0]].concat(), 0.0).unwrap().bbox,
                scores: row[5..].to_vec(),
            };
            let cells: Vec<Cell> = rows.chunks_exact(8).map(cell).collect();
            let all = cells.len();
            let selected = select(cells, all, -1.0);
            let (selected, expected) = (flat(&selected), embedded(&case["yolov10_top300_before_threshold"]));
            if ties {
                // Which of equal scores are within the cut is not defined; their scores are.
                let scores = |rows: &[f32]| -> Vec<f32> { rows.iter().skip(4).step_by(6).copied().collect() };
                assert_eq!(scores(&selected), scores(&expected));
            } else {
                assert_eq!(selected, expected);
            }
        })
    };
    cases.iter().map(trial).collect()
}

fn without_objectness(row: &[f32]) -> Vec<f32> {
    [&row[..4], &[1.0], &row[5..]].concat()
}

fn same_boxes(kept: &[f32], expected: &[f32], ties: bool) {
    if ties {
        assert_eq!(sorted(kept), sorted(expected));
    } else {
        assert_eq!(kept, expected);
    }
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
