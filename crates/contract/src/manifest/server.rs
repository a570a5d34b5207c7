//! `server`: a program of one's own that speaks the HTTP contract.

use std::time::Duration;

use serde_json::Value;

use super::problem::Problems;
use super::section::Section;
use super::values;

/// Keys of `server`.
pub(super) const KEYS: &[&str] = &["command", "ready_seconds"];

/// Stands for the port in a command.
const PORT: &str = "{port}";
/// Stands for the model's folder in a command.
const FOLDER: &str = "{folder}";

/// A program that answers over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The program and its arguments, with placeholders; 1 to 100, at most 4096 characters each.
    command: Vec<String>,
    /// How long it may take until `GET /health` answers 200.
    pub ready_within: Duration,
}

impl Server {
    pub(super) fn read(value: &Value, problems: &mut Problems) -> Option<Self> {
        let section = Section::open(value, "server", KEYS, problems)?;
        let command = section.need("command", values::texts(1..=100, 4_096), problems);
        let ready = section.get("ready_seconds", values::whole(1..=3_600), problems).unwrap_or(120);
        let command = command?;
        if !command.iter().any(|word| word.contains(PORT)) {
            let text =
                "nothing tells the program its port: put {port} where it belongs, for instance \"--port\", \
                        \"{port}\""
                    .to_owned();
            problems.add("server.command", text);
        }
        Some(Self { command, ready_within: Duration::from_secs(ready) })
    }

    /// The program and its arguments for a port and the folder of the model.
    pub fn command(&self, port: u16, folder: &str) -> Vec<String> {
        let filled = |word: &String| {
            // The folder's own name may hold a placeholder: it goes in last.
            word.replace(PORT, &port.to_string()).replace(FOLDER, folder)
        };
        self.command.iter().map(filled).collect()
    }
}
