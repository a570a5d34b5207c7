//! Photos in, wire lines out, against the lines that the reference's server sends.

use std::path::Path;

use biowatch_contract::{Prediction, lines};
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::speciesnet::{Format, PerAnimal, Place, Settings};
use libtest_mimic::Trial;

use crate::closeness::{Largest, compare};
use crate::engine::{ENGINES, Engine};
use crate::networks::{join, package};
use crate::predicted::{filepath, predict};
use crate::{golden, goldens, verdict};

/// What scores may differ by: float noise of the engines, seen up to 7e-5. The goldens allow 2e-3.
const SCORE_NOISE: f64 = 2e-4;
/// What coordinates may differ by: they are whole pixels, so none of the noise gets through.
const BOX_NOISE: f64 = 1e-9;

/// Format 20261015: our own lines of the package that introduced it, run on the same photos.
const PER_ANIMAL: [&str; 2] = ["none", "FRA"];

/// Model, folder of expected lines, run, lines.
const RUNS: [(&str, &str, &str, usize); 9] = [
    ("model", "expected", "none", 19),
    ("model", "expected", "FRA", 19),
    ("model", "expected", "USA", 19),
    ("model", "expected", "KEN", 19),
    ("model", "expected", "FRA-nogeofence", 19),
    ("model", "expected", "none-errors", 3),
    ("model", "expected", "FRA-errors", 3),
    ("model-2498", "expected-2498", "none", 19),
    ("model-2498", "expected-2498", "KEN", 19),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for engine in ENGINES {
        for (model, folder, run, count) in RUNS {
            let file = goldens::folder().join("speciesnet").join(folder).join(format!("{run}.ndjson"));
            let name = format!("end_to_end::{model}::{run}::{engine:?}");
            let check = move || check(&file, count, &mut open(engine, model, run, Format::FirstGeneration));
            trials.push(engine.needed_by(golden(name, check)));
        }
        for run in PER_ANIMAL {
            let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/speciesnet");
            let file = ours.join(format!("per-animal-{run}.ndjson"));
            let format = Format::PerAnimal(PerAnimal::default());
            let name = format!("end_to_end::per_animal::{run}::{engine:?}");
            let check = move || check(&file, 19, &mut open(engine, "model", run, format));
            trials.push(engine.needed_by(golden(name, check)));
        }
    }
    trials
}

fn check(file: &Path, count: usize, pipeline: &mut Pipeline) -> Result<(), String> {
    let text = String::from_utf8(goldens::bytes(file)).unwrap();
    let expected: Vec<&str> = text.lines().collect();
    assert_eq!(expected.len(), count, "lines of {}", file.display());
    let got = predict(pipeline, expected.iter().map(|line| filepath(line)));
    assert_eq!(got.len(), count);

    let (mut largest, mut outliers) = (Largest::default(), Vec::new());
    for (got, expected) in got.iter().zip(expected) {
        match compare(&line_without_reason(got), expected) {
            Ok(difference) if difference.boxes <= BOX_NOISE && difference.scores <= SCORE_NOISE => {
                largest = largest.with(difference);
            }
            Ok(difference) => outliers.push(format!("{difference:?} in {expected}")),
            Err(difference) => outliers.push(difference),
        }
    }
    eprintln!(
        "{} on {}: boxes within {:.1e}, scores {:.1e}",
        file.display(),
        pipeline.engine().name,
        largest.boxes,
        largest.scores
    );
    verdict(&outliers, count)
}

fn open(engine: Engine, model: &str, run: &str, format: Format) -> Pipeline {
    let run = run.trim_end_matches("-errors");
    let (country, geofence) = match run.strip_suffix("-nogeofence") {
        Some(country) => (country, false),
        None => (run, true),
    };
    let place = Place::parse(Some(country).filter(|country| *country != "none"), None).unwrap();
    join(package(model), engine, Settings { place, geofence, format, ..Settings::default() })
}

/// The line as the reference would send it: it gives no reasons. Every error of ours must.
fn line_without_reason(row: &Prediction) -> String {
    let mut row = row.clone();
    if let Prediction::Error(error) = &mut row {
        let reason = error.reason.take().unwrap();
        assert!(reason.contains(&error.filepath), "{reason}");
    }
    String::from_utf8(lines::to_line(&row)).unwrap().trim_end().to_owned()
}
