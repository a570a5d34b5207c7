//! Servers that were started and not stopped.

use serde::Serialize;

use crate::data_folder::DataFolder;
use crate::servers::{self, ago};

/// One server.
#[derive(Debug, Serialize)]
pub(super) struct Server {
    name: String,
    model: String,
    version: Option<String>,
    state: &'static str,
    /// Since when, in milliseconds since 1970.
    since: u64,
    port: Option<u16>,
    restarts: u32,
    memory_bytes: Option<u64>,
    /// What went wrong last.
    trouble: Option<String>,
}

/// All of them, those that failed or were lost included.
pub(super) fn look(data: &DataFolder) -> Vec<Server> {
    let mut entries = servers::registry(data).live();
    entries.retain(|entry| servers::state(entry) != "stopped");
    let server = |entry: &biowatch_supervisor::registry::Entry| {
        let (about, report) = (&entry.record.about, &entry.record.report);
        Server {
            name: about.name.clone(),
            model: about.model.clone(),
            version: about.version.clone(),
            state: servers::state(entry),
            since: report.phase.since(),
            port: report.port.filter(|_| entry.kept),
            restarts: report.restarts,
            memory_bytes: report.numbers.memory_bytes.filter(|_| entry.kept),
            trouble: report.trouble.as_ref().map(|trouble| trouble.fault.to_string()),
        }
    };
    entries.iter().map(server).collect()
}

/// One line.
pub(super) fn describe(server: &Server) -> String {
    let mut parts = vec![match server.state {
        "lost" => "lost: what looked after it was killed".to_owned(),
        state => format!("{state} for {}", ago(server.since)),
    }];
    parts.extend(server.port.map(|port| format!("port {port}")));
    parts.extend(server.memory_bytes.map(|bytes| format!("{:.0} MB in memory", bytes as f64 / 1e6)));
    if server.restarts > 0 {
        parts.push(format!("started again {} times", server.restarts));
    }
    parts.extend(server.trouble.clone());
    format!("{} {}: {}", server.name, server.version.as_deref().unwrap_or_default(), parts.join(", "))
}
