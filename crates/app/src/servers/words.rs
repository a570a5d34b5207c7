//! What servers say and how they end, for people.

use biowatch_supervisor::fault::Fault;
use biowatch_supervisor::{Report, Trouble};

use crate::exit::Exit;

/// The code with which `serve` would have ended.
pub(crate) fn exit_of(fault: &Fault) -> Exit {
    let codes = [
        Exit::ModelNotFound,
        Exit::ModelRefused,
        Exit::PortInUse,
        Exit::UnknownCountry,
        Exit::EngineNotAvailable,
        Exit::EngineDied,
    ];
    let is = |exit: &&Exit| fault.exit_code() == Some(i32::from(exit.code()));
    codes.iter().find(is).copied().unwrap_or(Exit::Failed)
}

/// The last words of a server that failed, a line each.
pub(crate) fn last_words(report: &Report) -> String {
    const SHOWN: usize = 8;
    let lines =
        report.trouble.as_ref().map(|Trouble { last_lines, .. }| last_lines.as_slice()).unwrap_or_default();
    let skipped = lines.len().saturating_sub(SHOWN);
    lines.iter().skip(skipped).map(|line| format!("\n  | {line}")).collect()
}

/// A line of `serve`'s log without its mark and time.
pub(crate) fn without_mark(line: &str) -> &str {
    let mut parts = line.splitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("INFO:" | "WARNING:" | "ERROR:"), Some(time), Some(text)) if time.ends_with('Z') => text,
        _ => line,
    }
}
