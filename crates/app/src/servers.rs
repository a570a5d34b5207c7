//! Servers that outlive the command that started them: what all commands about them share.

mod attended;
mod launch;
mod options;
mod port;
mod words;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use biowatch_supervisor::Phase;
use biowatch_supervisor::registry::{Entry, Registry};

pub(crate) use self::attended::Attended;
pub(crate) use self::launch::Launch;
pub(crate) use self::options::{Options, whole};
pub(crate) use self::port::Owner;
pub(crate) use self::words::{exit_of, last_words, without_mark};
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};

/// The folders of all servers.
pub(crate) fn registry(data: &DataFolder) -> Registry {
    Registry::at(data.servers())
}

/// The same, for a data folder by its path.
pub(crate) fn registry_at(data: &Path) -> Registry {
    Registry::at(data.join("servers"))
}

/// The server that `meant` names: by its own name, else by its model or the model's folder, where only one fits.
pub(crate) fn find(registry: &Registry, meant: &str) -> Result<Entry, Failure> {
    let entries = registry.live();
    if let Some(entry) = entries.iter().find(|entry| entry.record.about.name == meant) {
        return Ok(entry.clone());
    }
    let path = Path::new(meant).canonicalize().ok();
    let fits = |entry: &&Entry| {
        let about = &entry.record.about;
        let version = about.version.as_deref().unwrap_or_default();
        let place = about.identity.get(launch::PLACE).map(Path::new);
        about.model == meant
            || meant.split_once(':') == Some((&about.model, version))
            || path.is_some() && place == path.as_deref()
    };
    let fitting: Vec<&Entry> = entries.iter().filter(fits).collect();
    let live: Vec<&Entry> = fitting.iter().copied().filter(|entry| entry.kept).collect();
    match (live.as_slice(), fitting.as_slice()) {
        ([one], _) | ([], [one]) => Ok((*one).clone()),
        ([], []) => Err(no_such(meant, &entries)),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|entry| entry.record.about.name.as_str()).collect();
            let text = format!("`{meant}` could be any of these servers: {}", names.join(", "));
            Err(Failure::message(Exit::NoSuchServer, text).hint("give one of the names"))
        }
    }
}

fn no_such(meant: &str, entries: &[Entry]) -> Failure {
    let names: Vec<_> = entries.iter().map(|entry| entry.record.about.name.as_str()).collect();
    let hint = match names.as_slice() {
        [] => format!("`biowatch start {meant}` starts one; one started by `serve` is stopped with Ctrl-C"),
        names => format!("`biowatch ps --all` lists them: {}", names.join(", ")),
    };
    Failure::message(Exit::NoSuchServer, format!("no server called `{meant}` was started")).hint(hint)
}

/// The state of a server in a word or two.
pub(crate) fn state(entry: &Entry) -> &'static str {
    if entry.is_lost() {
        return "lost";
    }
    match &entry.record.report.phase {
        Phase::Starting { .. } => "starting",
        Phase::Ready { .. } => "ready",
        Phase::Stopping { restarts: true, .. } => "restarting",
        Phase::Stopping { .. } => "stopping",
        Phase::Waiting { .. } => "waiting",
        Phase::Stopped { .. } => "stopped",
        Phase::Failed { .. } => "failed",
    }
}

/// How long ago a moment is, given in milliseconds since 1970: `12 s`, `5 min`, `3 h`, `2 days`.
pub(crate) fn ago(moment_ms: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    span(u64::try_from(now).unwrap_or(u64::MAX).saturating_sub(moment_ms) / 1000)
}

/// Seconds, for people.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (seconds, text) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_199, "119 min"),
            (7_200, "2 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }
}
