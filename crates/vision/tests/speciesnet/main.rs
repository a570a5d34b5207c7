//! SpeciesNet against the reference's answers: package, ensemble, and the whole pipeline on photos.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "how near the numbers came is part of the result")]

mod behaviour;
#[path = "../support/closeness.rs"]
mod closeness;
mod end_to_end;
#[path = "../support/engine.rs"]
mod engine;
mod ensemble;
#[path = "../support/ffmpeg.rs"]
mod ffmpeg;
#[path = "../support/goldens.rs"]
mod goldens;
mod networks;
mod package;
#[path = "../support/predicted.rs"]
mod predicted;

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

fn main() {
    if goldens::folder().is_dir() {
        // The reference was given paths relative to the goldens, and rows echo them.
        std::env::set_current_dir(goldens::folder()).unwrap();
    }
    let mut trials = Vec::new();
    trials.extend(package::trials());
    trials.extend(ensemble::trials());
    trials.extend(end_to_end::trials());
    trials.extend(behaviour::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One test over golden files: shown as ignored, with the reason, where they are absent.
fn golden(name: impl Into<String>, run: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    let trial = Trial::test(name, move || run().map_err(Into::into));
    let folder = goldens::folder();
    if folder.is_dir() {
        return trial;
    }
    let reason = format!("no goldens in {}: set BIOWATCH_GOLDENS", folder.display());
    trial.with_kind(reason).with_ignored_flag(true)
}

/// The list at `key`, which must not have shrunk.
fn cases<'a>(file: &'a Value, key: &str, count: usize) -> &'a [Value] {
    let cases = file[key].as_array().unwrap();
    assert_eq!(cases.len(), count, "number of {key}");
    cases
}

/// Fails with the first outliers when there are any.
fn verdict(outliers: &[String], cases: usize) -> Result<(), String> {
    const SHOWN: usize = 5;
    match outliers.len() {
        0 => Ok(()),
        wrong => Err(format!("{wrong} of {cases} differ:\n{}", outliers[..wrong.min(SHOWN)].join("\n"))),
    }
}
