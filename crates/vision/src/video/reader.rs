//! One video, frame by frame. It is read on the thread that opened it: on Linux the decoder dies with that thread.

use std::io::Read as _;
use std::path::Path;
use std::process::{ChildStdout, Command};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use biowatch_contract::prediction::{Frame, VideoMetadata};

use super::child::{Process, run};
use super::metadata::Metadata;
use super::{FfmpegTools, VideoError, VideoSettings, opening};
use crate::cancel::{Cancel, Registration};
use crate::decode::{self, Limits};
use crate::encode;
use crate::image::RgbImage;

/// How long a child may take to end once its output has, and a frame's time to follow the frame.
const SOON: Duration = Duration::from_secs(5);
/// Times of frames that wait for their frames; the decoder is never so far ahead.
const TIMES: usize = 256;
/// Frames beyond what the container's duration makes, where it does not count them.
const EXTRA_FRAMES: u64 = 1000;

/// A video that is being decoded.
pub struct Video {
    process: Option<Process>,
    stdout: ChildStdout,
    times: Receiver<Option<f64>>,
    metadata: Metadata,
    interval: u64,
    /// Sampled frames so far.
    sampled: u64,
    settings: VideoSettings,
    limits: Limits,
    wanted: Arc<Cancel>,
    _follows: Registration,
}

impl Video {
    /// Reads the header of the file at `path` and starts to decode. `sample_fps` frames a second are wanted, above 0.
    /// Raising `cancel` kills the decoder.
    pub fn open(
        path: &str,
        sample_fps: f64,
        settings: &VideoSettings,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<Self, VideoError> {
        let tools = settings.tools.tools().map_err(VideoError::NoTools)?;
        let metadata = probe(tools, Path::new(path), settings.limits.patience, cancel)?;
        let Metadata { fps, frame_count, .. } = metadata;
        let duration = if fps > 0.0 { frame_count as f64 / fps } else { 0.0 };
        let counts = fps > 0.0 && fps.is_finite() && frame_count > 0;
        let lasts = duration > 0.0 && duration <= settings.limits.max_duration_s;
        if !(counts && lasts) {
            return Err(VideoError::Metadata { fps, frame_count, duration });
        }
        check_size(&metadata, limits)?;
        let interval = ((fps / sample_fps) as u64).max(1);
        let wanted = Arc::new(Cancel::default());
        let follows = {
            let wanted = Arc::clone(&wanted);
            cancel.on_cancel(move || wanted.cancel())
        };
        let (send, times) = sync_channel(TIMES);
        let hear = move |line: &str| match shown_at(line) {
            Some(time) => {
                let _ = send.try_send(time);
                true
            }
            None => !(line.contains("[error]") || line.contains("[fatal]")),
        };
        let mut command = decoder(tools, Path::new(path), &metadata, interval);
        let (process, stdout) = Process::start(&mut command, Some(&wanted), hear)
            .map_err(|source| VideoError::Start { program: "ffmpeg", source })?;
        Ok(Self {
            process: Some(process),
            stdout,
            times,
            metadata,
            interval,
            sampled: 0,
            settings: settings.clone(),
            limits: limits.clone(),
            wanted,
            _follows: follows,
        })
    }

    /// Raise it, and the video ends.
    pub(crate) fn wanted_until(&self) -> Arc<Cancel> {
        Arc::clone(&self.wanted)
    }

    /// The next sampled frame and what its row says of it; `None` at the end.
    pub fn next_frame(&mut self) -> Result<Option<(RgbImage, Frame)>, VideoError> {
        let Some(process) = &self.process else { return Ok(None) };
        let Metadata { width, height, fps, frame_count, .. } = self.metadata;
        let mut bgr = vec![0; width * height * 3];
        let patience = self.settings.limits.patience;
        let (read, expired) = process.within(patience, || self.stdout.read_exact(&mut bgr));
        if self.wanted.is_cancelled() {
            self.process = None;
            return Ok(None);
        }
        if expired {
            self.process = None;
            return Err(VideoError::Stalled { patience });
        }
        match read {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return self.at_the_end(),
            Err(error) => {
                self.process = None;
                return Err(VideoError::Read(error));
            }
        }
        if self.sampled >= self.most_frames() {
            self.process = None;
            return Err(VideoError::Endless);
        }
        bgr.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
        let mut image = RgbImage::filled(width, height, bgr);
        if self.settings.upright_frames {
            image = image.oriented(self.metadata.orientation);
        }
        if self.settings.compat_jpeg_frames {
            image = self.through_jpeg(&image)?;
        }
        let frame = Frame {
            frame_number: self.sampled,
            metadata: VideoMetadata { fps, duration: frame_count as f64 / fps },
            frame_time: self.times.recv_timeout(SOON).ok().flatten(),
        };
        self.sampled += 1;
        Ok(Some((image, frame)))
    }

    /// A video cut short ends with its last frame; one without any frame is an error.
    fn at_the_end(&mut self) -> Result<Option<(RgbImage, Frame)>, VideoError> {
        let words = self.process.take().map(|process| process.finish(SOON).1).unwrap_or_default();
        if self.sampled == 0 {
            return Err(VideoError::NoFrames { words });
        }
        if !words.is_empty() {
            tracing::debug!(%words, frames = self.sampled, "the decoder had complaints");
        }
        Ok(None)
    }

    /// OpenCV reads one frame more than the container counts, and no more.
    fn most_frames(&self) -> u64 {
        let claimed = self.metadata.frame_count.unsigned_abs();
        let native = if self.metadata.is_counted {
            claimed.saturating_add(1)
        } else {
            claimed.saturating_mul(2).saturating_add(EXTRA_FRAMES)
        };
        native.div_ceil(self.interval)
    }

    fn through_jpeg(&self, image: &RgbImage) -> Result<RgbImage, VideoError> {
        let bytes = encode::jpeg(image, encode::OPENCV_QUALITY).map_err(VideoError::Jpeg)?;
        // libjpeg reads back what it has just written; the limits were those of this very picture.
        Ok(decode::from_bytes(&bytes, &self.limits).unwrap_or_else(|_| image.clone()))
    }
}

fn check_size(metadata: &Metadata, limits: &Limits) -> Result<(), VideoError> {
    let (width, height, limit) = (metadata.width as u64, metadata.height as u64, limits.max_pixels);
    match width.checked_mul(height) {
        Some(pixels) if pixels <= limit && usize::try_from(pixels).is_ok_and(|n| n <= usize::MAX / 3) => {
            Ok(())
        }
        _ => Err(VideoError::TooManyPixels { width, height, limit }),
    }
}

fn probe(
    tools: &FfmpegTools,
    path: &Path,
    patience: Duration,
    cancel: &Cancel,
) -> Result<Metadata, VideoError> {
    let mut command = Command::new(&tools.ffprobe);
    command
        .args(["-v", "error"])
        .args(opening::common())
        .args(["-select_streams", "V:0", "-show_entries", Metadata::ENTRIES, "-of", "json"])
        .args(opening::input(path));
    let output = run(&mut command, patience, Some(cancel))
        .map_err(|source| VideoError::Start { program: "ffprobe", source })?;
    if output.expired {
        return Err(VideoError::Stalled { patience });
    }
    let metadata = Metadata::read(&output.stdout).filter(|_| output.success);
    metadata.ok_or(VideoError::NoVideo { words: output.words })
}

/// Every frame is decoded; each `interval`-th one goes out as BGR, and its time to the error stream.
fn decoder(tools: &FfmpegTools, path: &Path, metadata: &Metadata, interval: u64) -> Command {
    let Metadata { width, height, full_range, .. } = *metadata;
    let range = if full_range { "pc" } else { "tv" };
    let filters = format!(
        "select='not(mod(n,{interval}))',showinfo=checksum=0,\
         scale=w={width}:h={height}:flags=bicubic:in_color_matrix=bt601:in_range={range},format=bgr24"
    );
    let mut command = Command::new(&tools.ffmpeg);
    command
        .args(["-nostdin", "-nostats", "-loglevel", "level+info"])
        .args(opening::common())
        .arg("-noautorotate")
        .args(opening::input(path))
        .args(["-map", "0:V:0", "-an", "-sn", "-dn", "-vf", &filters])
        .args(tools.keep_every_frame())
        .args(["-f", "rawvideo", "-pix_fmt", "bgr24", "pipe:1"]);
    command
}

/// The time in a line of the filter that shows it, in seconds; `Some(None)` for a frame without one.
fn shown_at(line: &str) -> Option<Option<f64>> {
    let rest = line.strip_prefix("[Parsed_showinfo_")?;
    let (_, rest) = rest.split_once(" n:")?;
    let (_, rest) = rest.split_once("pts_time:")?;
    let time = rest.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    Some(time.filter(|time| time.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::shown_at;

    #[test]
    fn times_are_read_from_the_right_lines() {
        let line = "[Parsed_showinfo_1 @ 0x55d] [info] n:   1 pts:  29029 pts_time:0.967633 duration: 1001 fmt:yuv420p";
        assert_eq!(shown_at(line), Some(Some(0.967_633)));
        assert_eq!(shown_at(&line.replace("0.967633", "NOPTS")), Some(None));
        assert_eq!(shown_at("[Parsed_showinfo_1 @ 0x55d] [info] config in time_base: 1/30000"), None);
        assert_eq!(shown_at("title : n:1 pts_time:3"), None);
    }
}
