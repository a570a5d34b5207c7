//! How far an install, a check of digests or a bundle is: a bar where a person looks on, lines in a log, JSON for scripts.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use biowatch_zoo::progress::{Event, Phase, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;
use crate::progress::duration;

/// Time between two lines when stderr is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows events.
pub(crate) struct InstallProgress {
    printer: Printer,
    json: bool,
    bar: RefCell<Option<ProgressBar>>,
    shown: Cell<Option<Instant>>,
    /// What was said last of the beginning of a phase.
    begun: RefCell<Option<String>>,
}

impl InstallProgress {
    /// `json`: every event is a line on stdout, and nothing else is shown.
    pub(crate) fn new(printer: Printer, json: bool) -> Self {
        Self { printer, json, bar: RefCell::default(), shown: Cell::new(None), begun: RefCell::default() }
    }

    /// Shows one.
    pub(crate) fn show(&self, event: &Event) {
        if self.json {
            // A reader that has gone away does not end an install.
            let _ = serde_json::to_string(event).map(|line| self.printer.line(&line));
            return;
        }
        match event {
            Event::Phase { phase, what } => {
                self.clear();
                self.shown.set(Some(Instant::now()));
                // A download that is tried again begins again; that it does was told.
                let text = beginning(*phase, what);
                if self.begun.replace(text.clone()) != text {
                    text.iter().for_each(|text| self.say(text));
                }
            }
            Event::Progress { phase, progress } => self.progress(*phase, progress),
            Event::Waiting { reason } => self.say(reason),
            Event::Retry { reason, seconds } => {
                self.clear();
                self.say(&format!("{reason}; trying again in {}", duration(*seconds)));
            }
            Event::Note { text } => self.say(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(|| self.printer.say(text)),
            None => self.printer.say(text),
        }
    }

    fn progress(&self, phase: Phase, progress: &Progress) {
        let text = describe(phase, progress);
        if !self.printer.is_terminal() {
            let due = self.shown.get().is_none_or(|shown| shown.elapsed() >= LINE_INTERVAL);
            if due {
                self.shown.set(Some(Instant::now()));
                self.printer.say(&text);
            }
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let template = if progress.total.is_some() { "{wide_bar} {msg}" } else { "{spinner} {msg}" };
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_length(progress.total.unwrap_or(progress.bytes));
        bar.set_position(progress.bytes);
        bar.set_message(text);
    }
}

fn beginning(phase: Phase, what: &str) -> Option<String> {
    match phase {
        Phase::Download => Some(format!("downloading {what}")),
        Phase::Rehash => Some("reading what an earlier run has downloaded".to_owned()),
        Phase::Unpack => Some(format!("unpacking {what}")),
        Phase::Copy => Some(format!("copying {what}")),
        Phase::Check => Some("opening the model and trying it on an empty picture".to_owned()),
        Phase::Publish => None,
        Phase::Verify => Some(format!("reading {what}")),
        Phase::Bundle => Some(format!("writing {what}")),
    }
}

/// `120 MB of 468 MB, 3.1 MB/s, 112 s left`.
fn describe(phase: Phase, progress: &Progress) -> String {
    let mut parts = vec![match progress.total {
        Some(total) => format!("{} of {}", bytes(progress.bytes), bytes(total)),
        None => bytes(progress.bytes),
    }];
    if progress.rate >= 1.0 && phase != Phase::Check {
        parts.push(format!("{}/s", bytes(progress.rate as u64)));
    }
    if let Some(left) = progress.seconds_left {
        parts.push(format!("{} left", duration(left)));
    }
    parts.join(", ")
}

/// Bytes as people say them: `468 MB`, `1.2 GB`.
pub(crate) fn bytes(count: u64) -> String {
    let (unit, scale) = match count {
        0..1_000 => return format!("{count} bytes"),
        1_000..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    let number = count as f64 / scale;
    if number < 9.95 { format!("{number:.1} {unit}") } else { format!("{number:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_far_it_is() {
        let progress = |bytes, total, rate, seconds_left| Progress { bytes, total, rate, seconds_left };
        let cases = [
            (
                progress(120_000_000, Some(468_000_000), 3.1e6, Some(112.3)),
                "120 MB of 468 MB, 3.1 MB/s, 112 s left",
            ),
            (progress(1_234_567_890, None, 0.0, None), "1.2 GB"),
            (progress(999, Some(1_000), 9_960.0, Some(0.0)), "999 bytes of 1.0 kB, 10 kB/s, 0 s left"),
        ];
        for (progress, text) in cases {
            assert_eq!(describe(Phase::Download, &progress), text);
        }
    }
}
