//! `biowatch ps`: the servers that were started, and how they are.

use std::thread;
use std::time::Duration;

use biowatch_supervisor::Phase;
use biowatch_supervisor::registry::{Entry, Registry};
use serde_json::{Value, json};

use crate::cli::Ps;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers::{self, ago, span};

/// Between two lists.
const PAUSE: Duration = Duration::from_secs(2);

/// Titles of the columns.
const TITLES: [&str; 9] =
    ["NAME", "MODEL", "STATE", "SINCE", "PORT", "PID", "REQUESTS", "IMAGES/S", "MEMORY"];

/// Prints the list, once or again and again.
pub(crate) fn run(typed: &Ps, registry: &Registry, printer: Printer) -> Result<Exit, Failure> {
    loop {
        let mut entries = registry.live();
        entries.retain(|entry| typed.all || !matches!(entry.record.report.phase, Phase::Stopped { .. }));
        if typed.json {
            let list: Vec<Value> = entries.iter().map(value).collect();
            printer.line(&serde_json::to_string_pretty(&list)?)?;
        } else if entries.is_empty() {
            printer.say("no server is running; `biowatch start MODEL` starts one");
        } else {
            printer.data(table(&entries))?;
        }
        if !typed.watch {
            return Ok(Exit::Done);
        }
        thread::sleep(PAUSE);
    }
}

fn value(entry: &Entry) -> Value {
    let record = &entry.record;
    let report = &record.report;
    let running = entry.kept && !report.phase.is_over();
    json!({
        "name": record.about.name,
        "model": record.about.model,
        "version": record.about.version,
        "options": record.about.identity,
        "state": servers::state(entry),
        "since": report.phase.since(),
        "phase": report.phase,
        "url": if running { report.url() } else { None },
        "port": if running { report.port } else { None },
        "pid": if running { report.pid } else { None },
        "keeper": if entry.kept { Some(record.keeper) } else { None },
        "requests": report.numbers.requests,
        "images": report.numbers.images,
        "images_per_second": report.numbers.images_per_second,
        "memory_bytes": if running { report.numbers.memory_bytes } else { None },
        "restarts": report.restarts,
        "trouble": report.trouble,
        "idle_seconds": record.idle_seconds,
        "log": entry.folder.log(),
    })
}

fn table(entries: &[Entry]) -> String {
    let rows: Vec<[String; 9]> =
        std::iter::once(TITLES.map(str::to_owned)).chain(entries.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..TITLES.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let notes: Vec<String> = entries.iter().filter_map(note).collect();
    if !notes.is_empty() {
        text.push('\n');
        text.push_str(&notes.concat());
    }
    text
}

fn row(entry: &Entry) -> [String; 9] {
    let record = &entry.record;
    let report = &record.report;
    let running = entry.kept && !report.phase.is_over();
    let number = |value: Option<String>| value.filter(|_| running).unwrap_or_else(|| "-".to_owned());
    let version = record.about.version.as_deref().unwrap_or_default();
    let country = record.about.identity.get("country").map(String::as_str).unwrap_or_default();
    let model = [record.about.model.as_str(), version, country].join(" ").trim().replace("  ", " ");
    let numbers = &report.numbers;
    [
        record.about.name.clone(),
        model,
        servers::state(entry).to_owned(),
        if entry.is_lost() { "-".to_owned() } else { ago(report.phase.since()) },
        number(report.port.map(|port| port.to_string())),
        number(report.pid.map(|pid| pid.to_string())),
        number(numbers.requests.map(|count| count.to_string())),
        number(numbers.images_per_second.map(|rate| format!("{rate:.1}"))),
        number(numbers.memory_bytes.map(megabytes)),
    ]
}

fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000_000 {
        format!("{:.0} MB", bytes as f64 / 1e6)
    } else {
        format!("{:.1} GB", bytes as f64 / 1e9)
    }
}

/// What a person should know beyond the table.
fn note(entry: &Entry) -> Option<String> {
    let report = &entry.record.report;
    let name = &entry.record.about.name;
    if entry.is_lost() {
        return Some(format!(
            "{name}: the process that looked after it was killed, and the server ended with it; \
             `biowatch restart {name}` starts it again, `biowatch stop {name}` forgets it\n"
        ));
    }
    let trouble = report.trouble.as_ref()?;
    let what = format!("{name}: {} ago {}", ago(trouble.at), trouble.fault);
    Some(match &report.phase {
        Phase::Failed { .. } => {
            format!("{what}, and it is not tried again; `biowatch logs {name}` shows what it wrote\n")
        }
        Phase::Waiting { since, until } => {
            let wait = span(until.saturating_sub(*since) / 1000);
            format!("{what}; it is started again after {wait}\n")
        }
        Phase::Stopped { .. } => return None,
        _ => format!("{what}; it was started again\n"),
    })
}
