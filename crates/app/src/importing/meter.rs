//! How far an import is.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use biowatch_contract::Prediction;
use biowatch_study::{Counts, Import, Recorded};
use serde_json::Value;

use crate::model_server::ServerState;

/// The rate is that of so long ago until now.
const WINDOW: Duration = Duration::from_secs(60);

/// How far an import is, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    /// Id of the run.
    pub(crate) run: String,
    /// Files that the search has come across.
    pub(crate) found: u64,
    /// Files of the run, those of earlier imports included.
    pub(crate) total: u64,
    /// Of them with rows or an error.
    pub(crate) done: u64,
    /// Of them with an error.
    pub(crate) failed: u64,
    /// Whether the search goes on: more may come.
    pub(crate) is_searching: bool,
    /// Files a second over the last minute, by this import.
    pub(crate) rate: f64,
    /// At that rate; none while the search goes on or nothing moves.
    pub(crate) seconds_left: Option<f64>,
    /// Folder of the files in hand: the deployment.
    pub(crate) folder: String,
    /// The row that came last.
    pub(crate) last: Option<LastFile>,
    /// What the model is doing.
    pub(crate) server: ServerState,
}

/// A row in short.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LastFile {
    /// Its file.
    pub(crate) path: String,
    /// What the model says is on it, in the model's words; none for errors.
    pub(crate) prediction: Option<String>,
    /// How sure it is, 0 to 1.
    pub(crate) score: Option<f64>,
    /// Why there is no prediction.
    pub(crate) error: Option<String>,
}

/// Counts what is recorded. Threads share it.
#[derive(Debug)]
pub(super) struct Meter {
    /// Jobs that were in the run before this import.
    before: Counts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    recorded: Recorded,
    last: Option<Prediction>,
    /// Files that were done at some moments of the window.
    window: VecDeque<(Instant, u64)>,
}

impl Meter {
    /// Starts the clock. `before`: the jobs that are known already.
    pub(super) fn start(before: Counts) -> Self {
        let window = VecDeque::from([(Instant::now(), 0)]);
        Self { before, state: Mutex::new(State { recorded: Recorded::default(), last: None, window }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what was recorded.
    pub(super) fn add(&self, recorded: Recorded) {
        let mut state = self.state();
        state.recorded = state.recorded.and(recorded);
    }

    /// Remembers the row as the last.
    pub(super) fn saw(&self, row: &Prediction) {
        self.state().last = Some(row.clone());
    }

    /// Files that this import is through with.
    pub(super) fn done(&self) -> u64 {
        let recorded = self.state().recorded;
        recorded.predicted + recorded.failed
    }

    /// How `import` is doing now.
    pub(super) fn read(&self, import: &Import, server: ServerState) -> Progress {
        let mut state = self.state();
        let now = Instant::now();
        let done = state.recorded.predicted + state.recorded.failed;
        // The time that the model takes to load is not the time that a file takes.
        if done == 0 {
            state.window.clear();
        }
        state.window.push_back((now, done));
        while state.window.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            state.window.pop_front();
        }
        let (since, done_then) = state.window.front().copied().unwrap_or((now, done));
        let rate = (done - done_then) as f64 / now.duration_since(since).as_secs_f64().max(1e-3);
        let total = self.before.total() + import.queued();
        let all_done = self.before.completed + self.before.failed + done;
        let is_searching = import.is_scanning();
        let left = total.saturating_sub(all_done) as f64;
        Progress {
            run: import.run_id().to_owned(),
            found: import.found(),
            total,
            done: all_done,
            failed: self.before.failed + state.recorded.failed,
            is_searching,
            rate,
            seconds_left: (rate > 0.0 && !is_searching).then(|| left / rate),
            folder: import.current_folder(),
            last: state.last.as_ref().map(LastFile::of),
            server,
        }
    }
}

impl LastFile {
    fn of(row: &Prediction) -> Self {
        let value = serde_json::to_value(row).unwrap_or_default();
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let failed = row.is_error();
        Self {
            path: row.filepath().to_owned(),
            prediction: text("prediction").filter(|_| !failed),
            score: value.get("prediction_score").and_then(Value::as_f64).filter(|_| !failed),
            error: failed.then(|| text("error").unwrap_or_else(|| "the model failed on it".to_owned())),
        }
    }
}
