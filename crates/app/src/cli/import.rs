//! `biowatch import`.

use std::path::PathBuf;

use clap::Args;

use super::{ModelOptions, sample_rate};
use crate::importing::PATIENCE;

/// `biowatch import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Folder to search for photos and videos (jpg, jpeg, png, gif, bmp, webp; mp4, mkv, mov, webm, avi, m4v); nothing in it is
    /// changed
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Study to import into, by name or id; a new one is made where there is none of that name
    #[arg(long, short, value_name = "NAME")]
    pub(crate) study: String,
    /// Folder of a model, the `.pt` of a MegaDetector, or the name of an installed model: speciesnet, deepfaune:1.3
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: String,
    /// Table of deployments, CSV: folder or locationID, locationName, latitude, longitude, deploymentStart, deploymentEnd,
    /// cameraModel, cameraID
    #[arg(long, value_name = "FILE")]
    pub(crate) deployments: Option<PathBuf>,
    /// Time zone that the cameras were set to, where photos do not say: Europe/Paris, +02:00
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) time_zone: Option<String>,
    /// Time to add to the clocks of the cameras: 1h, `-25h 30m`, `3d 2h`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) clock_shift: Option<String>,
    /// Take the time in a video's container for the camera's local time, not for UTC
    #[arg(long)]
    pub(crate) video_clock_is_local: bool,
    /// Frames a second that are taken from videos
    #[arg(long, default_value_t = 1.0, value_name = "RATE", value_parser = sample_rate)]
    pub(crate) sample_fps: f64,
    /// Seconds that the model may take for one photo or frame; then it is started again
    #[arg(long, default_value_t = PATIENCE, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) model_timeout: u64,
    /// Only queue it: `biowatch studies resume` runs what is queued
    #[arg(long)]
    pub(crate) later: bool,
    /// No progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) options: ModelOptions,
}
