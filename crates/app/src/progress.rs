//! How far `predict` is: a bar where a person looks on, a line every few seconds in a log.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;

/// Time between two lines when stderr is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// What is known of the work ahead. The counting thread raises it while rows are already made.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Photos found so far that need a row.
    pub(crate) photos: AtomicU64,
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
    done: u64,
    failed: u64,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn start(printer: Printer, quiet: bool) -> Self {
        let bar = (!quiet && printer.is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { printer, bar, shown: None, started: Instant::now(), quiet, done: 0, failed: 0 }
    }

    /// Rows of this run that record a failure.
    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    /// Counts a row and shows it when it is time to.
    pub(crate) fn row(&mut self, is_error: bool, ahead: &Ahead) {
        self.done += 1;
        self.failed += u64::from(is_error);
        if self.quiet {
            return;
        }
        let total = ahead.complete.load(Ordering::Acquire).then(|| ahead.photos.load(Ordering::Relaxed));
        let text = describe(self.done, total, self.failed, self.started.elapsed());
        match &self.bar {
            Some(bar) => {
                bar.set_length(total.unwrap_or_else(|| ahead.photos.load(Ordering::Relaxed)).max(self.done));
                bar.set_position(self.done);
                bar.set_message(text);
            }
            None if self.shown.is_none_or(|shown| shown.elapsed() >= LINE_INTERVAL) => {
                self.shown = Some(Instant::now());
                self.printer.say(&text);
            }
            None => {}
        }
    }

    /// Takes the bar away and says what was done.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.quiet {
            self.printer.say(&summary(self.done, self.failed, self.started.elapsed()));
        }
    }
}

/// `120 of 5000 photos, 3.1/s, 26 min left, 2 failed`.
fn describe(done: u64, total: Option<u64>, failed: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut parts = vec![match total {
        Some(total) => format!("{done} of {total} photos"),
        None => format!("{done} photos"),
    }];
    parts.push(format!("{rate:.1}/s"));
    if let Some(total) = total {
        parts.push(format!("{} left", duration(total.saturating_sub(done) as f64 / rate)));
    }
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    parts.join(", ")
}

fn summary(done: u64, failed: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-3);
    let good = done - failed;
    format!(
        "{good} of {done} photos predicted, {failed} failed, in {} ({rate:.1}/s)",
        duration(elapsed.as_secs_f64())
    )
}

/// Two significant units at most: people plan with it.
fn duration(seconds: f64) -> String {
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
    use super::*;

    #[test]
    fn says_what_a_person_wants_to_know() {
        let seconds = Duration::from_secs;
        let cases = [
            (describe(10, Some(100), 0, seconds(10)), "10 of 100 photos, 1.0/s, 90 s left"),
            (describe(10, None, 2, seconds(4)), "10 photos, 2.5/s, 2 failed"),
            (
                describe(100, Some(1_000_000), 1, seconds(50)),
                "100 of 1000000 photos, 2.0/s, 5 days 18 h left, 1 failed",
            ),
            (describe(1, Some(7201), 0, seconds(1)), "1 of 7201 photos, 1.0/s, 2 h 0 min left"),
            (describe(3, Some(2), 0, seconds(1)), "3 of 2 photos, 3.0/s, 0 s left"),
            (summary(20, 1, seconds(300)), "19 of 20 photos predicted, 1 failed, in 5 min (0.1/s)"),
            (summary(0, 0, seconds(0)), "0 of 0 photos predicted, 0 failed, in 0 s (0.0/s)"),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }
}
