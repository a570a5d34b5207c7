//! Where FFmpeg is.

#![allow(dead_code, reason = "each test target uses its own part")]

use biowatch_vision::video::{FfmpegTools, VideoSettings};

/// The programs of `PATH`.
pub(crate) fn tools() -> Option<FfmpegTools> {
    let folders = std::env::var_os("PATH")?;
    FfmpegTools::find(std::env::split_paths(&folders)).ok()
}

/// Settings that read videos.
pub(crate) fn settings(compat_jpeg_frames: bool) -> VideoSettings {
    VideoSettings {
        tools: tools().map(Into::into).unwrap_or_default(),
        compat_jpeg_frames,
        ..VideoSettings::default()
    }
}
