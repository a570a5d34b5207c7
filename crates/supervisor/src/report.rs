//! What is known of a server, as a value that others can watch.

use biowatch_contract::ready::Ready;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::machine::{End, Machine, State, Step, Then, Why};
use crate::wall_clock::Clock;

/// What a server is doing, since when and until when. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Phase {
    /// There is a process that does not answer yet.
    Starting {
        /// Since when.
        since: u64,
        /// When patience ends.
        until: u64,
    },
    /// It answers.
    Ready {
        /// Since when.
        since: u64,
    },
    /// It is being stopped.
    Stopping {
        /// How.
        step: Step,
        /// Since when this step.
        since: u64,
        /// When the next step comes.
        until: u64,
        /// Whether a new process follows.
        restarts: bool,
    },
    /// There is no process; the next start is at `until`.
    Waiting {
        /// Since when.
        since: u64,
        /// The next start.
        until: u64,
    },
    /// It was stopped, and nothing is left of it.
    Stopped {
        /// Since when.
        since: u64,
        /// Who wanted it.
        why: Why,
        /// The last step that was needed.
        step: Option<Step>,
    },
    /// It went wrong and will not be tried again.
    Failed {
        /// Since when.
        since: u64,
        /// What went wrong.
        fault: Fault,
    },
}

impl Phase {
    pub(crate) fn of(machine: &Machine, clock: &Clock) -> Self {
        let ms = |at: &std::time::Duration| clock.calendar_ms(*at);
        match machine.state() {
            State::Starting { since, until } => Self::Starting { since: ms(since), until: ms(until) },
            State::Ready { since } => Self::Ready { since: ms(since) },
            State::Stopping { step, since, until, then } => Self::Stopping {
                step: *step,
                since: ms(since),
                until: ms(until),
                restarts: !matches!(then, Then::Stay(_)),
            },
            State::Waiting { since, until } => Self::Waiting { since: ms(since), until: ms(until) },
            State::Over { since, end: End::Stopped(why, step) } => {
                Self::Stopped { since: ms(since), why: *why, step: *step }
            }
            State::Over { since, end: End::Failed(fault) } => {
                Self::Failed { since: ms(since), fault: fault.clone() }
            }
        }
    }

    /// Whether nothing will change any more.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Stopped { .. } | Self::Failed { .. })
    }

    /// Since when, in milliseconds since 1970.
    pub fn since(&self) -> u64 {
        match self {
            Self::Starting { since, .. }
            | Self::Ready { since }
            | Self::Stopping { since, .. }
            | Self::Waiting { since, .. }
            | Self::Stopped { since, .. }
            | Self::Failed { since, .. } => *since,
        }
    }
}

/// What a server counts, as of the last look. What it does not tell is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Predict requests that are over.
    pub requests: Option<u64>,
    /// Images and video frames answered.
    pub images: Option<u64>,
    /// Of them in a second, over the last looks.
    pub images_per_second: Option<f64>,
    /// Bytes in memory, of the process and everything it has started.
    pub memory_bytes: Option<u64>,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What.
    pub fault: Fault,
    /// The last lines the server wrote, oldest first.
    pub last_lines: Vec<String>,
}

/// All that is known of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it is doing.
    pub phase: Phase,
    /// Its process, while there is one.
    pub pid: Option<u32>,
    /// Where it listens, once that is known.
    pub port: Option<u16>,
    /// How often a process was started after the first.
    pub restarts: u32,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// The last line it wrote while it was starting.
    pub saying: Option<String>,
    /// What it counts.
    pub numbers: Numbers,
}

impl Report {
    /// `http://127.0.0.1:8000`, once the port is known.
    pub fn url(&self) -> Option<String> {
        self.port.map(|port| format!("http://127.0.0.1:{port}"))
    }

    /// The same without what changes at every look.
    pub(crate) fn without_numbers(&self) -> Self {
        Self { numbers: Numbers::default(), saying: None, ..self.clone() }
    }
}

/// The ready line, if `line` is one.
pub(crate) fn ready_line(line: &[u8]) -> Option<Ready> {
    let ready: Ready = serde_json::from_slice(line).ok()?;
    (ready.biowatch_ready == 1 && ready.port != 0).then_some(ready)
}
