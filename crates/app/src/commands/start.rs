//! `biowatch start`: a server that goes on when this command is done.

mod follow;
mod keeper;

use std::thread;
use std::time::{Duration, Instant};

use biowatch_supervisor::Phase;
use biowatch_supervisor::control;
use biowatch_supervisor::registry::{About, Entry, Registry, ServerFolder};

pub(super) use self::follow::{Told, follow, watch};
pub(super) use self::keeper::leave_keeper;
use crate::cli::{LogLevel, Start};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers::{self, Launch, Options, Owner};
use crate::settings::ServeSettings;

/// How long others may take to name their servers.
const NAMING: Duration = Duration::from_secs(30);
/// How long an equal server that is just ending is waited for: its three steps, and a little.
const ENDING: Duration = Duration::from_secs(30);

/// What was typed, made sense of.
pub(crate) struct Typed {
    /// What `start` itself takes.
    pub(crate) start: Start,
    /// As `serve` would understand it.
    pub(crate) settings: ServeSettings,
    /// `--log`, to be handed on.
    pub(crate) log: Option<LogLevel>,
}

/// Starts a server, or finds one that is equal, and waits until it is ready.
pub(crate) fn run(typed: &Typed, environment: &Environment, printer: Printer) -> Result<Exit, Failure> {
    let folder = place(typed, environment, printer)?;
    follow(&folder, &Told { printer, json: typed.start.json })
}

/// Starts a server, or finds one that is equal.
pub(super) fn place(
    typed: &Typed,
    environment: &Environment,
    printer: Printer,
) -> Result<ServerFolder, Failure> {
    let registry = servers::registry(&typed.settings.model.data);
    let launch = judge(typed, environment)?;
    let _naming = registry.lock(NAMING)?;
    let equal = |entry: &&Entry| entry.kept && entry.record.about.identity == launch.about.identity;
    let mut entries = registry.live();
    if let Some(entry) = entries.iter().find(equal).filter(|entry| is_ending(entry)) {
        wait_for_end(entry);
        entries = registry.live();
    }
    match entries.iter().find(equal).filter(|entry| !is_ending(entry)) {
        Some(entry) => {
            if matches!(entry.record.report.phase, Phase::Ready { .. }) {
                printer.say(&format!("`{}` is already running", entry.record.about.name));
            }
            Ok(entry.folder.clone())
        }
        None => begin(&registry, &entries, launch, typed.start.name.as_deref(), printer),
    }
}

/// Also one whose keeper was killed this instant.
fn is_ending(entry: &Entry) -> bool {
    let phase = &entry.record.report.phase;
    let answers = || entry.record.control.as_ref().is_some_and(|control| control::report(control).is_ok());
    phase.is_over() || matches!(phase, Phase::Stopping { restarts: false, .. }) || !answers()
}

/// Until its name is free again, but not for ever.
fn wait_for_end(entry: &Entry) {
    let until = Instant::now() + ENDING;
    while entry.folder.is_kept() && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Refuses what would fail anyway, before there is a process.
fn judge(typed: &Typed, environment: &Environment) -> Result<Launch, Failure> {
    let Typed { start, settings, log } = typed;
    if !["localhost", "127.0.0.1", "0.0.0.0"].contains(&settings.server.host.as_str()) {
        let text = format!("a server on `{}` alone cannot be looked after", settings.server.host);
        return Err(
            Failure::message(Exit::Usage, text).hint("use `--host localhost`, or `0.0.0.0` for all networks")
        );
    }
    let options = Options::of(&start.options, environment);
    let (launch, _) = Launch::of(&settings.model, options, start.options.port.unwrap_or(0))?;
    Ok(Launch {
        ready_seconds: start.ready_within.unwrap_or(launch.ready_seconds),
        // A program does not tell when it was last asked for something.
        idle_seconds: (start.idle != 0 && !launch.is_program).then(|| start.idle.saturating_mul(60)),
        log: log.as_ref().map(|level| level.word().to_owned()),
        ..launch
    })
}

/// Gives the server a name and leaves a keeper with it.
fn begin(
    registry: &Registry,
    entries: &[Entry],
    mut launch: Launch,
    wanted: Option<&str>,
    printer: Printer,
) -> Result<ServerFolder, Failure> {
    check_port(launch.port, entries)?;
    let folder = match wanted {
        Some(name) => named(registry, name)?,
        None => unnamed(registry, entries, &launch, printer)?,
    };
    folder.name().clone_into(&mut launch.about.name);
    leave_keeper(&folder, &launch)?;
    Ok(folder)
}

fn named(registry: &Registry, name: &str) -> Result<ServerFolder, Failure> {
    let folder = registry.folder(name).ok_or_else(|| {
        let text = format!("`{name}` can be no name of a server");
        Failure::message(Exit::Usage, text).hint("use up to 64 lower-case letters, digits, `-`, `_` and `.`")
    })?;
    if folder.is_kept() {
        let text = format!("a server called `{name}` runs with other options");
        return Err(Failure::message(Exit::Usage, text)
            .hint(format!("`biowatch stop {name}` stops it; another `--name` starts this one beside it")));
    }
    Ok(folder)
}

/// The model's name, or the first number after it that is free.
fn unnamed(
    registry: &Registry,
    entries: &[Entry],
    launch: &Launch,
    printer: Printer,
) -> Result<ServerFolder, Failure> {
    const MOST: usize = 1000;
    let id = &launch.about.name;
    let names = std::iter::once(id.clone()).chain((2..MOST).map(|number| format!("{id}-{number}")));
    let free = names.filter_map(|name| registry.folder(&name)).find(|folder| !folder.is_kept());
    let folder = free.ok_or_else(|| Failure::message(Exit::Failed, "there are too many servers"))?;
    if folder.name() != id
        && let Some(other) = entries.iter().find(|entry| entry.record.about.name == *id)
    {
        let differences = differences(&launch.about, &other.record.about);
        printer.say(&format!(
            "`{id}` is running with other options ({differences}): this one is `{}`",
            folder.name()
        ));
    }
    Ok(folder)
}

/// `country GBR, not KEN`: the other server's, then ours.
fn differences(ours: &About, theirs: &About) -> String {
    let mut names: Vec<_> = ours.identity.keys().chain(theirs.identity.keys()).collect();
    names.sort();
    names.dedup();
    let value = |about: &About, name: &str| about.identity.get(name).cloned();
    let mut parts = Vec::new();
    for name in names {
        match (value(theirs, name), value(ours, name)) {
            (theirs, ours) if theirs == ours => {}
            (Some(theirs), Some(ours)) => parts.push(format!("{name} {theirs}, not {ours}")),
            (Some(theirs), None) => parts.push(format!("{name} {theirs}")),
            (None, Some(_)) => parts.push(format!("no {name}")),
            (None, None) => {}
        }
    }
    parts.join("; ")
}

/// Refuses a port that somebody has, and says who.
fn check_port(port: u16, entries: &[Entry]) -> Result<(), Failure> {
    if port == 0 {
        return Ok(());
    }
    match Owner::of(port, entries) {
        None => Ok(()),
        Some(owner) => {
            let text = format!("port {port} is in use by {}", owner.words());
            let hint = format!("{}, or leave `--port` out to take a free one", owner.remedy());
            Err(Failure::message(Exit::PortInUse, text).hint(hint))
        }
    }
}
