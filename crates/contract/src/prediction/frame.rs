//! What a row about a video frame carries beside the answer.

use serde::Serialize;

/// Appended to a row, in this order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frame {
    /// Counts the sampled frames of the video from 0; not the frames of the file.
    pub frame_number: u64,
    /// The video the frame is of.
    pub metadata: VideoMetadata,
    /// Seconds from the start of the video at which the frame is shown. Ours: the reference has no such key.
    /// Absent where the container does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_time: Option<f64>,
}

/// What the container says of the video.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VideoMetadata {
    /// Frames of the file per second, above 0.
    pub fps: f64,
    /// Seconds, above 0: frames of the file divided by `fps`.
    pub duration: f64,
}
