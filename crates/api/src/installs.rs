//! Installs that go on, each on a thread of its own: how far they are, and how they ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::install::{self, From, InstallError, Request, Tools};
use biowatch_zoo::progress::{Event, Phase, Reporter};
use biowatch_zoo::reference::{ModelName, Reference};
use biowatch_zoo::unpack::Limits;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::events::Kind;
use crate::models::{Known, Model};
use crate::problem::{Problem, sentence};

/// Installs at a time.
const MOST: usize = 4;

/// A step of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    Waiting,
    Downloading,
    Unpacking,
    Verifying,
    Testing,
    Publishing,
    Failed,
    Cancelled,
    Done,
}

/// How far an install is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Install {
    phase: Step,
    bytes: u64,
    total_bytes: Option<u64>,
    bytes_per_second: f64,
    seconds_left: Option<f64>,
    message: Option<String>,
    hint: Option<String>,
}

impl Install {
    fn begun() -> Self {
        Self {
            phase: Step::Waiting,
            bytes: 0,
            total_bytes: None,
            bytes_per_second: 0.0,
            seconds_left: None,
            message: None,
            hint: None,
        }
    }

    pub(crate) fn is_going_on(&self) -> bool {
        !matches!(self.phase, Step::Failed | Step::Cancelled | Step::Done)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Phase { phase, .. } => {
                *self = Self { phase: step(phase), message: self.message.take(), ..Self::begun() }
            }
            Event::Progress { progress, .. } => {
                self.bytes = progress.bytes;
                self.total_bytes = progress.total;
                self.bytes_per_second = progress.rate;
                self.seconds_left = progress.seconds_left;
                self.message = None;
            }
            Event::Waiting { reason } => self.message = Some(reason),
            Event::Retry { reason, seconds } => {
                self.message = Some(format!("{reason}; trying again in {seconds:.0} s"));
            }
            Event::Note { text } => self.message = Some(text),
        }
    }
}

fn step(phase: Phase) -> Step {
    match phase {
        Phase::Download => Step::Downloading,
        Phase::Unpack | Phase::Copy => Step::Unpacking,
        Phase::Rehash | Phase::Verify => Step::Verifying,
        Phase::Check => Step::Testing,
        Phase::Publish | Phase::Bundle => Step::Publishing,
    }
}

/// All of them, by reference.
#[derive(Default)]
pub(crate) struct Installs(Mutex<BTreeMap<String, Job>>);

struct Job {
    install: Install,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Installs {
    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the install of a model is going, or how the last one ended.
    pub(crate) fn of(&self, reference: &str) -> Option<Install> {
        self.jobs().get(reference).map(|job| job.install.clone())
    }

    /// Asks for its end. Whether there was one.
    pub(crate) fn cancel(&self, reference: &str) -> bool {
        let jobs = self.jobs();
        let job = jobs.get(reference).filter(|job| job.install.is_going_on());
        job.inspect(|job| job.cancel.cancel()).is_some()
    }

    /// Asks all to end.
    pub(crate) fn end(&self) {
        self.jobs().values().for_each(|job| job.cancel.cancel());
    }

    /// Waits for all.
    pub(crate) fn join(&self) {
        let threads: Vec<_> = self.jobs().values_mut().filter_map(|job| job.thread.take()).collect();
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Api {
    /// Begins to install a model that is known; one that is being installed goes on.
    pub(crate) fn install(&self, name: &ModelName) -> Result<(), Problem> {
        let model = Reference { id: name.id.clone(), version: Some(name.version.clone()) };
        self.start_install(
            name.to_string(),
            Request { model: Some(model), from: None, limits: Limits::default() },
        )
    }

    /// Begins to install what lies at `path`; known by that path until its name is known.
    pub(crate) fn install_from(&self, path: PathBuf) -> Result<(), Problem> {
        let key = path.display().to_string();
        self.start_install(
            key,
            Request { model: None, from: Some(From::Path(path)), limits: Limits::default() },
        )
    }

    fn start_install(&self, key: String, request: Request) -> Result<(), Problem> {
        let mut jobs = self.installs.jobs();
        if jobs.get(&key).is_some_and(|job| job.install.is_going_on()) {
            return Ok(());
        }
        if jobs.values().filter(|job| job.install.is_going_on()).count() >= MOST {
            return Err(Problem::unavailable(format!("{MOST} models are being installed already"))
                .hint("wait until one of them is there"));
        }
        let cancel = Cancel::default();
        let (api, name, wish) = (self.clone(), key.clone(), cancel.clone());
        let work = move || {
            let ended = api.installed(&name, request, &wish);
            api.tell_install(&name, None, |install| ended.end(install));
        };
        let thread = thread::Builder::new().name("install".to_owned()).spawn(work);
        let thread = Some(thread.map_err(|error| Problem::broken(&error))?);
        jobs.insert(key, Job { install: Install::begun(), cancel, thread });
        Ok(())
    }

    fn installed(&self, key: &str, mut request: Request, cancel: &Cancel) -> Ended {
        let known = Known::read(self);
        let base = known.find(key).ok().map(|name| self.model(&known, &name));
        let carried = match tempfile::tempdir() {
            Ok(folder) => folder,
            Err(error) => return Ended::Failed(Problem::broken(&error)),
        };
        if key == self.doings.carried && request.from.is_none() {
            if let Err(problem) = (self.doings.carry)(carried.path()) {
                return Ended::Failed(problem);
            }
            request.from = Some(From::Path(carried.path().to_owned()));
        }
        let network = match (self.doings.network)() {
            Ok(network) => network,
            Err(problem) => return Ended::Failed(problem),
        };
        let tell = |event| self.tell_install(key, base.as_ref(), |install| install.take(event));
        let tools = Tools {
            zoo: &known.zoo,
            catalogue: &known.catalogue,
            network: &network,
            judge: &self.doings.judge,
            reporter: &Reporter::new(&tell),
            cancel,
        };
        match install::install(&request, &tools) {
            Ok(done) => Ended::Done(done.model.name),
            Err(error) if error.is_cancelled() => Ended::Cancelled,
            Err(error) => Ended::Failed(problem(&error)),
        }
    }

    /// Changes how an install stands, and tells everybody.
    fn tell_install(&self, key: &str, base: Option<&Model>, change: impl FnOnce(&mut Install)) {
        let install = {
            let mut jobs = self.installs.jobs();
            let Some(job) = jobs.get_mut(key) else { return };
            change(&mut job.install);
            job.install.clone()
        };
        let model = match base {
            Some(base) => Some(base.installing(install)),
            None => {
                let known = Known::read(self);
                known.find(key).ok().map(|name| self.model(&known, &name))
            }
        };
        if let Some(model) = model {
            self.events.tell(Kind::Install, &model.reference, &model);
        }
    }
}

enum Ended {
    Done(ModelName),
    Cancelled,
    Failed(Problem),
}

impl Ended {
    fn end(self, install: &mut Install) {
        match self {
            Self::Done(name) => {
                install.phase = Step::Done;
                install.message = Some(format!("{name} is installed"));
            }
            Self::Cancelled => {
                install.phase = Step::Cancelled;
                install.message = Some("stopped; what is downloaded stays for the next time".to_owned());
            }
            Self::Failed(problem) => {
                install.phase = Step::Failed;
                install.message = Some(problem.detail().to_owned());
                install.hint = problem.advice().map(str::to_owned);
            }
        }
    }
}

fn problem(error: &InstallError) -> Problem {
    Problem::unfit(sentence(error)).maybe_hint(error.hint())
}
