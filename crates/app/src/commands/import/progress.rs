//! How far an import is: a bar where a person looks on, a line every few seconds in a log.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use biowatch_study::{Counts, Import, Recorded};
use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;

/// Time between two lines when stderr is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// The rate is that of so long ago until now.
const WINDOW: Duration = Duration::from_secs(60);

/// Shows progress on stderr. Threads share it.
#[derive(Debug)]
pub(super) struct Progress {
    printer: Printer,
    quiet: bool,
    bar: Option<ProgressBar>,
    /// Jobs that were in the run before this import.
    before: Counts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    recorded: Recorded,
    shown: Option<Instant>,
    /// Whether a line told of files that are done: the first ones are told at once.
    has_told: bool,
    /// Files that were done at some moments of the window.
    window: VecDeque<(Instant, u64)>,
}

impl State {
    fn is_due(&self, done: u64) -> bool {
        let is_first = done > 0 && !self.has_told;
        is_first || self.shown.is_none_or(|shown| shown.elapsed() >= LINE_INTERVAL)
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    done: u64,
    failed: u64,
    total: u64,
    is_scanning: bool,
    /// Files a second.
    rate: f64,
    folder: String,
}

impl Progress {
    /// Starts the clock. `before`: the jobs that are known already.
    pub(super) fn start(printer: Printer, quiet: bool, before: Counts) -> Self {
        let bar = (!quiet && printer.is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let window = VecDeque::from([(Instant::now(), 0)]);
        let state = State { recorded: Recorded::default(), shown: None, has_told: false, window };
        Self { printer, quiet, bar, before, state: Mutex::new(state) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what was recorded.
    pub(super) fn add(&self, recorded: Recorded) {
        let mut state = self.state();
        state.recorded = state.recorded.and(recorded);
    }

    /// Files that this import is through with.
    pub(super) fn done(&self) -> u64 {
        let recorded = self.state().recorded;
        recorded.predicted + recorded.failed
    }

    /// Shows how `import` is doing, when it is time to.
    pub(super) fn show(&self, import: &Import) {
        if self.quiet {
            return;
        }
        let mut state = self.state();
        let now = Instant::now();
        let done = state.recorded.predicted + state.recorded.failed;
        state.window.push_back((now, done));
        while state.window.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            state.window.pop_front();
        }
        let (since, done_then) = state.window.front().copied().unwrap_or((now, done));
        let shown = Shown {
            done: self.before.completed + self.before.failed + done,
            failed: self.before.failed + state.recorded.failed,
            total: self.before.total() + import.queued(),
            is_scanning: import.is_scanning(),
            rate: (done - done_then) as f64 / now.duration_since(since).as_secs_f64().max(1e-3),
            folder: import.current_folder(),
        };
        match &self.bar {
            Some(bar) => {
                bar.set_length(shown.total.max(shown.done));
                bar.set_position(shown.done);
                bar.set_message(shown.describe());
            }
            None if state.is_due(done) => {
                state.shown = Some(now);
                state.has_told = done > 0;
                self.printer.say(&shown.describe());
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Shown {
    /// `120 of 5000 files, 3.1/s, 26 min left, 2 failed, in north/cam1`.
    fn describe(&self) -> String {
        if self.total == 0 && self.is_scanning {
            return "searching for photos and videos".to_owned();
        }
        let of = if self.is_scanning { "so far" } else { "files" };
        let mut parts = vec![format!("{} of {} {of}", self.done, self.total)];
        if self.rate > 0.0 {
            parts.push(format!("{:.1}/s", self.rate));
            if !self.is_scanning {
                let left = self.total.saturating_sub(self.done) as f64 / self.rate;
                parts.push(format!("{} left", crate::progress::duration(left)));
            }
        }
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        if !self.folder.is_empty() {
            parts.push(format!("in {}", self.folder));
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_person_wants_to_know() {
        let shown = Shown {
            done: 120,
            failed: 2,
            total: 5000,
            is_scanning: false,
            rate: 3.125,
            folder: "/photos/north".to_owned(),
        };
        assert_eq!(shown.describe(), "120 of 5000 files, 3.1/s, 26 min left, 2 failed, in /photos/north");
        let searching = Shown { is_scanning: true, failed: 0, rate: 0.0, folder: String::new(), ..shown };
        assert_eq!(searching.describe(), "120 of 5000 so far");
    }
}
