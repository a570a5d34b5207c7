//! The demo's miniature model, measured through the real program: 200 photos it never saw, and the 24 scenes that ship.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod precision;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use biowatch_renderer::deployment::Format;
use biowatch_renderer::folder::{self, Plan};
use serde_json::Value;

use precision::{Boxed, average_precision};

/// The seed of the photos that are measured here. No training run may use it, and nothing may be chosen by it.
const HELD_OUT: u64 = 90_004;
const PHOTOS: u64 = 200;
/// Where the demo's cameras hang. The sika deer does not live there.
const COUNTRY: &str = "SVN";
const CATEGORIES: [(&str, &str); 3] = [("animal", "1"), ("person", "2"), ("vehicle", "3")];

/// A photo: what is in it, and what the program says.
struct Answered {
    truth: Value,
    row: Value,
}

impl Answered {
    fn label(&self) -> &str {
        self.truth["label"].as_str().unwrap()
    }

    /// The prediction in the words of the truth: `blank`, `human`, `vehicle`, a scientific name, else the common name.
    fn said(&self) -> String {
        let fields: Vec<&str> = self.row["prediction"].as_str().unwrap().split(';').collect();
        match fields[..] {
            [_, .., "blank"] => "blank".to_owned(),
            [_, .., "human"] => "human".to_owned(),
            [_, .., "vehicle"] => "vehicle".to_owned(),
            [_, _, _, _, genus, species, _] if !species.is_empty() => format!("{genus} {species}"),
            _ => fields[6].to_owned(),
        }
    }

    fn source(&self) -> &str {
        self.row["prediction_source"].as_str().unwrap()
    }

    fn is_animal(&self) -> bool {
        !matches!(self.label(), "blank" | "human" | "vehicle")
    }
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").canonicalize().unwrap()
}

/// Rows of the demo model for the photos of `folder`, beside the truth about them, and how long it took.
/// `country` is the arguments that name one.
fn predict(folder: &Path, truths: Vec<Value>, country: &[&str]) -> (Vec<Answered>, f64) {
    let sandbox = tempfile::tempdir().unwrap();
    let rows = sandbox.path().join("rows.ndjson");
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_biowatch"))
        .arg("predict")
        .arg(demo().join("model"))
        .arg(folder)
        .args(country)
        .args(["--engine", "built-in", "--quiet", "--out"])
        .arg(&rows)
        .env("BIOWATCH_DATA_DIR", sandbox.path())
        .env("HOME", sandbox.path())
        .env("USERPROFILE", sandbox.path())
        .output()
        .unwrap();
    let seconds = started.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> =
        fs_err::read_to_string(rows).unwrap().lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let answered = truths
        .into_iter()
        .map(|truth| {
            let file = folder.join(truth["file"].as_str().unwrap());
            let row = rows.iter().find(|row| Path::new(row["filepath"].as_str().unwrap()) == file);
            assert!(row.is_some(), "no row for {}", file.display());
            Answered { row: row.unwrap().clone(), truth }
        })
        .collect();
    (answered, seconds)
}

fn numbers(value: &Value) -> [f64; 4] {
    let all: Vec<f64> = value.as_array().unwrap().iter().map(|part| part.as_f64().unwrap()).collect();
    [all[0], all[1], all[2], all[3]]
}

/// Average precision of each category at an overlap of one half.
fn precisions(answered: &[Answered]) -> Vec<(&'static str, f64)> {
    let one = |(category, number): (&'static str, &str)| {
        let photos: Vec<(Vec<[f64; 4]>, Vec<Boxed>)> = answered
            .iter()
            .map(|photo| {
                let things = photo.truth["things"].as_array().unwrap();
                let truth = things.iter().filter(|thing| thing["category"] == category);
                let found = photo.row["detections"].as_array().unwrap();
                let found = found.iter().filter(|found| found["category"] == number);
                let found = found.map(|found| Boxed {
                    bbox: numbers(&found["bbox"]),
                    score: found["conf"].as_f64().unwrap(),
                });
                (truth.map(|thing| numbers(&thing["bbox"])).collect(), found.collect())
            })
            .collect();
        (category, average_precision(&photos))
    };
    CATEGORIES.map(one).to_vec()
}

fn share(part: usize, of: usize) -> f64 {
    part as f64 / of as f64
}

#[test]
fn the_demo_model_does_what_its_card_says() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let format = Format { width: 640, fine: 1, quality: 80, at_most: None };
    let plan = Plan { count: PHOTOS, seed: HELD_OUT, per_deployment: 8, burst: 1, format };
    let started = Instant::now();
    folder::write(&plan, &root, |_| {}).unwrap();
    println!("rendered {PHOTOS} photos in {:.0} s", started.elapsed().as_secs_f64());
    let truths = fs_err::read_to_string(root.join("truth.ndjson")).unwrap();
    let truths = truths.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (answered, seconds) = predict(&root, truths, &[]);
    println!("predicted them in {seconds:.0} s");

    let each = precisions(&answered);
    let mean = each.iter().map(|(_, precision)| precision).sum::<f64>() / each.len() as f64;
    println!("mAP50 {mean:.3}: {each:.3?}");

    let animals: Vec<&Answered> = answered.iter().filter(|photo| photo.is_animal()).collect();
    let right = animals.iter().filter(|photo| photo.said() == photo.label()).count();
    let accuracy = share(right, animals.len());
    println!("species: {right} of {} right, {accuracy:.3}", animals.len());
    for photo in animals.iter().filter(|photo| photo.said() != photo.label()) {
        println!(
            "  {} taken for {} ({}, {})",
            photo.label(),
            photo.said(),
            photo.source(),
            photo.truth["file"]
        );
    }

    let (mut both, mut said, mut are) = (0, 0, 0);
    for photo in &answered {
        let (is, says) = (photo.label() == "blank", photo.said() == "blank");
        both += usize::from(is && says);
        said += usize::from(says);
        are += usize::from(is);
    }
    let (precision, recall) = (share(both, said), share(both, are));
    println!("blank: precision {precision:.3} ({both} of {said}), recall {recall:.3} ({both} of {are})");
    for photo in answered.iter().filter(|photo| (photo.label() == "blank") != (photo.said() == "blank")) {
        println!(
            "  {} taken for {} ({}, {})",
            photo.label(),
            photo.said(),
            photo.source(),
            photo.truth["file"]
        );
    }
    for kind in ["human", "vehicle"] {
        let of: Vec<_> = answered.iter().filter(|photo| photo.label() == kind).collect();
        println!("{kind}: {} of {} right", of.iter().filter(|photo| photo.said() == kind).count(), of.len());
    }

    assert!(mean >= 0.85, "mAP50 {mean}");
    assert!(accuracy >= 0.85, "accuracy of species {accuracy}");
    assert!(precision >= 0.9 && recall >= 0.9, "blank: precision {precision}, recall {recall}");
}

#[test]
fn the_scenes_that_ship_show_what_the_model_can_say() {
    let scenes = demo().join("scenes");
    let truths: Vec<Value> =
        serde_json::from_str(&fs_err::read_to_string(scenes.join("truth.json")).unwrap()).unwrap();
    assert_eq!(truths.len(), 24);
    let (answered, seconds) = predict(&scenes, truths, &["--country", COUNTRY]);
    println!("predicted {} scenes in {seconds:.1} s", answered.len());
    for photo in &answered {
        println!("  {}: {} -> {} ({})", photo.truth["file"], photo.label(), photo.said(), photo.source());
    }
    let with = |start: &str| answered.iter().filter(|photo| photo.source().starts_with(start)).count();
    assert!(with("classifier+geofence+rollup_to_") >= 1, "no scene is geofenced in {COUNTRY}");
    assert!(with("classifier+rollup_to_") >= 1, "no scene is rolled up");
    let right = answered.iter().filter(|photo| photo.said() == photo.label()).count();
    assert!(right >= 19, "{right} of {} scenes are named right", answered.len());
}
