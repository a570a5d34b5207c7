//! Tiny pictures in every form that OpenCV and Pillow read differently, against OpenCV's pixels and refusals.
//! `golden/opencv/make.py` wrote them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "support/goldens.rs"]
mod goldens;

use std::path::Path;

use base64::Engine as _;
use biowatch_vision::decode::{self, Limits, Manner};
use serde_json::{Value, json};

/// What OpenCV reads and this program knowingly refuses.
const NOT_READ: [&str; 1] = ["pixels.ppm"];

#[test]
fn pixels_and_refusals_are_opencvs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/opencv/pictures.json");
    let document = goldens::json(&file);
    let cases = document["cases"].as_object().unwrap();
    assert!(cases.len() > 70);
    let wrong: Vec<String> = cases.iter().filter_map(|(name, case)| differs(name, case)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn differs(name: &str, case: &Value) -> Option<String> {
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(case["file_base64"].as_str().unwrap()).unwrap();
    let decoded = decode::from_bytes_as(&bytes, Manner::OpenCv, &Limits::default());
    match (decoded, case["rgb_sha256"].as_str()) {
        (Err(_), None) => None,
        (Err(_), Some(_)) if NOT_READ.contains(&name) => None,
        (Err(error), Some(_)) => Some(format!("{name}: refused: {error}")),
        (Ok(_), None) => Some(format!("{name}: must be refused")),
        (Ok(image), Some(expected)) => {
            let size = json!([image.width(), image.height()]);
            let same = size == case["size"] && goldens::sha256(image.data()) == expected;
            (!same).then(|| format!("{name}: other pixels, {size}"))
        }
    }
}
