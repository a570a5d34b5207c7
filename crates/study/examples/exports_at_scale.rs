//! How long exports and imports of results take, and how much memory, with as many rows as are asked for.
//!
//! ```sh
//! exports_at_scale build FOLDER 500000        a study of so many photos, two observations each
//! exports_at_scale export STUDY.db FORMAT OUT
//! exports_at_scale import RESULTS FOLDER      into a new study in FOLDER
//! ```
//!
//! One process each, so that the peak of memory is that of one work. Linux only: it reads `/proc/self/status`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    reason = "a tool for developers stops where it fails"
)]

use std::path::Path;
use std::time::Instant;

use biowatch_study::export::{Format, Options, export};
use biowatch_study::{Results, Studies, Study, Watch};
use rusqlite::{Connection, params};

fn main() {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let began = Instant::now();
    let done = match words.as_slice() {
        ["build", folder, photos] => build(Path::new(folder), photos.parse().unwrap()),
        ["export", study, format, out] => {
            let study = Study::open(Path::new(study)).unwrap();
            let exported =
                export(&study, named(format), Options::default(), Path::new(out), &mut |_| ()).unwrap();
            format!("{format}: {} files, {} rows", exported.files, exported.rows)
        }
        ["import", results, folder] => {
            let folder = Path::new(folder);
            let mut study =
                Studies::new(folder.join("studies"), folder.join(".staging")).create("again").unwrap();
            let mut watch = Watch { progress: &mut |_| (), is_stopped: &|| false };
            let results = Results::open(&std::path::absolute(results).unwrap()).unwrap();
            let taken_in = results.import(&mut study, Path::new("/nowhere/photos"), &mut watch).unwrap();
            format!("import: {} files, {} observations", taken_in.files, taken_in.observations)
        }
        _ => panic!("build FOLDER PHOTOS | export STUDY FORMAT OUT | import RESULTS FOLDER"),
    };
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    let stat = fs_err::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: Vec<u64> = stat.split(' ').skip(13).take(2).filter_map(|word| word.parse().ok()).collect();
    let cpu = ticks.iter().sum::<u64>() as f64 / 100.0;
    println!("{done}; {:.1} s, {cpu:.1} s of CPU, peak {peak}", began.elapsed().as_secs_f64());
}

fn named(format: &str) -> Format {
    match format {
        "camtrap-dp" => Format::CamtrapDp,
        "megadetector" => Format::MegaDetector,
        "speciesnet" => Format::SpeciesNet,
        "speciesnet-per-animal" => Format::SpeciesNetPerAnimal,
        "coco" => Format::Coco,
        "csv" => Format::Csv,
        _ => panic!("no such format: {format}"),
    }
}

fn build(folder: &Path, photos: u64) -> String {
    let study = Studies::new(folder.join("studies"), folder.join(".staging")).create("large").unwrap();
    let mut connection = Connection::open(study.file()).unwrap();
    let transaction = connection.transaction().unwrap();
    let run = "INSERT INTO model_runs (id, modelID, modelVersion, startedAt, status) \
        VALUES ('r', 'speciesnet', '4.0.2a', '2026-06-01T09:00:00.000Z', 'completed')";
    transaction.execute(run, []).unwrap();
    for camera in 0..200 {
        let insert = "INSERT INTO deployments (deploymentID, locationID, latitude, longitude) VALUES (?1, ?1, 47.0, ?2)";
        transaction
            .execute(insert, params![format!("camera {camera:03}"), f64::from(camera) / 100.0])
            .unwrap();
    }
    {
        let insert = "INSERT INTO media (mediaID, deploymentID, timestamp, filePath, fileName, importFolder, folderName) \
            VALUES (?1, ?2, ?3, ?4, ?5, '/photos', ?2)";
        let mut media = transaction.prepare(insert).unwrap();
        let insert = "INSERT INTO model_outputs (id, mediaID, runID, rawOutput) VALUES (?1, ?1, 'r', ?2)";
        let mut outputs = transaction.prepare(insert).unwrap();
        let insert = "INSERT INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd, \
            scientificName, commonName, classificationProbability, count, bboxX, bboxY, bboxWidth, bboxHeight, modelOutputID, \
            classificationMethod, classifiedBy, classificationTimestamp, detectionConfidence) VALUES (?1, ?2, ?3, ?2, ?4, ?4, \
            ?5, 'red fox', 0.85, 1, 0.1, 0.2, 0.3, 0.4, ?2, 'machine', 'speciesnet 4.0.2a', '2026-06-01T10:00:00.000Z', 0.9)";
        let mut observations = transaction.prepare(insert).unwrap();
        for number in 0..photos {
            let camera = format!("camera {:03}", number % 200);
            let (second, id) = (number / 200 * 40, uuid::Uuid::new_v4().to_string());
            let time = jiff::Timestamp::from_second(1_700_000_000 + second.cast_signed()).unwrap();
            let time = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string();
            let name = format!("IMG_{number:07}.JPG");
            media.execute(params![id, camera, time, format!("/photos/{camera}/{name}"), name]).unwrap();
            let species = format!("genus{} species{}", number % 40, number % 300);
            let label =
                format!("u{};mammalia;carnivora;canidae;{};", number % 300, species.replace(' ', ";"));
            let label = format!("{label}animal {}", number % 300);
            let bbox = r#"{"category": "1", "label": "animal", "conf": 0.9, "bbox": [0.1, 0.2, 0.3, 0.4]}"#;
            let raw = format!(
                r#"{{"filepath": "/photos/{camera}/{name}", "classifications": {{"classes": ["{label}"], "scores": [0.85]}},
                "detections": [{bbox}, {bbox}], "prediction": "{label}", "prediction_score": 0.85,
                "prediction_source": "classifier", "model_version": "4.0.2a"}}"#
            );
            outputs.execute(params![id, raw]).unwrap();
            for _ in 0..2 {
                let observation = uuid::Uuid::new_v4().to_string();
                observations.execute(params![observation, id, camera, time, species]).unwrap();
            }
        }
    }
    transaction.commit().unwrap();
    format!("{}", study.file().display())
}
