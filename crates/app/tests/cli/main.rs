//! The real binary, as people and other programs run it: exit codes, stdout, stderr, files, HTTP.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod biowatch;
mod demo;
mod detectors;
mod doctor;
mod engine;
mod goldens;
mod http;
mod import;
mod models;
mod own;
mod predict;
mod results;
mod resume;
mod script;
mod serve;
mod servers;
mod up;
mod weights;

use std::env;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials = [
        demo::trials(),
        detectors::trials(),
        doctor::trials(),
        engine::trials(),
        models::trials(),
        import::trials(),
        own::trials(),
        predict::trials(),
        results::trials(),
        resume::trials(),
        script::trials(),
        serve::trials(),
        servers::trials(),
        up::trials(),
        weights::trials(),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials.into_iter().flatten().collect()).exit();
}

/// A test that needs nothing but the program.
fn plain(name: &str, run: fn()) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}

/// A test over golden files that needs ONNX Runtime's library, whose path it gets.
fn with_onnxruntime(name: &str, run: fn(&str)) -> Trial {
    let library = env::var("BIOWATCH_ONNXRUNTIME").unwrap_or_default();
    let reason = match (&library, goldens::absent()) {
        (_, Some(reason)) => Some(reason),
        (library, None) => library.is_empty().then(|| "set BIOWATCH_ONNXRUNTIME".to_owned()),
    };
    let trial = Trial::test(name, move || {
        run(&library);
        Ok(())
    });
    match reason {
        None => trial,
        Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
    }
}

/// A test over golden files that reads videos: shown as ignored, with the reason, where FFmpeg is not on PATH.
fn with_ffmpeg(name: &str, run: fn()) -> Trial {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| {
        let program = |name: &str| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)).is_file();
        program("ffmpeg") && program("ffprobe")
    });
    match found {
        true => golden(name, run),
        false => golden(name, run).with_kind("ffmpeg is not on PATH").with_ignored_flag(true),
    }
}

/// A test over golden files: shown as ignored, with the reason, where they are absent.
fn golden(name: &str, run: fn()) -> Trial {
    match goldens::absent() {
        None => plain(name, run),
        Some(reason) => plain(name, run).with_kind(reason).with_ignored_flag(true),
    }
}
