//! How a server came to an end that nobody asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a process that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// A signal killed it.
    Signal(i32),
    /// The system does not say.
    Unknown,
}

/// SIGKILL, which is what a system sends when its memory is at an end.
pub(crate) const KILL: i32 = 9;
/// SIGABRT, which is how a program ends itself when it is refused memory.
pub(crate) const ABORT: i32 = 6;

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(code) => write!(out, "exit code {code}"),
            Self::Signal(signal) => match signal_name(signal) {
                Some(name) => write!(out, "signal {signal}, {name}"),
                None => write!(out, "signal {signal}"),
            },
            Self::Unknown => out.write_str("an unknown status"),
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        ABORT => "SIGABRT",
        8 => "SIGFPE",
        KILL => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return None,
    })
}

/// How sure it is that memory ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutOfMemory {
    /// The system counted a kill for want of memory while the server ran.
    Counted,
    /// The server's last words say so.
    Said,
    /// It was killed by nobody that is known.
    Likely,
}

/// What went wrong with a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fault {
    /// There was no process at all.
    NotStarted {
        /// What the system says.
        error: String,
    },
    /// The process ended.
    Ended {
        /// How.
        exit: Exit,
        /// Whether memory ran out.
        out_of_memory: Option<OutOfMemory>,
    },
    /// It did not get ready in time, and was stopped.
    NotReady {
        /// The time it had.
        seconds: u64,
    },
    /// It was ready and stopped answering `/health`, and was stopped.
    NotAnswering {
        /// What it did instead.
        instead: String,
    },
    /// It could not even be killed: it hangs in the system.
    NotKilled,
}

impl Fault {
    /// The code with which the process ended by itself.
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Ended { exit: Exit::Code(code), .. } => Some(*code),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted { error } => write!(out, "it could not be started: {error}"),
            Self::Ended { exit, out_of_memory } => match out_of_memory {
                None => write!(out, "it ended ({exit})"),
                Some(OutOfMemory::Counted) => {
                    write!(out, "the system killed it because memory ran out ({exit})")
                }
                Some(OutOfMemory::Said) => write!(out, "it ended because memory ran out ({exit})"),
                Some(OutOfMemory::Likely) => {
                    write!(out, "it was killed from outside, most likely for want of memory ({exit})")
                }
            },
            Self::NotReady { seconds } => write!(out, "it was not ready within {seconds} seconds"),
            Self::NotAnswering { instead } => write!(out, "it no longer answered `/health`: {instead}"),
            Self::NotKilled => out.write_str("it could not be killed: it hangs in the system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_sentences() {
        let ended = |exit, out_of_memory| Fault::Ended { exit, out_of_memory }.to_string();
        assert_eq!(ended(Exit::Code(4), None), "it ended (exit code 4)");
        assert_eq!(
            ended(Exit::Signal(9), Some(OutOfMemory::Likely)),
            "it was killed from outside, most likely for want of memory (signal 9, SIGKILL)"
        );
        assert_eq!(ended(Exit::Signal(40), None), "it ended (signal 40)");
    }
}
