//! Runs: one at a time, in the order of their queues, on a thread of its own. Every study keeps its queue itself, so that what was
//! queued or running when the program ended is found by the next start.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use biowatch_study::{Found, RunStatus, RunSummary, Study};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::Api;
use crate::doings::{RunProgress, RunTold};
use crate::events::Kind;
use crate::problem::Problem;

/// Between two events of the run at work.
const TELL: Duration = Duration::from_millis(500);
/// Between two counts of what it has found.
const COUNT: Duration = Duration::from_secs(5);
/// Between two looks for runs that were queued elsewhere.
const LOOK: Duration = Duration::from_secs(30);
/// Notes that are kept of it.
const NOTES: usize = 20;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RunState {
    Queued,
    Searching,
    Running,
    Pausing,
    Paused,
    Completed,
    Cancelled,
    Failed,
    Interrupted,
}

/// A model over a folder, into a study.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    pub(crate) id: String,
    study: StudyOfRun,
    folder: String,
    model: String,
    model_version: String,
    country: Option<String>,
    state: RunState,
    /// Its place in the queue, from 1.
    position: Option<u64>,
    started_at: Option<String>,
    ended_at: Option<String>,
    found: u64,
    /// Files of the run so far.
    queued: u64,
    done: u64,
    failed: u64,
    files_per_second: Option<f64>,
    seconds_left: Option<f64>,
    counts: RunCounts,
    current: Option<CurrentFile>,
    /// What the model's server does.
    server: Option<String>,
    problem: Option<RunProblem>,
    notes: Vec<String>,
}

/// The study of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StudyOfRun {
    id: String,
    name: String,
}

/// Media by what is on them.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct RunCounts {
    animal: u64,
    human: u64,
    vehicle: u64,
    blank: u64,
    unknown: u64,
}

/// The file that was predicted last.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentFile {
    /// Empty where it is not known.
    media_id: String,
    file_name: String,
    deployment: Option<String>,
    label: Option<String>,
}

/// Why it did not come to its end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunProblem {
    detail: String,
    hint: Option<String>,
}

/// The queue and the run at work.
#[derive(Default)]
pub(crate) struct Runs {
    state: Mutex<State>,
    wake: Condvar,
    ending: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    at_work: Option<AtWork>,
    /// Whether something may have been queued.
    is_news: bool,
}

struct AtWork {
    id: String,
    progress: Option<RunProgress>,
    notes: VecDeque<String>,
    counts: Found,
    counted: Option<Instant>,
    told: Option<Instant>,
}

impl Runs {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the queues at once.
    pub(crate) fn wake(&self) {
        self.state().is_news = true;
        self.wake.notify_all();
    }

    /// Stops the run at work after the files in hand, and begins none.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
        self.wake.notify_all();
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Waits for the thread.
    pub(crate) fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Api {
    /// Starts the thread that works on runs.
    pub(crate) fn begin_runs(&self) -> std::io::Result<()> {
        let api = self.clone();
        let work = move || {
            api.pick_up_runs();
            while !api.runs.is_ending() {
                match api.next_run() {
                    Some((file, id)) => api.work_on(&file, &id),
                    None => api.wait_for_runs(),
                }
            }
        };
        let thread = thread::Builder::new().name("runs".to_owned()).spawn(work)?;
        self.runs.thread.lock().unwrap_or_else(PoisonError::into_inner).replace(thread);
        Ok(())
    }

    fn wait_for_runs(&self) {
        let state = self.runs.state();
        let idle = |state: &mut State| !state.is_news && !self.runs.is_ending();
        let waited = self.runs.wake.wait_timeout_while(state, LOOK, idle);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_news = false;
    }

    /// Runs that were at work when an earlier start was killed go back into the queue.
    fn pick_up_runs(&self) {
        for (file, run) in self.runs_where(|run| run.state == RunStatus::Running && run.wish.is_some()) {
            let done = Study::open(&file).map_err(|error| error.to_string());
            let done = done.and_then(|mut study| study.requeue(&run.id).map_err(|error| error.to_string()));
            if let Err(error) = done {
                tracing::warn!("the run {} is not picked up: {error}", run.id);
            }
        }
    }

    fn runs_where(&self, fits: impl Fn(&RunSummary) -> bool) -> Vec<(PathBuf, RunSummary)> {
        let mut found = Vec::new();
        for listed in self.studies_folder().list().unwrap_or_default() {
            let Ok(study) = Study::open(&listed.file) else { continue };
            let runs = study.runs().unwrap_or_default();
            let queue = study.queued_runs().unwrap_or_default();
            let mut runs: Vec<_> = runs.into_iter().filter(&fits).collect();
            runs.sort_by_key(|run| queue.iter().position(|id| *id == run.id));
            found.extend(runs.into_iter().map(|run| (listed.file.clone(), run)));
        }
        found
    }

    /// Files and ids of the runs that wait, in their order.
    fn queue(&self) -> Vec<(PathBuf, String)> {
        let queued = self.runs_where(|run| run.state == RunStatus::Queued && run.wish.is_some());
        queued.into_iter().map(|(file, run)| (file, run.id)).collect()
    }

    fn next_run(&self) -> Option<(PathBuf, String)> {
        self.queue().into_iter().next()
    }

    fn work_on(&self, file: &Path, id: &str) {
        self.runs.state().at_work = Some(AtWork {
            id: id.to_owned(),
            progress: None,
            notes: VecDeque::new(),
            counts: Found::default(),
            counted: None,
            told: None,
        });
        self.tell_run(file, id);
        let done = (self.doings.run)(file, id, &|told| {
            self.heard(file, id, told);
            !self.runs.is_ending()
        });
        self.runs.state().at_work = None;
        let ended = self.note_end(file, id, done);
        if let Err(error) = ended {
            tracing::error!("how the run {id} ended cannot be noted: {error}");
            // Not again at once.
            self.wait_for_runs();
        }
        self.tell_run(file, id);
        self.tell_study(file);
    }

    /// A run that was stopped because the program ends waits for the next start.
    fn note_end(&self, file: &Path, id: &str, done: Result<(), Problem>) -> Result<(), String> {
        let mut study = Study::open(file).map_err(|error| error.to_string())?;
        let runs = study.runs().map_err(|error| error.to_string())?;
        let state = runs.iter().find(|run| run.id == id).map(|run| run.state);
        let noted = match (state, done) {
            (Some(RunStatus::Stopped | RunStatus::Running), _) if self.runs.is_ending() => study.requeue(id),
            (Some(RunStatus::Queued | RunStatus::Running), Err(problem)) => study.fail(id, problem.detail()),
            // It went to its end without a word of its own: never again and again.
            (Some(RunStatus::Queued), Ok(())) => study.fail(id, "it ended without having begun"),
            _ => Ok(()),
        };
        noted.map_err(|error| error.to_string())
    }

    fn heard(&self, file: &Path, id: &str, told: RunTold) {
        let due = {
            let mut state = self.runs.state();
            let Some(at_work) = &mut state.at_work else { return };
            match told {
                RunTold::Progress(progress) => at_work.progress = Some(progress),
                RunTold::Note(text) => {
                    if at_work.notes.len() >= NOTES {
                        at_work.notes.pop_front();
                    }
                    at_work.notes.push_back(text);
                }
            }
            let due = at_work.told.is_none_or(|told| told.elapsed() >= TELL);
            if due {
                at_work.told = Some(Instant::now());
            }
            due
        };
        if due && self.events.is_watched() {
            self.tell_run(file, id);
        }
    }

    /// Tells everybody how a run is.
    pub(crate) fn tell_run(&self, file: &Path, id: &str) {
        if let Ok(run) = self.run_in(file, id) {
            self.events.tell(Kind::Run, id, &run);
        }
    }

    /// Every run of every study, the latest first.
    pub(crate) fn all_runs(&self) -> Vec<Run> {
        let queue = self.queue();
        let mut runs = Vec::new();
        for listed in self.studies_folder().list().unwrap_or_default() {
            let Ok(study) = Study::open(&listed.file) else { continue };
            let found = study.runs().unwrap_or_default();
            runs.extend(found.into_iter().map(|run| self.shown(&study, run, &queue)));
        }
        runs.sort_by(|a, b| b.started_at.cmp(&a.started_at));
        runs
    }

    /// Every run of one study, the latest first.
    pub(crate) fn runs_of(&self, study: &Study) -> Result<Vec<Run>, Problem> {
        let runs = study.runs().map_err(|error| Problem::broken(&error))?;
        let queue = self.queue();
        Ok(runs.into_iter().map(|run| self.shown(study, run, &queue)).collect())
    }

    /// The study of a run.
    pub(crate) fn file_of_run(&self, id: &str) -> Result<PathBuf, Problem> {
        let found = self.runs_where(|run| run.id == id).into_iter().next();
        found.map(|(file, _)| file).ok_or_else(|| Problem::not_found("there is no run of that id"))
    }

    /// One run.
    pub(crate) fn run_in(&self, file: &Path, id: &str) -> Result<Run, Problem> {
        let study = Study::open(file).map_err(|error| Problem::broken(&error))?;
        let runs = study.runs().map_err(|error| Problem::broken(&error))?;
        let run = runs.into_iter().find(|run| run.id == id);
        let run = run.ok_or_else(|| Problem::not_found("there is no run of that id"))?;
        let queue = if run.state == RunStatus::Queued { self.queue() } else { Vec::new() };
        Ok(self.shown(&study, run, &queue))
    }

    fn shown(&self, study: &Study, run: RunSummary, queue: &[(PathBuf, String)]) -> Run {
        let about = study.about();
        let mut state = self.runs.state();
        let at_work = state.at_work.as_mut().filter(|at_work| at_work.id == run.id);
        let progress = at_work.as_ref().and_then(|at_work| at_work.progress.clone());
        let notes =
            at_work.as_ref().map(|at_work| at_work.notes.iter().cloned().collect()).unwrap_or_default();
        let is_ours = at_work.is_some();
        let counts = match at_work {
            Some(at_work) => {
                if at_work.counted.is_none_or(|counted| counted.elapsed() >= COUNT) {
                    at_work.counts = study.found_by(&run.id).unwrap_or_default();
                    at_work.counted = Some(Instant::now());
                }
                at_work.counts
            }
            None => study.found_by(&run.id).unwrap_or_default(),
        };
        drop(state);
        let wish: Value =
            run.wish.as_deref().and_then(|wish| serde_json::from_str(wish).ok()).unwrap_or_default();
        let (model, version) = run.model.rsplit_once(' ').unwrap_or((&run.model, ""));
        let done = run.predicted + run.failed;
        let now = progress.as_ref();
        Run {
            study: StudyOfRun { id: folder_name(study.file()), name: about.name.clone() },
            folder: run.import_path.clone().unwrap_or_default(),
            model: model.to_owned(),
            model_version: version.to_owned(),
            country: country_in(&wish),
            state: state_of(&run, is_ours, now),
            position: queue.iter().position(|(_, id)| *id == run.id).map(|place| place as u64 + 1),
            started_at: Some(run.started.clone()).filter(|started| !started.is_empty()),
            ended_at: None,
            found: now.map_or(done + run.waiting, |now| now.found.max(now.total)),
            queued: now.map_or(done + run.waiting, |now| now.total),
            done: now.map_or(done, |now| now.done),
            failed: now.map_or(run.failed, |now| now.failed),
            files_per_second: now.map(|now| now.rate).filter(|rate| rate.is_finite()),
            seconds_left: now.and_then(|now| now.seconds_left).filter(|left| left.is_finite()),
            counts: RunCounts {
                animal: counts.animal,
                human: counts.human,
                vehicle: counts.vehicle,
                blank: counts.blank,
                unknown: counts.unknown,
            },
            current: now.and_then(|now| now.last.clone()).map(|(path, label)| CurrentFile {
                media_id: String::new(),
                file_name: Path::new(&path)
                    .file_name()
                    .map(|name| name.display().to_string())
                    .unwrap_or(path),
                deployment: now.map(|now| now.folder.clone()).filter(|folder| !folder.is_empty()),
                label: label.map(|label| short(&label)),
            }),
            server: now.and_then(|now| now.server.clone()),
            problem: run.reason.clone().map(|detail| RunProblem {
                detail,
                hint: Some("mend it, then go on: what is predicted stays".to_owned()),
            }),
            notes,
            id: run.id,
        }
    }
}

/// The last part of a label in seven parts, which is its name for people.
fn short(label: &str) -> String {
    label.rsplit(';').find(|part| !part.is_empty()).unwrap_or(label).to_owned()
}

/// Options are pairs of a name and a value.
fn country_in(wish: &Value) -> Option<String> {
    let options = wish.get("options")?.as_array()?;
    let country = options.iter().find(|pair| pair.get(0).and_then(Value::as_str) == Some("country"))?;
    Some(country.get(1)?.as_str()?.to_owned())
}

/// Studies go by the name of their folder.
pub(crate) fn folder_name(file: &Path) -> String {
    file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

fn state_of(run: &RunSummary, is_ours: bool, progress: Option<&RunProgress>) -> RunState {
    match run.state {
        RunStatus::Paused | RunStatus::Cancelled if is_ours => RunState::Pausing,
        RunStatus::Queued | RunStatus::Running
            if is_ours && progress.is_none_or(|now| now.is_searching && now.done == 0) =>
        {
            RunState::Searching
        }
        RunStatus::Queued if is_ours => RunState::Running,
        RunStatus::Queued => RunState::Queued,
        RunStatus::Running => RunState::Running,
        RunStatus::Completed => RunState::Completed,
        RunStatus::Stopped => RunState::Interrupted,
        RunStatus::Paused => RunState::Paused,
        RunStatus::Cancelled => RunState::Cancelled,
        RunStatus::Failed => RunState::Failed,
    }
}
