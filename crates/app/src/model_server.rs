//! The model behind HTTP, for work in this process that wants rows: started when there is work, started again when it is gone.
//!
//! An equal server that `biowatch start` left running is used and left running. Else one is started that is tied to this
//! process: it ends with the work, and with this process whatever ends that.
//!
//! Read first: [`ModelServer::port`], then [`ModelServer::predict`].

mod request;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_supervisor::machine::{Budget, Why};
use biowatch_supervisor::{Deadlines, Handle, LogFiles, LogTo, Phase, Report, Spec};

use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::servers::{self, Attended, Launch};

pub(crate) use request::{Asked, Gone};

/// Between two looks at a server that is not ready.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a server takes to be gone once its connections are.
const DYING: Duration = Duration::from_secs(2);
/// How long it may take to end when it is asked over HTTP, and when it is sent a signal.
const ASKED: Duration = Duration::from_secs(5);
const SIGNALLED: Duration = Duration::from_secs(3);

/// What the model is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// There is no work for it yet, or no more.
    Off,
    /// It loads; what it said last.
    Starting(Option<String>),
    /// It answers on this port. `name`: it was there before, under this name among servers.
    Ready { port: u16, name: Option<String> },
    /// It ended or hung, and is started again. Why.
    Restarting(String),
}

/// What other threads may see and do of the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watched(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    own: Option<Handle>,
    shared: Option<(u16, String)>,
}

impl Watched {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> ServerState {
        let seen = self.seen();
        if let Some((port, name)) = &seen.shared {
            return ServerState::Ready { port: *port, name: Some(name.clone()) };
        }
        let Some(own) = &seen.own else { return ServerState::Off };
        let report = own.report().borrow().clone();
        match (&report.phase, report.port) {
            (Phase::Ready { .. }, Some(port)) => ServerState::Ready { port, name: None },
            (Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Stopping { restarts: false, .. }, _) => {
                ServerState::Off
            }
            _ => match fault(&report) {
                Some(fault) if report.restarts > 0 => ServerState::Restarting(fault),
                _ => ServerState::Starting(report.saying),
            },
        }
    }

    /// Ends a server of its own at once: nobody waits for its rows any more.
    pub(crate) fn hurry(&self) {
        let own = self.seen().own.clone();
        if let Some(own) = own {
            own.hurry_blocking(Why::Asked);
        }
    }
}

/// The model. Dropped, a server of its own is stopped.
pub(crate) struct ModelServer<'a> {
    launch: &'a Launch,
    environment: &'a Environment,
    say: &'a (dyn Fn(&str) + Sync),
    /// Where a server of its own writes; taken away when all went well.
    log: PathBuf,
    own: Option<Attended>,
    watched: Watched,
    was_ready: bool,
}

impl<'a> ModelServer<'a> {
    /// Nothing is started yet. `log`: a file for what a server of its own writes. `say` hears what goes on.
    pub(crate) fn new(
        launch: &'a Launch,
        environment: &'a Environment,
        log: PathBuf,
        say: &'a (dyn Fn(&str) + Sync),
    ) -> Self {
        Self { launch, environment, say, log, own: None, watched: Watched::default(), was_ready: false }
    }

    /// For the threads beside.
    pub(crate) fn watched(&self) -> Watched {
        self.watched.clone()
    }

    /// Whether the model is a program that is not ours: what it does in which order is not known.
    pub(crate) fn is_program(&self) -> bool {
        self.launch.is_program
    }

    /// The port of a server that is ready; started now, if there is none. None when `stopped` says so meanwhile.
    pub(crate) fn port(&mut self, stopped: &dyn Fn() -> bool) -> Result<Option<u16>, Failure> {
        if self.own.is_none() {
            if let Some((port, name)) = self.running() {
                if self.watched.seen().shared.replace((port, name.clone())).is_none() {
                    self.note(format!("the model is the server `{name}` on http://127.0.0.1:{port}"));
                }
                return Ok(Some(port));
            }
            self.watched.seen().shared = None;
            self.start()?;
        }
        let mut said = None;
        loop {
            let Some(own) = &self.own else { return Ok(None) };
            let report = own.report();
            match (&report.phase, report.port) {
                (Phase::Ready { .. }, Some(port)) => {
                    if !self.was_ready {
                        self.note(format!("the model is ready on http://127.0.0.1:{port}"));
                    }
                    self.was_ready = true;
                    return Ok(Some(port));
                }
                (Phase::Failed { .. }, _) => return Err(self.failed(&report)),
                (Phase::Stopped { .. }, _) => {
                    // Somebody else has asked it to end.
                    self.own = None;
                    self.start()?;
                }
                _ if stopped() => return Ok(None),
                _ => {}
            }
            if report.saying != said && !self.was_ready {
                said = report.saying;
                if let Some(said) = &said {
                    self.note(format!("{}: {}", self.launch.about.model, servers::without_mark(said)));
                }
            }
            thread::sleep(PAUSE);
        }
    }

    /// Stops and starts a server of its own that hangs.
    pub(crate) fn restart(&self) {
        if let Some(own) = &self.own {
            own.handle().restart_blocking();
            self.wait_while_ready(ASKED);
        }
    }

    /// How a server of its own ended, if it is not ready any more, or soon is not.
    pub(crate) fn end(&self) -> Option<String> {
        self.wait_while_ready(DYING);
        let report = self.own.as_ref()?.report();
        if matches!(report.phase, Phase::Ready { .. }) { None } else { fault(&report) }
    }

    fn wait_while_ready(&self, patience: Duration) {
        let Some(own) = &self.own else { return };
        let until = Instant::now() + patience;
        while matches!(own.report().phase, Phase::Ready { .. }) && Instant::now() < until {
            thread::sleep(PAUSE);
        }
    }

    /// An equal server that is there already and ready.
    fn running(&self) -> Option<(u16, String)> {
        let registry = servers::registry_at(&self.launch.data);
        let entries = registry.live();
        let entry = entries.into_iter().find(|entry| {
            let mut identity = entry.record.about.identity.clone();
            identity.remove("port");
            let is_ready = matches!(entry.record.report.phase, Phase::Ready { .. });
            entry.kept && is_ready && identity == self.launch.about.identity
        })?;
        Some((entry.record.report.port?, entry.record.about.name))
    }

    fn start(&mut self) -> Result<(), Failure> {
        let log = LogTo::Files(LogFiles::at(self.log.clone()));
        let spec = self.launch.child(self.environment, log)?;
        let deadlines = Deadlines { ask: ASKED, terminate: SIGNALLED, ..spec.deadlines.clone() };
        // How often is enough, the work knows.
        let budget = Budget {
            restarts: 1000,
            longest_wait: Duration::from_secs(10),
            first_wait: Duration::from_millis(500),
            ..Budget::default()
        };
        let own = Attended::start(Spec { deadlines, budget, ..spec })?;
        self.watched.seen().own = Some(own.handle().clone());
        self.own = Some(own);
        Ok(())
    }

    fn note(&self, text: String) {
        (self.say)(&text);
    }

    fn failed(&self, report: &Report) -> Failure {
        let fault = fault(report).unwrap_or_default();
        let words = servers::last_words(report);
        let (exit, text) = match &report.phase {
            Phase::Failed { fault, .. } if !self.was_ready => (servers::exit_of(fault), "did not get ready"),
            _ => (Exit::EngineDied, "stopped working"),
        };
        let exit = if exit == Exit::Failed { Exit::ModelRefused } else { exit };
        let text = format!("the model `{}` {text}: {fault}{words}", self.launch.about.model);
        Failure::message(exit, text)
            .hint("run the same command to go on; `biowatch doctor` says what may be in the way")
    }
}

impl Drop for ModelServer<'_> {
    fn drop(&mut self) {
        let is_well = self.own.as_ref().is_none_or(|own| own.report().trouble.is_none());
        self.watched.seen().own = None;
        self.own = None;
        if is_well {
            let _ = fs_err::remove_file(&self.log);
        }
    }
}

/// What went wrong with it last, in words.
fn fault(report: &Report) -> Option<String> {
    match &report.phase {
        Phase::Failed { fault, .. } => Some(fault.to_string()),
        _ => report.trouble.as_ref().map(|trouble| trouble.fault.to_string()),
    }
}
