//! How far an import is: a bar where a person looks on, a line every few seconds in a log.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::importing;
use crate::model_server::ServerState;
use crate::printer::Printer;

/// Time between two lines when stderr is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows progress on stderr. Threads share it.
#[derive(Debug)]
pub(super) struct Progress {
    printer: Printer,
    quiet: bool,
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    shown: Option<Instant>,
    /// Files that were done when this import began.
    before: Option<u64>,
    /// Whether a line told of files that this import has done: the first ones are told at once.
    has_told: bool,
}

impl Progress {
    pub(super) fn start(printer: Printer, quiet: bool) -> Self {
        let bar = (!quiet && printer.is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { printer, quiet, bar, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows how the import is doing, when it is time to.
    pub(super) fn show(&self, now: &importing::Progress) {
        if self.quiet {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.set_length(now.total.max(now.done));
            bar.set_position(now.done);
            bar.set_message(describe(now));
            return;
        }
        let mut state = self.state();
        let is_first = now.done > *state.before.get_or_insert(now.done) && !state.has_told;
        if is_first || state.shown.is_none_or(|shown| shown.elapsed() >= LINE_INTERVAL) {
            state.shown = Some(Instant::now());
            state.has_told |= is_first;
            self.printer.say(&describe(now));
        }
    }

    /// Says something without tearing the bar.
    pub(super) fn aside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `120 of 5000 files, 3.1/s, 26 min left, 2 failed, in north/cam1`.
fn describe(now: &importing::Progress) -> String {
    if now.total == 0 && now.is_searching {
        return "searching for photos and videos".to_owned();
    }
    let of = if now.is_searching { "so far" } else { "files" };
    let mut parts = vec![format!("{} of {} {of}", now.done, now.total)];
    if now.rate > 0.0 {
        parts.push(format!("{:.1}/s", now.rate));
    }
    if let Some(left) = now.seconds_left {
        parts.push(format!("{} left", crate::progress::duration(left)));
    }
    match &now.server {
        ServerState::Starting(_) => parts.push("the model is loading".to_owned()),
        ServerState::Restarting(_) => parts.push("the model is started again".to_owned()),
        ServerState::Off | ServerState::Ready { .. } => {}
    }
    if now.failed > 0 {
        parts.push(format!("{} failed", now.failed));
    }
    if !now.folder.is_empty() {
        parts.push(format!("in {}", now.folder));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_person_wants_to_know() {
        let now = importing::Progress {
            run: String::new(),
            found: 5000,
            done: 120,
            failed: 2,
            total: 5000,
            is_searching: false,
            rate: 3.125,
            seconds_left: Some(1561.6),
            folder: "/photos/north".to_owned(),
            last: None,
            server: ServerState::Off,
        };
        assert_eq!(describe(&now), "120 of 5000 files, 3.1/s, 26 min left, 2 failed, in /photos/north");
        let searching = importing::Progress {
            is_searching: true,
            failed: 0,
            rate: 0.0,
            seconds_left: None,
            folder: String::new(),
            ..now
        };
        assert_eq!(describe(&searching), "120 of 5000 so far");
    }
}
