//! An import: a folder is searched, its media are stored and queued, and whoever holds a model takes them from the queue and hands
//! rows back. Searching and predicting go on side by side; several processes may import into one study.
//!
//! ```text
//! Import::begin ── scan      another thread: walk, read facts, store media, queue jobs
//!               ├─ claims    files to predict, a batch at a time; leases jobs, waits while the search goes on
//!               └─ recorder  takes rows; writes outputs, observations and the end of the job in one transaction
//! ```
//!
//! Dropped or killed at any instant, the jobs in hand go back to the queue: at once where the process ended cleanly, else when
//! the next importer finds its lock free or its lease run out.

mod claims;
mod presence;
mod recorder;
mod scan;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use uuid::Uuid;

use crate::run::{Order, RunSettings, RunStatus};
use crate::sql::jobs::{Counts, Job};
use crate::sql::{self, Found, RunError, SqlError, Writing};
use crate::study::{OpenStudyError, Study};

pub use claims::{Claimed, Claims};
pub use presence::EnterError;
use presence::Presence;
pub use recorder::{RecordError, Recorded, Recorder};
pub use scan::{ScanError, ScanSettings, Scanned};

/// Why an import could not begin or end.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// Another connection could not be had.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
    /// Other importers could not be told of this one.
    #[error(transparent)]
    Enter(#[from] EnterError),
}

/// An import under way.
#[derive(Debug)]
pub struct Import {
    file: PathBuf,
    run: Arc<Run>,
    presence: Presence,
    shared: Arc<Shared>,
}

/// The run that rows go to.
#[derive(Debug)]
struct Run {
    id: String,
    settings: RunSettings,
}

/// What the threads of an import tell each other.
#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    is_scanning: AtomicBool,
    /// Jobs whose files were handed out and have no rows yet, by path.
    in_flight: Mutex<HashMap<String, Vec<Job>>>,
    /// Files that this search came across.
    found: AtomicU64,
    /// Files that were queued by it.
    queued: AtomicU64,
    /// Folder of the medium that was claimed last.
    current: Mutex<String>,
    /// Held while one of the threads writes: SQLite lets a writer that finds another sleep and look again, so that one that
    /// writes seldom would hardly ever find its turn beside the search.
    turn: Mutex<()>,
}

impl Shared {
    /// Waits for the turn to write, among the threads of this import.
    fn turn(&self) -> std::sync::MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_flight(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<Job>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Import {
    /// Begins, or goes on with, the run of `settings` in `study`. Jobs of importers that died are freed first.
    pub fn begin(study: &mut Study, settings: RunSettings) -> Result<Self, ImportError> {
        let presence = Presence::enter(study)?;
        let id = study.database.write(|writing| {
            let id = find_or_insert(writing, &settings)?;
            sql::runs::order(writing, &id, None)?;
            sql::runs::set_status(writing, &id, RunStatus::Running)?;
            sql::jobs::revive(writing, &id)?;
            sql::jobs::adopt(writing, &settings.topic(), &id)?;
            Ok::<_, SqlError>(id)
        })?;
        let shared = Shared { is_scanning: AtomicBool::new(true), ..Shared::default() };
        let run = Arc::new(Run { id, settings });
        Ok(Self { file: study.file().to_owned(), run, presence, shared: Arc::new(shared) })
    }

    /// Searches the folder. To be called once, on a thread of its own; [`Claims`] wait for it to end.
    pub fn scan(&self, settings: &ScanSettings) -> Result<Scanned, ScanError> {
        scan::scan(&self.file, settings, &self.run, &self.shared)
    }

    /// The files to predict.
    pub fn claims(&self) -> Result<Claims, ImportError> {
        let study = Study::open(&self.file)?;
        Ok(Claims::new(study, Arc::clone(&self.run), self.presence.owner(), Arc::clone(&self.shared)))
    }

    /// Where rows go. `folder`: the one that is imported; when it is gone, files are not to blame.
    pub fn recorder(&self, folder: &Path) -> Result<Recorder, ImportError> {
        let study = Study::open(&self.file)?;
        let (run, shared) = (Arc::clone(&self.run), Arc::clone(&self.shared));
        Ok(Recorder::new(study, run, self.presence.owner(), shared, folder.to_owned()))
    }

    /// Ends the search and the claims soon. May be called from anywhere, more than once.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`Import::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Whether the search goes on.
    pub fn is_scanning(&self) -> bool {
        self.shared.is_scanning.load(Ordering::Acquire)
    }

    /// Files that the search has come across so far.
    pub fn found(&self) -> u64 {
        self.shared.found.load(Ordering::Relaxed)
    }

    /// The run's id: a UUID.
    pub fn run_id(&self) -> &str {
        &self.run.id
    }

    /// Files that the search has queued so far.
    pub fn queued(&self) -> u64 {
        self.shared.queued.load(Ordering::Relaxed)
    }

    /// Folder of the file that was handed out last.
    pub fn current_folder(&self) -> String {
        self.shared.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the jobs of the run stand, by whomever they are worked on.
    pub fn counts(&self, study: &Study) -> Result<Counts, SqlError> {
        sql::jobs::counts(study.database.reading(), &self.run.id)
    }

    /// To ask, from another thread, whether somebody wants an end: see [`Orders::order`].
    pub fn orders(&self) -> Result<Orders, ImportError> {
        Ok(Orders { study: Study::open(&self.file)?, run: Arc::clone(&self.run) })
    }

    /// Gives back what is in hand, sums up the deployments and says how the run stands: completed when no job is left. `trouble`:
    /// why it could not go on.
    pub fn finish(self, study: &mut Study, trouble: Option<&str>) -> Result<Counts, ImportError> {
        let Self { run, presence, .. } = self;
        let counts = study.database.write(|writing| {
            sql::jobs::release(writing, presence.owner())?;
            sql::deployments::refresh(writing)?;
            let order = sql::runs::ordered(writing.reading(), &run.id)?;
            if order == Some(Order::Cancel) {
                sql::jobs::cancel(writing, &run.id)?;
            }
            let counts = sql::jobs::counts(writing.reading(), &run.id)?;
            let status = match (order, counts) {
                (Some(Order::Cancel), _) => RunStatus::Cancelled,
                (_, Counts { pending: 0, processing: 0, .. }) if trouble.is_none() => RunStatus::Completed,
                (Some(Order::Pause), _) => RunStatus::Paused,
                (None, Counts { processing: 0, .. }) => RunStatus::Stopped,
                // Others are still at it.
                (None, _) => RunStatus::Running,
            };
            match trouble.filter(|_| status == RunStatus::Stopped) {
                Some(trouble) => sql::runs::set_failed(writing, &run.id, trouble)?,
                None => sql::runs::set_status(writing, &run.id, status)?,
            }
            Ok::<_, SqlError>(counts)
        })?;
        Ok(counts)
    }
}

/// What others want of an import.
#[derive(Debug)]
pub struct Orders {
    study: Study,
    run: Arc<Run>,
}

impl Orders {
    /// What whoever works on the run is to do; nothing: go on.
    pub fn order(&self) -> Result<Option<Order>, SqlError> {
        sql::runs::ordered(self.study.database.reading(), &self.run.id)
    }
}

/// The run of `settings`; a new one, where there is none.
fn find_or_insert(writing: &Writing<'_>, settings: &RunSettings) -> Result<String, SqlError> {
    if let Some(id) = sql::runs::find(writing.reading(), settings)? {
        return Ok(id);
    }
    let id = Uuid::new_v4().to_string();
    sql::runs::insert(writing, &id, settings)?;
    Ok(id)
}

impl Study {
    /// Remembers that the run of `settings` is wanted, and how to go on with it: `wish`, in words that whoever runs imports
    /// understands. Returns its id. A run that was not asked for before is queued behind the others.
    pub fn queue(&mut self, settings: &RunSettings, wish: &str) -> Result<String, SqlError> {
        self.database.write(|writing| {
            let id = find_or_insert(writing, settings)?;
            sql::runs::remember(writing, &id, wish)?;
            Ok(id)
        })
    }

    /// Ids of the runs that were asked for, in the order of the queue, however they stand.
    pub fn queued_runs(&self) -> Result<Vec<String>, SqlError> {
        sql::runs::queue(self.database.reading())
    }

    /// Stops a run, whoever works on it: importers end after the files in hand. Tells how many files are still in hand.
    pub fn order(&mut self, run: &str, order: Order) -> Result<u64, SqlError> {
        self.database.write(|writing| {
            sql::runs::order(writing, run, Some(order))?;
            if order == Order::Cancel {
                sql::jobs::cancel(writing, run)?;
            }
            sql::runs::set_status(writing, run, order.status())?;
            Ok(sql::jobs::counts(writing.reading(), run)?.processing)
        })
    }

    /// Puts a run into the queue again, behind those that are there.
    pub fn requeue(&mut self, run: &str) -> Result<(), SqlError> {
        self.database.write(|writing| {
            sql::runs::order(writing, run, None)?;
            sql::runs::requeue(writing, run)
        })
    }

    /// Notes that a run could not even begin, and why.
    pub fn fail(&mut self, run: &str, reason: &str) -> Result<(), SqlError> {
        self.database.write(|writing| sql::runs::set_failed(writing, run, reason))
    }

    /// Media of a run by what is on them.
    pub fn found_by(&self, run: &str) -> Result<Found, SqlError> {
        sql::runs::found(self.database.reading(), run)
    }

    /// Files of a run that could not be predicted: `limit` of them after the path `after`, and how many there are.
    pub fn errors_of(&self, run: &str, after: &str, limit: u32) -> Result<(Vec<RunError>, u64), SqlError> {
        sql::errors::of_run(self.database.reading(), run, after, limit)
    }
}
