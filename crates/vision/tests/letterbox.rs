//! The detector's input against the reference letterbox, byte for byte.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "support/goldens.rs"]
mod goldens;
#[path = "support/patterns.rs"]
mod patterns;

use std::path::Path;

use biowatch_vision::decode::{self, Limits};
use biowatch_vision::image::RgbImage;
use biowatch_vision::letterbox::{Frame, Letterbox};
use libtest_mimic::Trial;
use serde_json::{Value, json};

const GEOMETRIES: usize = 60;
const OTHER_GEOMETRIES: usize = 36;
const PIXELS: usize = 12;
const PHOTOS: [&str; 4] = ["african_elephants_with_exif_orientation", "flamingo_portrait", "human", "ocelot"];
const FRAME: Frame = Frame { side: 1280, stride: Some(64) };

fn main() {
    goldens::main(&["geometry", "other frames", "pixels", "photos"], trials)
}

fn trials(folder: &Path) -> Vec<Trial> {
    let cases = goldens::json(&folder.join("speciesnet/letterbox-cases.json"));
    let others = goldens::json(&folder.join("resize-cases/letterbox.json"));
    let list = |cases: &Value, expected: usize| {
        let cases = cases.as_array().unwrap().clone();
        assert_eq!(cases.len(), expected, "cases in the index");
        cases
    };
    let geometries = list(&cases["letterbox"], GEOMETRIES);
    let other_geometries = list(&others["cases"], OTHER_GEOMETRIES);
    let pixels = list(&cases["letterbox_pixels"], PIXELS);
    let mut trials = vec![
        goldens::trial("geometry", move || geometries.iter().for_each(geometry)),
        goldens::trial("other frames", move || other_geometries.iter().for_each(other_geometry)),
    ];
    trials.extend(pixels.into_iter().map(|case| {
        let (width, height) = patterns::size(&case, "w", "h");
        goldens::trial(format!("pixels {width}x{height}"), move || {
            check(&patterns::geometry(width, height), &case["sha256"], &case["out_w"], &case["out_h"]);
        })
    }));
    trials.extend(PHOTOS.map(|name| {
        let folder = folder.to_path_buf();
        goldens::trial(format!("photo {name}"), move || photo(&folder, name))
    }));
    trials
}

fn geometry(case: &Value) {
    let (width, height) = patterns::size(case, "w", "h");
    let fitted = Letterbox::fit(width, height, FRAME).unwrap();
    let got = json!([
        fitted.inner_height,
        fitted.inner_width,
        fitted.top,
        fitted.bottom,
        fitted.left,
        fitted.right,
        fitted.height(),
        fitted.width()
    ]);
    let names = ["new_h", "new_w", "pad_top", "pad_bottom", "pad_left", "pad_right", "out_h", "out_w"];
    let expected: Vec<_> = names.iter().map(|name| &case[name]).collect();
    assert_eq!(got, json!(expected), "{width}x{height}");
}

fn other_geometry(case: &Value) {
    let (width, height) = patterns::size(case, "w", "h");
    let (side, stride) = patterns::size(case, "size", "stride");
    let stride = (case["auto"] == true).then_some(stride);
    let nothing_left = case["new_h"] == 0 || case["new_w"] == 0;
    let Ok(fitted) = Letterbox::fit(width, height, Frame { side, stride }) else {
        assert!(nothing_left, "{case}");
        return;
    };
    let got = json!([
        fitted.inner_height,
        fitted.inner_width,
        fitted.top,
        fitted.bottom,
        fitted.left,
        fitted.right
    ]);
    let expected: Vec<_> =
        ["new_h", "new_w", "top", "bottom", "left", "right"].iter().map(|name| &case[name]).collect();
    assert_eq!(got, json!(expected), "{case}");
}

/// The bytes by their hash, and the planes made of them.
fn check(image: &RgbImage, sha256: &Value, width: &Value, height: &Value) -> RgbImage {
    let fitted = Letterbox::fit(image.width(), image.height(), FRAME).unwrap();
    assert_eq!(json!([fitted.width(), fitted.height()]), json!([width, height]), "size");
    let drawn = fitted.draw(image);
    assert_eq!(goldens::sha256(drawn.data()), sha256.as_str().unwrap(), "pixels");
    let mut planes = vec![f32::NAN; 7];
    fitted.write_planes(image, &mut planes);
    let pixels = drawn.data().as_chunks::<3>().0;
    assert_eq!(planes.len(), pixels.len() * 3);
    for (channel, plane) in planes.chunks_exact(pixels.len()).enumerate() {
        for (value, pixel) in plane.iter().zip(pixels) {
            assert_eq!(value.to_bits(), (f32::from(pixel[channel]) / 255.0).to_bits());
        }
    }
    drawn
}

fn photo(folder: &Path, name: &str) {
    let intermediates = folder.join("speciesnet/intermediates");
    let document = goldens::json(&intermediates.join(format!("{name}.json")));
    let photo = folder.join(document["image"].as_str().unwrap());
    let image = decode::read(&photo, &Limits::default()).unwrap();
    let expected = &document["letterboxed"];
    let shape = &expected["shape"];
    let drawn = check(&image, &expected["sha256"], &shape[1], &shape[0]);
    let patch = goldens::bytes(&intermediates.join(expected["patch"]["file"].as_str().unwrap()));
    let (top, left) = (expected["patch_at"][0].as_u64().unwrap(), expected["patch_at"][1].as_u64().unwrap());
    let (left, rows) = (left as usize * 3, drawn.rows().skip(top as usize).take(64));
    let got: Vec<u8> = rows.flat_map(|row| &row[left..left + 64 * 3]).copied().collect();
    assert!(got == patch, "the patch in the middle");
    if let Some(whole) = expected.get("whole") {
        let whole = goldens::unpacked(&intermediates.join(whole["file"].as_str().unwrap()));
        assert!(drawn.data() == whole, "the whole picture");
    }
}
