//! What the renderer promises: the same bytes from the same seed, truth that fits, photos that read as a camera's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use biowatch_renderer::clock::Moment;
use biowatch_renderer::deployment::Format;
use biowatch_renderer::folder::{self, Plan};
use biowatch_renderer::photo::Photo;

fn plan(count: u64, seed: u64, burst: u32) -> Plan {
    let format = Format { width: 160, fine: 1, quality: 80, at_most: None };
    Plan { count, seed, per_deployment: 6, burst, format }
}

fn render(plan: &Plan) -> Vec<Photo> {
    let mut photos = Vec::new();
    folder::render(plan, |photo| {
        photos.push(photo);
        Ok(())
    })
    .unwrap();
    photos
}

/// FNV-1a: enough to tell one byte from another.
fn digest(photos: &[Photo]) -> u64 {
    let bytes = photos.iter().flat_map(|photo| &photo.jpeg);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The number is the same on every machine: only IEEE arithmetic and `libm` go into a photo. It changes when the
/// renderer does; then the model must be trained again, or the change be shown to be harmless.
#[test]
fn the_same_seed_gives_these_bytes_everywhere() {
    assert_eq!(format!("{:016x}", digest(&render(&plan(12, 7, 1)))), DIGEST);
}

const DIGEST: &str = "cb2f2c7e4546b941";

#[test]
fn another_seed_gives_other_photos() {
    assert_ne!(digest(&render(&plan(2, 1, 1))), digest(&render(&plan(2, 2, 1))));
}

#[test]
fn truth_lies_inside_the_photo_and_says_what_is_there() {
    for photo in render(&plan(24, 3, 1)) {
        let truth = photo.truth;
        assert_eq!(truth.count, truth.things.len());
        assert_eq!(truth.label == "blank", truth.things.is_empty());
        for thing in truth.things {
            let [x, y, w, h] = thing.bbox;
            assert!(
                x >= 0.0 && y >= 0.0 && w > 0.0 && h > 0.0 && x + w <= 1.0001 && y + h <= 1.0001,
                "{thing:?}"
            );
            assert_eq!(thing.species, truth.label);
        }
    }
}

#[test]
fn bursts_follow_within_seconds_and_files_are_numbered() {
    let photos = render(&plan(6, 5, 3));
    let files: Vec<&str> = photos.iter().map(|photo| photo.truth.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files[..3], ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"]);
    let minute = |photo: &Photo| photo.truth.time[..13].to_owned();
    assert_eq!(minute(&photos[0]), minute(&photos[2]));
    assert_ne!(photos[0].truth.time, photos[1].truth.time);
}

#[test]
fn a_photo_names_its_camera_time_and_place() {
    let photo = &render(&plan(1, 5, 1))[0];
    let has = |text: &[u8]| photo.jpeg.windows(text.len()).any(|window| window == text);
    assert_eq!(photo.jpeg[..4], [0xff, 0xd8, 0xff, 0xe0], "a JFIF file");
    assert!(has(b"Exif\0\0II\x2a\0"));
    assert!(has(photo.truth.time[..10].replace('-', ":").as_bytes()));
    assert!(has(b"+01:00\0") && has(b"WGS-84\0"));
}

#[test]
fn a_limit_on_the_size_lowers_the_quality() {
    let mut plan = plan(1, 9, 1);
    plan.format.width = 320;
    let free = render(&plan)[0].jpeg.len();
    plan.format.at_most = Some(free / 2);
    let limited = render(&plan)[0].jpeg.len();
    assert!(limited <= free / 2 || limited < free * 2 / 3, "{limited} of {free}");
}

#[test]
fn a_folder_is_written_with_its_truth() {
    let folder = tempfile::tempdir().unwrap();
    folder::write(&plan(4, 2, 1), folder.path(), |_| {}).unwrap();
    let truth = fs_err::read_to_string(folder.path().join("truth.ndjson")).unwrap();
    for line in truth.lines() {
        let truth: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(folder.path().join(truth["file"].as_str().unwrap()).is_file());
    }
    assert_eq!(truth.lines().count(), 4);
}

#[test]
fn the_clock_knows_leap_years() {
    let at = |day, second| Moment { day, second, hundredth: 5 };
    assert_eq!(at(59, 3_661).exif(), "2024:02:29 01:01:01");
    assert_eq!(at(366, 0).iso(), "2025-01-01T00:00:00.05+01:00");
    assert_eq!(at(365, 86_400).exif(), "2025:01:01 00:00:00");
}
