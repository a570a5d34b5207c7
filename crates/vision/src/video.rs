//! Videos: sampled frames out of an `ffmpeg` child process, as OpenCV's reader would give them.
//!
//! One child a video. It decodes every frame, converts the sampled ones to BGR with swscale's bicubic flags and
//! BT.601, as OpenCV does whatever the file says, and sends them through a pipe: memory does not grow with the length
//! of the video. The child never outlives its [`Video`]: it is killed and reaped when that is dropped, when reading is
//! cancelled, when a frame takes longer than [`VideoLimits::patience`], and (on Linux) when this process dies.
//!
//! The file is hostile: only `file` and `pipe` may be opened by the child, and only by demuxers that read one file, so
//! that a playlist under a video's name leads nowhere.

mod child;
mod metadata;
mod opening;
mod reader;
mod tools;

use std::time::Duration;

use biowatch_contract::lines::python_float;

use crate::encode::EncodeJpegError;
use crate::media::PathError;

pub use reader::Video;
pub use tools::{FfmpegSearch, FfmpegTools, FindToolsError};

/// How videos are read.
#[derive(Debug, Clone, Default)]
pub struct VideoSettings {
    /// The programs that decode; without them every video is an error row.
    pub tools: FfmpegSearch,
    /// Whether each frame goes through a JPEG of quality 95 first, as the reference's servers do it. Off by default:
    /// it moves scores, and says nothing about the animal.
    pub compat_jpeg_frames: bool,
    /// Whether frames that the container says are stored on their side are turned upright, as players do. Off by
    /// default: the reference's OpenCV does not.
    pub upright_frames: bool,
    /// What a video may cost.
    pub limits: VideoLimits,
}

/// What a video may cost before the rest of it is given up.
#[derive(Debug, Clone)]
pub struct VideoLimits {
    /// How long one sampled frame, or the container's header, may take to arrive. Default 60 s.
    pub patience: Duration,
    /// Longest video, in seconds by its header. Default 86 400, the reference's.
    pub max_duration_s: f64,
}

impl VideoSettings {
    /// Names of the choices in force that make rows differ from what this program does by default.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let named =
            [(self.compat_jpeg_frames, "compat-jpeg-frames"), (self.upright_frames, "upright-frames")];
        named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name)
    }
}

impl Default for VideoLimits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60), max_duration_s: 86_400.0 }
    }
}

/// Why a video, or the rest of it, gives no frames.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// [`VideoSettings::tools`] finds none.
    #[error("videos need FFmpeg")]
    NoTools(#[source] FindToolsError),
    /// Not a regular file.
    #[error(transparent)]
    Path(PathError),
    /// One of the programs does not run.
    #[error("{program} cannot be started")]
    Start {
        /// Which.
        program: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not a container, or none with a video in it.
    #[error("ffprobe finds no video in it{}", said(.words))]
    NoVideo {
        /// ffprobe's last words.
        words: String,
    },
    /// The reference refuses these.
    #[error("its header claims {fps} frames a second and {frame_count} frames")]
    Metadata {
        /// Frames a second.
        fps: f64,
        /// Frames.
        frame_count: i64,
        /// Seconds: one divided by the other.
        duration: f64,
    },
    /// [`crate::decode::Limits::max_pixels`].
    #[error("its frames have {width} x {height} pixels, more than the limit of {limit} pixels")]
    TooManyPixels {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// A header without frames behind it.
    #[error("not one of its frames can be decoded{}", said(.words))]
    NoFrames {
        /// ffmpeg's last words.
        words: String,
    },
    /// [`VideoLimits::patience`].
    #[error("no frame came for {} seconds", .patience.as_secs_f64())]
    Stalled {
        /// How long was waited.
        patience: Duration,
    },
    /// More than the reference would read.
    #[error("the decoder sends more frames than the header claims")]
    Endless,
    /// The pipe broke in an unusual way.
    #[error("the decoder cannot be read")]
    Read(#[source] std::io::Error),
    /// [`VideoSettings::compat_jpeg_frames`].
    #[error("a frame cannot be passed through a JPEG")]
    Jpeg(#[source] EncodeJpegError),
}

fn said(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

impl VideoError {
    /// What the reference's servers say of such a file.
    pub fn in_reference_words(&self, path: &str) -> String {
        match self {
            Self::Metadata { fps, frame_count, duration } => format!(
                "Invalid video metadata (fps={}, frame_count={frame_count}, duration={}): {path}",
                python_float(*fps),
                python_float(*duration)
            ),
            _ => format!("Cannot open video: {path}"),
        }
    }
}
