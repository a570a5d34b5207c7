//! Where the program that decodes videos lies, and how videos are read.

use std::env;
use std::path::PathBuf;

use biowatch_vision::media::Media;
use biowatch_vision::video::{FfmpegSearch, FfmpegTools, FindToolsError, VideoSettings};

use crate::settings::ModelSettings;

/// How files are read.
pub(super) fn media(settings: &ModelSettings) -> Media {
    let video = VideoSettings {
        tools: FfmpegSearch::of(folders(settings.ffmpeg.clone())),
        compat_jpeg_frames: settings.options.compat_jpeg_frames,
        ..VideoSettings::default()
    };
    Media { video, ..Media::default() }
}

/// FFmpeg, as videos are read by it.
pub(crate) fn decoder(named: Option<PathBuf>) -> Result<FfmpegTools, FindToolsError> {
    FfmpegTools::find(folders(named))
}

/// The folder that was named; else that of this program, then PATH.
pub(crate) fn folders(named: Option<PathBuf>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![std::path::absolute(&named).unwrap_or(named)];
    }
    let beside = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
    let path = env::var_os("PATH").unwrap_or_default();
    beside.into_iter().chain(env::split_paths(&path)).collect()
}
