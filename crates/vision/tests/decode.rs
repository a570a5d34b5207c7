//! Decoded pixels against Pillow's and OpenCV's: every photo, every decoder case, every file that must be refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "support/goldens.rs"]
mod goldens;

use std::path::Path;

use biowatch_vision::decode::{self, Limits, Manner};
use libtest_mimic::Trial;

const PHOTOS: usize = 19;
const CASES: usize = 39;
const REFUSED: usize = 3;
const STILLS: usize = 11;

fn main() {
    goldens::main(&["photos", "decoder cases", "refused files", "by OpenCV"], trials)
}

fn trials(folder: &Path) -> Vec<Trial> {
    let images = folder.join("images");
    let mut trials = photos(&images);
    trials.extend(photos_by_opencv(&images));
    trials.extend(stills_by_opencv(&folder.join("deepfaune/media")));
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

/// OpenCV decodes these photos to Pillow's pixels, but for one that it refuses and one in CMYK.
fn photos_by_opencv(folder: &Path) -> Vec<Trial> {
    let index = goldens::json(&folder.join("images.json"));
    let trial = |photo: &serde_json::Value| {
        let photo = photo.clone();
        let name = photo["file"].as_str().unwrap().to_owned();
        let path = folder.join(&name);
        goldens::trial(format!("photo {name} by OpenCV"), move || {
            let decoded = decode::read_as(&path, Manner::OpenCv, &Limits::default());
            if name.contains("truncated") {
                assert!(decoded.unwrap_err().to_string().contains("last row"));
            } else if !name.contains("cmyk") {
                assert_eq!(goldens::sha256(decoded.unwrap().data()), photo["rgb_sha256"].as_str().unwrap());
            }
        })
    };
    index["images"].as_array().unwrap().iter().map(trial).collect()
}

fn stills_by_opencv(folder: &Path) -> Vec<Trial> {
    let index = goldens::json(&folder.join("media.json"));
    let stills = index["stills"].as_object().unwrap();
    assert_eq!(stills.len(), STILLS, "stills in the index");
    let trial = |(name, still): (&String, &serde_json::Value)| {
        let (path, still) = (folder.join(name), still.clone());
        goldens::trial(format!("still {name} by OpenCV"), move || {
            let decoded = decode::read_as(&path, Manner::OpenCv, &Limits::default());
            assert_eq!(decoded.is_ok(), still["decodes"] == true);
            if let Ok(image) = decoded {
                let bgr: Vec<u8> =
                    image.data().as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*b, *g, *r]).collect();
                assert_eq!(goldens::sha256(&bgr), still["bgr_sha256"].as_str().unwrap());
            }
        })
    };
    stills.iter().map(trial).collect()
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
