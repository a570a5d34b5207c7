//! Who has a port, in words.

use biowatch_supervisor::http::{Request, ask};
use biowatch_supervisor::port_holder::{Port, look};
use biowatch_supervisor::registry::Entry;
use serde_json::Value;

/// Bytes of a foreign `/info` that are read.
const MOST: u64 = 1 << 16;

/// Who listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A server that `start` has started.
    Server(String),
    /// Anybody else, in words.
    Other(String),
}

impl Owner {
    /// Of `port`; `None` when it is free. `entries` are the servers that are known.
    pub(crate) fn of(port: u16, entries: &[Entry]) -> Option<Self> {
        let Port::Taken(holder) = look(port) else { return None };
        let ours = entries.iter().find(|entry| entry.kept && entry.record.report.port == Some(port));
        if let Some(entry) = ours {
            return Some(Self::Server(entry.record.about.name.clone()));
        }
        let program = holder.map(|holder| format!("`{}` (process {})", holder.name, holder.pid));
        Some(Self::Other(match (model_server(port), program) {
            (Some(model), Some(program)) => format!("{program}, a model server of {model}"),
            (Some(model), None) => format!("a model server of {model}"),
            (None, Some(program)) => program,
            (None, None) => "another program".to_owned(),
        }))
    }

    /// As it stands after `in use by`.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Server(name) => format!("the server `{name}`"),
            Self::Other(words) => words.clone(),
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::Server(name) => format!("`biowatch stop {name}` stops it"),
            Self::Other(_) => "stop that program".to_owned(),
        }
    }
}

/// The model behind `port`, where a model server answers there, Biowatch's Python servers included.
fn model_server(port: u16) -> Option<String> {
    let answer = ask(port, &Request::short("GET", "/info")).ok().filter(|answer| answer.status == 200)?;
    let info: Value = serde_json::from_str(&answer.text(MOST).ok()?).ok()?;
    let model = info.get("model")?.get("type")?.as_str()?;
    let shown: String =
        model.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(40).collect();
    Some(format!("`{shown}`"))
}
