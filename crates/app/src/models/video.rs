//! Where the program that decodes videos lies, and how videos are read.

use std::env;
use std::path::PathBuf;

use biowatch_vision::media::Media;
use biowatch_vision::video::{FfmpegTools, FindToolsError, VideoSettings};

use crate::settings::ModelSettings;

/// How files are read.
pub(super) fn media(settings: &ModelSettings) -> Media {
    let video = VideoSettings {
        tools: decoder(settings.ffmpeg.clone()).ok(),
        compat_jpeg_frames: settings.options.compat_jpeg_frames,
        ..VideoSettings::default()
    };
    Media { video, ..Media::default() }
}

/// FFmpeg in the folder that was named; else beside this program, else on PATH.
pub(crate) fn decoder(named: Option<PathBuf>) -> Result<FfmpegTools, FindToolsError> {
    if let Some(named) = named {
        return FfmpegTools::find([std::path::absolute(&named).unwrap_or(named)]);
    }
    let beside = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
    let path = env::var_os("PATH").unwrap_or_default();
    FfmpegTools::find(beside.into_iter().chain(env::split_paths(&path)))
}
