//! DeepFaune, Manas and MegaDetector against the reference's answers, on both engines.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "how near the numbers came is part of the result")]

mod behaviour;
#[path = "../support/closeness.rs"]
mod closeness;
#[path = "../support/engine.rs"]
mod engine;
#[path = "../support/ffmpeg.rs"]
mod ffmpeg;
#[path = "../support/goldens.rs"]
mod goldens;
mod networks;
#[path = "../support/predicted.rs"]
mod predicted;
mod records;
mod rows;

use engine::Engine;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut trials = rows::trials();
    trials.extend(records::trials());
    trials.extend(behaviour::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A trial over golden files on an engine: shown as ignored, with the reason, where something is missing.
fn golden(name: String, engine: Engine, run: impl FnOnce() + Send + 'static) -> Trial {
    let trial = goldens::trial(format!("{name}::{engine:?}"), run);
    if !goldens::folder().is_dir() {
        return trial.with_kind("no goldens: set BIOWATCH_GOLDENS").with_ignored_flag(true);
    }
    engine.needed_by(trial)
}
