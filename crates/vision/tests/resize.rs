//! The resizes against OpenCV, Pillow and torch, byte for byte.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "support/goldens.rs"]
mod goldens;
#[path = "support/patterns.rs"]
mod patterns;

use std::path::Path;

use biowatch_vision::crop::{Crop, classifier_input};
use biowatch_vision::decode::{self, Limits};
use biowatch_vision::image::RgbImage;
use biowatch_vision::resize::opencv_area::opencv_area;
use biowatch_vision::resize::opencv_linear::opencv_linear;
use biowatch_vision::resize::pillow::{Filter, pillow};
use biowatch_vision::resize::torch_bilinear::torch_bilinear;
use libtest_mimic::Trial;
use serde_json::Value;

const CASES: usize = 30;
const CLASSIFIER_CASES: usize = 15;
const CROPS: usize = 90;
const PHOTOS: usize = 4;
const SIDE: usize = 480;

fn main() {
    goldens::main(&["generated pictures", "crops of boxes", "classifier input"], trials)
}

fn trials(folder: &Path) -> Vec<Trial> {
    let cases = goldens::json(&folder.join("resize-cases/cases.json"));
    let mut trials = each(&cases["cases"], CASES, generated_case);
    let cases = goldens::json(&folder.join("speciesnet/letterbox-cases.json"));
    trials.extend(each(&cases["classifier_inputs"], CLASSIFIER_CASES, classifier_case));
    trials.push(crops(&cases["boxes"]));
    trials.extend(photos(folder));
    trials
}

fn each(cases: &Value, expected: usize, trial: fn(&Value) -> Trial) -> Vec<Trial> {
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), expected, "cases in the index");
    cases.iter().map(trial).collect()
}

fn generated_case(case: &Value) -> Trial {
    let case = case.clone();
    let (width, height) = patterns::size(&case, "w", "h");
    let (out_width, out_height) = patterns::size(&case, "out_w", "out_h");
    let name = format!("{} {width}x{height} to {out_width}x{out_height}", case["kind"]);
    goldens::trial(name, move || {
        let seed = case["seed"].as_u64().unwrap();
        let image = match case["kind"].as_str().unwrap() {
            "noise" => patterns::noise(width, height, seed as u32),
            _ => patterns::ramp(width, height, seed as usize),
        };
        assert_eq!(goldens::sha256(image.data()), case["input_sha256"].as_str().unwrap(), "the input");
        let check = |name: &str, resized: &RgbImage| {
            let expected = case["results"][name]["sha256"].as_str().unwrap();
            assert_eq!(goldens::sha256(resized.data()), expected, "{name}");
        };
        let whole = Crop::whole(&image);
        check("opencv_linear", &opencv_linear(&image, out_width, out_height));
        check("pillow_bilinear", &pillow(&image, &whole, out_width, out_height, Filter::Bilinear));
        check("pillow_bicubic", &pillow(&image, &whole, out_width, out_height, Filter::Bicubic));
        if out_width <= width && out_height <= height {
            check("opencv_area", &opencv_area(&image, out_width, out_height));
        }
    })
}

fn crop_of(image: &RgbImage, kind: &Value, bbox: &Value) -> Crop {
    if kind == "full_image" {
        return Crop::without_bands(image);
    }
    match bbox.as_array() {
        None => Crop::whole(image),
        Some(numbers) => {
            let number = |i: usize| numbers[i].as_f64().unwrap();
            Crop::of_box(image, std::array::from_fn(number)).unwrap()
        }
    }
}

fn classifier_case(case: &Value) -> Trial {
    let case = case.clone();
    let (width, height) = patterns::size(&case, "w", "h");
    goldens::trial(
        format!("classifier input {} {width}x{height} {}", case["type"], case["bbox"]),
        move || {
            let image = patterns::geometry(width, height);
            let crop = crop_of(&image, &case["type"], &case["bbox"]);
            if let Some(rows) = case["kept_rows"].as_array() {
                assert_eq!([crop.top, crop.height].map(Value::from)[..], rows[..], "the rows that are kept");
            }
            if let Some(expected) = case.get("crop") {
                assert_crop(&crop, expected);
            }
            check_input(&image, &crop, &case["sha256"]);
        },
    )
}

/// Boxes of all sizes and places; a box without a whole pixel has no crop.
fn crops(cases: &Value) -> Trial {
    let cases = cases.as_array().unwrap().clone();
    assert_eq!(cases.len(), CROPS, "boxes in the index");
    goldens::trial("crops of boxes", move || {
        for case in cases {
            let (width, height) = patterns::size(&case, "w", "h");
            let image = RgbImage::new(width, height, vec![0; width * height * 3]).unwrap();
            let bbox = std::array::from_fn(|i| case["bbox"][i].as_f64().unwrap());
            let expected = &case["crop"];
            match Crop::of_box(&image, bbox) {
                Ok(crop) => assert_crop(&crop, expected),
                Err(_) => assert!(expected["height"] == 0 || expected["width"] == 0, "{case}"),
            }
        }
    })
}

fn assert_crop(crop: &Crop, expected: &Value) {
    let got = serde_json::json!({
        "top": crop.top, "left": crop.left, "height": crop.height, "width": crop.width
    });
    assert_eq!(got, *expected, "the crop");
}

/// The quantised bytes by their hash, and the numbers made of them.
fn check_input(image: &RgbImage, crop: &Crop, sha256: &Value) {
    let resized = torch_bilinear(image, crop, SIDE, SIDE);
    assert_eq!(goldens::sha256(resized.data()), sha256.as_str().unwrap(), "the quantised input");
    let numbers = classifier_input(image, crop, SIDE);
    assert_eq!(numbers.len(), SIDE * SIDE * 3);
    for (number, byte) in numbers.iter().zip(resized.data()) {
        assert_eq!(number.to_bits(), (f32::from(*byte) / 255.0).to_bits());
    }
}

/// Real photos: the crop of the best detection, and the full-image form.
fn photos(folder: &Path) -> Vec<Trial> {
    let intermediates = folder.join("speciesnet/intermediates");
    let entries = fs_err::read_dir(&intermediates).unwrap().map(|entry| entry.unwrap().path());
    let documents: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| goldens::json(&path))
        .filter(|document| document.get("classifier_input").is_some())
        .collect();
    assert_eq!(documents.len(), PHOTOS, "photos with a classifier input");
    let trial = |document: Value| {
        let folder = folder.to_path_buf();
        goldens::trial(format!("classifier input of {}", document["image"]), move || {
            let photo = folder.join(document["image"].as_str().unwrap());
            let image = decode::read(&photo, &Limits::default()).unwrap();
            let crop = crop_of(&image, &Value::Null, &document["detections"][0]["bbox"]);
            assert_crop(&crop, &document["crop"]);
            check_input(&image, &crop, &document["classifier_input"]["sha256"]);
            let whole = folder
                .join("speciesnet/intermediates")
                .join(document["classifier_input"]["file"].as_str().unwrap());
            assert!(torch_bilinear(&image, &crop, SIDE, SIDE).data() == goldens::unpacked(&whole));
            check_input(
                &image,
                &Crop::without_bands(&image),
                &document["full_image_classifier_input_sha256"],
            );
        })
    };
    documents.into_iter().map(trial).collect()
}
