//! Decoded pixels against Pillow's: every photo, every decoder case, every file that must be refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "support/goldens.rs"]
mod goldens;

use std::path::Path;

use biowatch_vision::decode::{self, Limits};
use libtest_mimic::Trial;

const PHOTOS: usize = 19;
const CASES: usize = 39;
const REFUSED: usize = 3;

fn main() {
    goldens::main(&["photos", "decoder cases", "refused files"], trials)
}

fn trials(folder: &Path) -> Vec<Trial> {
    let images = folder.join("images");
    let mut trials = photos(&images);
    trials.extend(cases(&images.join("decode")));
    trials.extend(refused(&images.join("bad")));
    trials
}

/// Size and hash of the RGB bytes, as the index files state them.
fn check(path: &Path, size: &serde_json::Value, sha256: &serde_json::Value) {
    let image = decode::read(path, &Limits::default()).unwrap();
    assert_eq!(serde_json::json!([image.width(), image.height()]), *size, "size");
    assert_eq!(goldens::sha256(image.data()), sha256.as_str().unwrap(), "pixels");
}

fn photos(folder: &Path) -> Vec<Trial> {
    let index = goldens::json(&folder.join("images.json"));
    let photos = index["images"].as_array().unwrap();
    assert_eq!(photos.len(), PHOTOS, "photos in the index");
    let trial = |photo: &serde_json::Value| {
        let photo = photo.clone();
        let path = folder.join(photo["file"].as_str().unwrap());
        goldens::trial(format!("photo {}", photo["file"]), move || {
            check(&path, &photo["rgb_size"], &photo["rgb_sha256"]);
        })
    };
    photos.iter().map(trial).collect()
}

fn cases(folder: &Path) -> Vec<Trial> {
    let index = goldens::json(&folder.join("decode-cases.json"));
    let cases = index["cases"].as_array().unwrap();
    assert_eq!(cases.len(), CASES, "decoder cases in the index");
    let trial = |case: &serde_json::Value| {
        let case = case.clone();
        let path = folder.join(case["file"].as_str().unwrap());
        goldens::trial(format!("case {}", case["file"]), move || {
            assert_eq!(case["loads"], true, "every case in the index loads");
            check(&path, &case["size"], &case["rgb_sha256"]);
            let expected = goldens::bytes(&path.with_file_name(case["rgb_file"].as_str().unwrap()));
            let image = decode::read(&path, &Limits::default()).unwrap();
            assert!(image.data() == expected, "bytes differ from {}", case["rgb_file"]);
        })
    };
    cases.iter().map(trial).collect()
}

fn refused(folder: &Path) -> Vec<Trial> {
    let mut files: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), REFUSED, "files to refuse");
    let trial = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().display().to_string();
        goldens::trial(format!("refused {name}"), move || {
            assert!(decode::read(&path, &Limits::default()).is_err());
        })
    };
    files.into_iter().map(trial).collect()
}
