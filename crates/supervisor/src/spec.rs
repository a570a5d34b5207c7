//! What a server is to be: a plain value.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::key::Key;
use crate::log::LogFiles;
use crate::machine::{Budget, Rules};

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// As it is.
    Text(OsString),
    /// The port to listen on.
    Port,
    /// The process id of whoever starts the server.
    Parent,
}

impl<T: Into<OsString>> From<T> for Word {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// Who knows the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortFrom {
    /// The server: it takes one, 0 meaning any, and prints a [`biowatch_contract::ready::Ready`] line on stdout.
    ReadyLine,
    /// We do: with 0, a free one is looked for before each start.
    Us,
}

/// Where what the server writes goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogTo {
    /// Files that are turned over.
    Files(LogFiles),
    /// Our own stderr.
    Stderr,
}

/// How long everything may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines {
    /// From the start of the process to the first good answer.
    pub ready: Duration,
    /// Between `POST /shutdown` and SIGTERM. Default 10 s, as Biowatch waits.
    pub ask: Duration,
    /// Between SIGTERM and SIGKILL. Default 5 s.
    pub terminate: Duration,
    /// After SIGKILL, until the process counts as one that cannot be killed. Default 10 s.
    pub kill: Duration,
    /// How long a ready server may give no good answer to `/health`. Default 60 s: a busy machine is slow.
    pub unwell: Duration,
    /// Between two looks at a server. Default 2 s.
    pub look: Duration,
}

impl Deadlines {
    /// The defaults, for a server that needs `ready` to load its model.
    pub fn with_ready(ready: Duration) -> Self {
        Self {
            ready,
            ask: Duration::from_secs(10),
            terminate: Duration::from_secs(5),
            kill: Duration::from_secs(10),
            unwell: Duration::from_secs(60),
            look: Duration::from_secs(2),
        }
    }
}

/// A server, how to start it and how to treat it.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<Word>,
    /// Variables that are added to our own environment.
    pub environment: Vec<(String, String)>,
    /// Where it works; `None`: where we do.
    pub folder: Option<PathBuf>,
    /// Port that it should take; 0: any.
    pub port: u16,
    /// Who knows the port.
    pub port_from: PortFrom,
    /// Whether the process is a [`crate::guard`], which reports how its program ended.
    pub guarded: bool,
    /// Key of `POST /shutdown`. It goes into the environment, never on the command line.
    pub shutdown_key: Key,
    /// Key that `/health` and `/metrics` want, where the server was given one.
    pub api_key: Option<Key>,
    /// How long everything may take.
    pub deadlines: Deadlines,
    /// How often it is started again.
    pub budget: Budget,
    /// Exit codes after which another try cannot help.
    pub final_codes: Vec<i32>,
    /// Stopped when it was asked for nothing for so long; needs a server with `/metrics`.
    pub idle: Option<Duration>,
    /// Where what it writes goes.
    pub log: LogTo,
    /// Whether this process has no children but this server: what descends from a dead server and was handed to us is
    /// then killed too.
    pub alone: bool,
}

impl Spec {
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            ready: self.deadlines.ready,
            ask: self.deadlines.ask,
            terminate: self.deadlines.terminate,
            kill: self.deadlines.kill,
            budget: self.budget.clone(),
            final_codes: self.final_codes.clone(),
        }
    }

    /// The command for one start, on `port`.
    pub(crate) fn command(&self, port: u16) -> Command {
        let mut command = Command::new(&self.program);
        for word in &self.arguments {
            match word {
                Word::Text(text) => command.arg(text),
                Word::Port => command.arg(port.to_string()),
                Word::Parent => command.arg(std::process::id().to_string()),
            };
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("LIT_SHUTDOWN_API_KEY", self.shutdown_key.reveal());
        match &self.api_key {
            Some(key) => command.env("LIT_SERVER_API_KEY", key.reveal()),
            None => command.env_remove("LIT_SERVER_API_KEY"),
        };
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// A port that nobody on this machine has at this moment.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
