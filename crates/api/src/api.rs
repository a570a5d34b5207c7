//! What all requests share.

use std::path::PathBuf;
use std::sync::Arc;

use biowatch_supervisor::Key;
use tokio::sync::Semaphore;

use crate::doings::Doings;
use crate::events::Hub;
use crate::page::Pages;
use crate::session::Sessions;

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
    pub(crate) blocking: Arc<Semaphore>,
}

impl Api {
    /// Joins what was set, what the program can do and the pages it carries.
    pub fn new(settings: Settings, doings: Doings, pages: Pages) -> Self {
        Self(Arc::new(Inner {
            settings,
            doings,
            pages,
            sessions: Sessions::default(),
            events: Hub::default(),
            blocking: Arc::new(Semaphore::new(BLOCKING)),
        }))
    }

    /// Ends every stream of events, so that connections can end.
    pub fn close(&self) {
        self.events.close();
    }
}

impl std::ops::Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
