//! Frames, numbers and refusals as `media.json` records them.

use std::path::Path;

use biowatch_vision::cancel::Cancel;
use biowatch_vision::decode::Limits;
use biowatch_vision::image::RgbImage;
use biowatch_vision::video::Video;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::{ffmpeg, goldens, needs_ffmpeg};

const VIDEOS: usize = 5;

pub(crate) fn trials() -> Vec<Trial> {
    let folder = goldens::folder().join("deepfaune/media");
    if !folder.is_dir() {
        let name = format!("reference: no goldens at {}, set BIOWATCH_GOLDENS", folder.display());
        return vec![Trial::test(name, || Ok(())).with_ignored_flag(true)];
    }
    let index = goldens::json(&folder.join("media.json"));
    let videos = index["videos"].as_object().unwrap();
    assert_eq!(videos.len(), VIDEOS, "videos in the index");
    let mut trials = Vec::new();
    for (name, video) in videos {
        for compat in [false, true] {
            let (path, video) = (folder.join(name), video.clone());
            trials.push(needs_ffmpeg(format!("reference::{name}::jpeg {compat}"), move || {
                check(&path, &video, compat);
            }));
        }
    }
    trials
}

fn check(path: &Path, expected: &Value, compat: bool) {
    let settings = ffmpeg::settings(compat);
    let opened = Video::open(path.to_str().unwrap(), 1.0, &settings, &Limits::default(), &Cancel::default());
    let mut video = match opened {
        Ok(video) => video,
        Err(error) => {
            assert_eq!(expected["opens"], false, "{error}");
            assert!(error.in_reference_words("x").starts_with("Cannot open video: x"));
            return;
        }
    };
    let sampled = expected["sampled"].as_array().unwrap();
    let (fps, count) =
        (expected["fps"].as_f64().unwrap(), expected["frame_count_property"].as_f64().unwrap());
    for (number, expected) in sampled.iter().enumerate() {
        let (image, frame) = video.next_frame().unwrap().expect("a frame");
        assert_eq!(frame.frame_number, number as u64);
        assert_eq!((frame.metadata.fps, frame.metadata.duration), (fps, count / fps));
        let native = expected["native_frame"].as_f64().unwrap();
        let time = frame.frame_time.expect("a time");
        assert!((time - native / fps).abs() < 1e-3, "frame {native} at {time}");
        assert_eq!(json!([image.height(), image.width(), 3]), expected["shape"]);
        let key = if compat { "bgr_after_jpeg_sha256" } else { "bgr_sha256" };
        assert_eq!(goldens::sha256(&bgr(&image)), expected[key].as_str().unwrap(), "frame {native}");
    }
    assert!(video.next_frame().unwrap().is_none(), "no further frame");
    assert!(video.next_frame().unwrap().is_none(), "nor after that");
}

fn bgr(image: &RgbImage) -> Vec<u8> {
    image.data().as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*b, *g, *r]).collect()
}
