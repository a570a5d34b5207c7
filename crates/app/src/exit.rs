//! How a run ends: the exit codes, and the one error type that carries them.
//!
//! | code | name | when |
//! |---|---|---|
//! | 0 | done | everything asked for was done; a server was asked to stop |
//! | 1 | failed | something not listed below failed; in the script form (`run_speciesnet_server.py`), any failure to start |
//! | 2 | some files failed | `predict` read everything it could, and some files have error rows |
//! | 3 | model not found | no such folder, or no such model in the data folder |
//! | 4 | model refused | the folder is there but not a model: a file is missing, damaged or of another kind |
//! | 5 | port in use | another program listens on the port, or it may not be opened |
//! | 6 | unknown country | not an ISO 3166-1 alpha-3 code |
//! | 7 | nothing to predict | the folders hold no photos |
//! | 8 | no such path | a path given to `predict` or `weights inspect` does not exist or cannot be read |
//! | 9 | results refused | the `--out` file holds rows of other settings, is something else, or is in use; `studies import` was given no results |
//! | 10 | engine not available | the engine or device asked for cannot be had, or an engine archive was refused |
//! | 11 | engine died | the model stopped working while the server ran |
//! | 12 | not fetched | a download came to no good end: no network, the server, or other bytes than expected |
//! | 13 | no such server | `stop`, `restart` or `logs` of a server that `start` has not started |
//! | 14 | study not found | no study of that name, or more than one |
//! | 15 | study refused | the study cannot be opened, or `studies check` found something wrong |
//! | 64 | usage | the command line makes no sense |
//! | 130 | interrupted | stopped by Ctrl-C before the end; what was written is whole |

use std::process::ExitCode;

/// The ways a run ends. The numbers are part of the interface: scripts test them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// None of the others.
    Failed = 1,
    /// Some files have error rows.
    SomeFilesFailed = 2,
    /// No model there.
    ModelNotFound = 3,
    /// What is there is no model.
    ModelRefused = 4,
    /// The port cannot be had.
    PortInUse = 5,
    /// Not an alpha-3 code.
    UnknownCountry = 6,
    /// No photos.
    NothingToPredict = 7,
    /// A path that does not exist.
    NoSuchPath = 8,
    /// The results file belongs to other settings.
    ResultsRefused = 9,
    /// Engine, device or archive.
    EngineNotAvailable = 10,
    /// The model stopped working.
    EngineDied = 11,
    /// A download came to no good end.
    NotFetched = 12,
    /// No server of that name.
    NoSuchServer = 13,
    /// No study of that name.
    StudyNotFound = 14,
    /// The study is damaged, or no study.
    StudyRefused = 15,
    /// The command line makes no sense.
    Usage = 64,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The number the shell sees.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What failed, with its causes.
    pub(crate) error: anyhow::Error,
    /// What to try. Printed on its own line after a blank one.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    /// A failure told in a sentence.
    pub(crate) fn message(exit: Exit, text: impl Into<String>) -> Self {
        Self::new(exit, anyhow::Error::msg(text.into()))
    }

    /// The same, with a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Failed, error)
    }
}
