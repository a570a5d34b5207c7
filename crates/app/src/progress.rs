//! How far `predict` is: a bar where a person looks on, a line every few seconds in a log.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use biowatch_contract::Prediction;
use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;
use crate::tally::Tally;

/// Time between two lines when stderr is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// What is known of the work ahead. The counting thread raises it while rows are already made.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Files found so far that need a row.
    pub(crate) files: AtomicU64,
    /// Whether all folders were searched.
    pub(crate) complete: AtomicBool,
}

/// Shows progress on stderr.
#[derive(Debug)]
pub(crate) struct Progress {
    printer: Printer,
    bar: Option<ProgressBar>,
    shown: Option<Instant>,
    started: Instant,
    quiet: bool,
    count: Count,
    file: LastFile,
    tally: Tally,
}

/// The file of the last row.
#[derive(Debug, Default)]
struct LastFile {
    path: Option<String>,
    /// A video may have more rows: it is not done before something else comes.
    is_open: bool,
    has_failed: bool,
}

/// What was done so far.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Files with all their rows.
    files: u64,
    /// Frames of videos among the rows.
    frames: u64,
    /// Files with a row that records a failure.
    failed: u64,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn start(printer: Printer, quiet: bool) -> Self {
        let bar = (!quiet && printer.is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            printer,
            bar,
            shown: None,
            started: Instant::now(),
            quiet,
            count: Count::default(),
            file: LastFile::default(),
            tally: Tally::default(),
        }
    }

    /// Files of this run that have a row that records a failure.
    pub(crate) fn failed(&self) -> u64 {
        self.count.failed
    }

    /// Counts a row and shows it when it is time to.
    pub(crate) fn row(&mut self, row: &Prediction, ahead: &Ahead) {
        self.count.add(row, &mut self.file);
        if self.quiet {
            return;
        }
        if let Some(label) = row.settled_on() {
            self.tally.add(label);
        }
        let total = ahead.complete.load(Ordering::Acquire).then(|| ahead.files.load(Ordering::Relaxed));
        let text = describe(self.count, total, self.started.elapsed());
        match &self.bar {
            Some(bar) => {
                bar.set_length(
                    total.unwrap_or_else(|| ahead.files.load(Ordering::Relaxed)).max(self.count.files),
                );
                bar.set_position(self.count.files);
                bar.set_message(text);
            }
            None if self.shown.is_none_or(|shown| shown.elapsed() >= LINE_INTERVAL) => {
                self.shown = Some(Instant::now());
                self.printer.say(&text);
            }
            None => {}
        }
    }

    /// Takes the bar away and says what was done. A run that `is_whole` ended with its last file.
    pub(crate) fn finish(&mut self, is_whole: bool) {
        if is_whole {
            self.count.close(&mut self.file);
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.quiet {
            self.printer.say(&summary(self.count, self.started.elapsed()));
            if let Some(found) = self.tally.describe() {
                self.printer.say(&format!("found: {found}"));
            }
        }
    }
}

impl Count {
    fn add(&mut self, row: &Prediction, file: &mut LastFile) {
        let is_frame = row.frame().is_some();
        if file.path.as_deref() != Some(row.filepath()) {
            self.close(file);
            *file = LastFile { path: Some(row.filepath().to_owned()), is_open: true, has_failed: false };
        }
        self.frames += u64::from(is_frame);
        if row.is_error() && !file.has_failed {
            self.failed += 1;
            file.has_failed = true;
        }
        if !is_frame {
            self.close(file);
        }
    }

    fn close(&mut self, file: &mut LastFile) {
        self.files += u64::from(file.is_open);
        file.is_open = false;
    }
}

/// `120 of 5000 files, 3.1/s, 26 min left, 2 failed`.
fn describe(count: Count, total: Option<u64>, elapsed: Duration) -> String {
    let Count { files, frames, failed } = count;
    let rate = files as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut parts = vec![match total {
        Some(total) => format!("{files} of {total} files"),
        None => format!("{files} files"),
    }];
    if frames > 0 {
        let rate = frames as f64 / elapsed.as_secs_f64().max(1e-3);
        parts.push(format!("{frames} video frames ({rate:.1}/s)"));
    }
    if files == 0 {
        return parts.join(", ");
    }
    parts.push(format!("{rate:.1}/s"));
    if let Some(total) = total {
        parts.push(format!("{} left", duration(total.saturating_sub(files) as f64 / rate)));
    }
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    parts.join(", ")
}

fn summary(count: Count, elapsed: Duration) -> String {
    let Count { files, frames, failed } = count;
    let rate = files as f64 / elapsed.as_secs_f64().max(1e-3);
    let good = files.saturating_sub(failed);
    let frames = if frames > 0 { format!(" ({frames} video frames)") } else { String::new() };
    format!(
        "{good} of {files} files predicted{frames}, {failed} failed, in {} ({rate:.1}/s)",
        duration(elapsed.as_secs_f64())
    )
}

/// Two significant units at most: people plan with it.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=119 => format!("{whole} s"),
        120..=7199 => format!("{} min", whole / 60),
        7200..=172_799 => format!("{} h {} min", whole / 3600, whole / 60 % 60),
        _ => format!("{} days {} h", whole / 86_400, whole / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use biowatch_contract::prediction::{DetectionRow, ErrorRow, Frame, VideoMetadata};

    use super::*;

    #[test]
    fn a_video_is_done_when_something_else_comes() {
        let frame = |filepath: &str, frame_number| {
            let metadata = VideoMetadata { fps: 25.0, duration: 2.0 };
            let frame = Some(Frame { frame_number, metadata, frame_time: None });
            Prediction::Detections(DetectionRow {
                filepath: filepath.into(),
                frame,
                ..DetectionRow::default()
            })
        };
        let error = |filepath: &str| {
            let (filepath, error, model_version) = (filepath.into(), "no".into(), "1".into());
            Prediction::Error(ErrorRow { filepath, error, model_version, reason: None })
        };
        let photo = DetectionRow { filepath: "c.jpg".into(), ..DetectionRow::default() };
        let rows = [
            (frame("a.mp4", 0), (0, 1, 0)),
            (frame("a.mp4", 1), (0, 2, 0)),
            (frame("b.mp4", 0), (1, 3, 0)),
            (error("b.mp4"), (2, 3, 1)),
            (Prediction::Detections(photo), (3, 3, 1)),
            (frame("d.mp4", 0), (3, 4, 1)),
        ];
        let (mut count, mut file) = (Count::default(), LastFile::default());
        for (row, (files, frames, failed)) in rows {
            count.add(&row, &mut file);
            assert_eq!((count.files, count.frames, count.failed), (files, frames, failed));
        }
        count.close(&mut file);
        assert_eq!(count.files, 4);
    }

    #[test]
    fn says_what_a_person_wants_to_know() {
        let seconds = Duration::from_secs;
        let count = |files, frames, failed| Count { files, frames, failed };
        let cases = [
            (describe(count(10, 0, 0), Some(100), seconds(10)), "10 of 100 files, 1.0/s, 90 s left"),
            (describe(count(10, 0, 2), None, seconds(4)), "10 files, 2.5/s, 2 failed"),
            (
                describe(count(100, 0, 1), Some(1_000_000), seconds(50)),
                "100 of 1000000 files, 2.0/s, 5 days 18 h left, 1 failed",
            ),
            (
                describe(count(1, 30, 0), Some(7201), seconds(1)),
                "1 of 7201 files, 30 video frames (30.0/s), 1.0/s, 2 h 0 min left",
            ),
            (describe(count(0, 30, 0), Some(1), seconds(10)), "0 of 1 files, 30 video frames (3.0/s)"),
            (describe(count(3, 0, 0), Some(2), seconds(1)), "3 of 2 files, 3.0/s, 0 s left"),
            (summary(count(20, 0, 1), seconds(300)), "19 of 20 files predicted, 1 failed, in 5 min (0.1/s)"),
            (
                summary(count(2, 9, 0), seconds(1)),
                "2 of 2 files predicted (9 video frames), 0 failed, in 1 s (2.0/s)",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }
}
