//! `biowatch import`: a folder of photos and videos becomes media with predictions in a study.
//!
//! The work is done by [`importing`]; here it is told of.

mod progress;

use biowatch_study::{Counts, Scanned};

use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::importing::{self, Event, Outcome, Plan, Stop, Why};
use crate::interrupt::Interrupt;
use crate::printer::Printer;
use crate::settings::ImportSettings;

use progress::Progress;

/// Imports, goes on importing, or only queues.
pub(crate) fn run(
    settings: &ImportSettings,
    environment: &Environment,
    printer: Printer,
) -> Result<Exit, Failure> {
    let ImportSettings { plan, later, quiet } = settings;
    if !later {
        return now(plan, *quiet, environment, printer);
    }
    let run = importing::queue(plan)?;
    printer.line(&run)?;
    printer.say(&format!("queued; `biowatch studies resume '{}'` runs it", plan.study));
    Ok(Exit::Done)
}

/// Imports here and now, and tells of it.
pub(crate) fn now(
    plan: &Plan,
    quiet: bool,
    environment: &Environment,
    printer: Printer,
) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen(printer, "stopping after the files in hand")?;
    let stop = Stop::default();
    let progress = Progress::start(printer, quiet);
    let outcome = importing::run(plan, environment, &stop, &|event| {
        interrupt.work_begins();
        if interrupt.asked() {
            stop.ask(Why::Interrupted);
        }
        match event {
            Event::Progress(now) => progress.show(&now),
            Event::Note(_) if quiet => {}
            Event::Note(text) => progress.aside(|| printer.say(&text)),
            Event::Trouble(text) => progress.aside(|| printer.warn(&text)),
        }
    });
    progress.finish();
    let Outcome { study, run, copy, scanned, counts, stopped, failure } = outcome?;
    if let Some(copy) = copy {
        printer.say(&format!(
            "the study was brought up to date; as it was before it is kept in `{}`",
            copy.display()
        ));
    }
    let scanned = scanned?;
    if !quiet {
        tell(&scanned, counts, &study, printer);
    }
    let by_others = match stopped {
        Some(Why::Paused) => Some("paused"),
        Some(Why::Cancelled) => Some("cancelled"),
        Some(Why::Interrupted) | None => None,
    };
    if let Some(word) = by_others {
        printer.say(&format!("{word} from elsewhere: run {run}"));
    }
    match failure {
        Some(failure) => Err(failure),
        None => exit(stopped.is_some(), &scanned, counts),
    }
}

fn tell(scanned: &Scanned, counts: Counts, (id, name): &(String, String), printer: Printer) {
    let mut found = vec![format!("{} new files", scanned.added)];
    let mut more = |count: u64, text: &str| {
        if count > 0 {
            found.push(format!("{count} {text}"));
        }
    };
    more(scanned.known, "known");
    more(scanned.moved, "found at a new place");
    more(scanned.copies, "copies of others");
    more(scanned.undated, "without a date");
    more(scanned.unreadable, "that cannot be opened");
    more(scanned.unnamed, "with paths that are not Unicode");
    let whole = if scanned.is_whole { "" } else { " before the search was stopped" };
    printer.say(&format!("found {}{whole}", found.join(", ")));
    for (folder, error) in &scanned.unreadable_folders {
        printer.warn(&format!("files in `{}` are left out: {error}", folder.display()));
    }
    for folder in &scanned.unused_rows {
        printer.warn(&format!(
            "the table of deployments describes `{folder}`, and there is no such folder with media"
        ));
    }
    let mut parts = vec![format!("{} predicted", counts.completed)];
    if counts.failed > 0 {
        parts.push(format!("{} failed", counts.failed));
    }
    if counts.pending > 0 {
        parts.push(format!("{} still to do", counts.pending));
    }
    if counts.processing > 0 {
        parts.push(format!("{} in the hands of other importers", counts.processing));
    }
    printer.say(&format!("study `{name}` ({id}): {}", parts.join(", ")));
    if counts.failed > 0 {
        printer.say(&format!("the reasons: biowatch studies errors '{name}'"));
    }
}

fn exit(is_stopped: bool, scanned: &Scanned, counts: Counts) -> Result<Exit, Failure> {
    if is_stopped {
        return Ok(Exit::Interrupted);
    }
    let found = scanned.added + scanned.known + scanned.moved + scanned.copies;
    if counts.total() + found == 0 && scanned.unreadable_folders.is_empty() && scanned.unnamed == 0 {
        return Err(Failure::message(Exit::NothingToPredict, "there are no photos or videos in the folder").hint(
            "photos are files ending in jpg, jpeg, png, gif, bmp or webp; videos in mp4, mkv, mov, webm, avi or m4v",
        ));
    }
    let is_clean = counts.failed == 0 && scanned.unreadable_folders.is_empty() && scanned.unnamed == 0;
    Ok(if is_clean { Exit::Done } else { Exit::SomeFilesFailed })
}
