//! Videos against what OpenCV reads of them, and what hostile ones do.
//!
//! They need `ffmpeg` and `ffprobe` in a folder of `PATH`, or show as ignored.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

#[path = "../support/ffmpeg.rs"]
mod ffmpeg;
#[path = "../support/goldens.rs"]
mod goldens;
mod hostile;
mod reference;

use libtest_mimic::{Arguments, Trial};

fn main() {
    #[cfg(target_os = "linux")]
    if let Some(folder) = std::env::var_os(hostile::DOOMED) {
        return hostile::wait_for_a_frame(folder.as_ref());
    }
    let mut trials = reference::trials();
    trials.extend(hostile::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A trial that needs FFmpeg.
fn needs_ffmpeg(name: impl Into<String>, test: impl FnOnce() + Send + 'static) -> Trial {
    let trial = goldens::trial(name, test);
    match ffmpeg::tools() {
        Some(_) => trial,
        None => trial.with_kind("no ffmpeg on PATH").with_ignored_flag(true),
    }
}
