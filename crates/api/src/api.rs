//! What all requests share.

use std::path::PathBuf;
use std::sync::Arc;

use biowatch_supervisor::Key;
use tokio::sync::Semaphore;

use crate::doings::Doings;
use crate::events::Hub;
use crate::exports::Exports;
use crate::installs::Installs;
use crate::page::Pages;
use crate::preflights::Preflights;
use crate::runs::Runs;
use crate::servers::Servers;
use crate::session::Sessions;
use crate::studies::Opened;
use crate::thumbs::Thumbs;

/// Blocking work at a time: SQLite and folders, not networks.
const BLOCKING: usize = 16;

/// How the server was started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The user's home, where the choice of a folder begins.
    pub home: Option<PathBuf>,
    /// Of the program.
    pub version: &'static str,
    /// Where it listens: part of the cookie's name, because browsers share cookies between ports.
    pub port: u16,
    /// Whether other machines may ask.
    pub lan: bool,
    /// Opens a session when it stands in an address; also a bearer key.
    pub key: Key,
    /// Opens a session in the form for it. `None`: there is no form.
    pub password: Option<Key>,
}

/// The state behind the router. Clones are the same.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

/// What an [`Api`] holds.
pub struct Inner {
    pub(crate) settings: Settings,
    pub(crate) doings: Doings,
    pub(crate) pages: Pages,
    pub(crate) sessions: Sessions,
    pub(crate) events: Hub,
    pub(crate) installs: Installs,
    pub(crate) servers: Servers,
    pub(crate) runs: Runs,
    pub(crate) opened: Opened,
    pub(crate) thumbs: Thumbs,
    pub(crate) exports: Exports,
    pub(crate) preflights: Preflights,
    pub(crate) blocking: Arc<Semaphore>,
}

impl Api {
    /// Joins what was set, what the program can do and the pages it carries.
    pub fn new(settings: Settings, doings: Doings, pages: Pages) -> Self {
        let data = settings.data.clone();
        Self(Arc::new(Inner {
            settings,
            doings,
            pages,
            sessions: Sessions::default(),
            events: Hub::default(),
            installs: Installs::default(),
            servers: Servers::default(),
            runs: Runs::default(),
            opened: Opened::default(),
            exports: Exports::default(),
            preflights: Preflights::default(),
            thumbs: Thumbs::at(data.join("cache").join("thumbs")),
            blocking: Arc::new(Semaphore::new(BLOCKING)),
        }))
    }

    /// Begins what goes on without being asked: the queue of runs, and the look at servers.
    pub(crate) fn begin(&self) -> std::io::Result<()> {
        self.begin_runs()?;
        self.watch_servers();
        Ok(())
    }

    /// Asks everything that goes on to end, and ends every stream of events, so that connections can end.
    pub(crate) fn close(&self) {
        self.runs.end();
        self.installs.end();
        self.preflights.end();
        self.events.close();
    }

    /// Waits for what goes on, and stops the servers that were started here. Blocks.
    pub fn end(&self) {
        self.close();
        self.runs.join();
        self.installs.join();
        self.stop_started_servers();
    }
}

impl std::ops::Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
