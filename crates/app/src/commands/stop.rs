//! `biowatch stop`: asked, told, killed.

use std::time::{Duration, Instant};

use biowatch_supervisor::control::{Talk, TalkError, Wish};
use biowatch_supervisor::machine::Step;
use biowatch_supervisor::registry::{Entry, Registry};
use biowatch_supervisor::{Phase, Report};

use crate::cli::Stop;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers;

/// How long all steps may take together: the keeper's own deadlines are shorter.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stops one server or all.
pub(crate) fn run(typed: &Stop, registry: &Registry, printer: Printer) -> Result<Exit, Failure> {
    let wish = if typed.kill { Wish::Kill } else { Wish::Stop };
    let Some(meant) = &typed.server else { return all(registry, wish, printer) };
    stop(&servers::find(registry, meant)?, wish, printer)?;
    Ok(Exit::Done)
}

fn all(registry: &Registry, wish: Wish, printer: Printer) -> Result<Exit, Failure> {
    let mut entries = registry.live();
    entries.retain(|entry| entry.kept);
    if entries.is_empty() {
        printer.say("no server is running");
    }
    let mut exit = Exit::Done;
    for entry in &entries {
        if let Err(failure) = stop(entry, wish, printer) {
            printer.failure(&failure);
            exit = failure.exit;
        }
    }
    Ok(exit)
}

fn stop(entry: &Entry, wish: Wish, printer: Printer) -> Result<(), Failure> {
    let name = &entry.record.about.name;
    let control = entry.record.control.as_ref().filter(|_| entry.kept);
    let Some(control) = control else { return not_running(entry, printer) };
    let mut talk = match Talk::begin(control, wish) {
        Ok(talk) => talk,
        Err(error) => return ended(entry, error, printer),
    };
    let until = Instant::now() + PATIENCE;
    let mut shown = if wish == Wish::Kill { Step::Kill } else { Step::Ask };
    printer.say(&format!("{name}: {}", doing(shown)));
    loop {
        match talk.next(Duration::from_secs(1)) {
            Ok(report) if report.phase.is_over() => return over(name, &report, printer),
            Ok(report) => {
                if let Phase::Stopping { step, .. } = report.phase
                    && step > shown
                {
                    shown = step;
                    printer.say(&format!("{name}: {}", doing(step)));
                }
            }
            Err(TalkError::Silent) if Instant::now() < until => {}
            Err(error) => return ended(entry, error, printer),
        }
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Ask => "asking it to stop",
        Step::Terminate => "it does not stop when it is asked: sending SIGTERM",
        Step::Kill => "killing it",
    }
}

fn over(name: &str, report: &Report, printer: Printer) -> Result<(), Failure> {
    if let Phase::Failed { fault, .. } = &report.phase {
        return Err(Failure::message(Exit::Failed, format!("`{name}`: {fault}"))
            .hint("a restart of the machine ends it; a disk or graphics card that hangs can be the cause"));
    }
    let by = match &report.phase {
        Phase::Stopped { step: Some(Step::Kill), .. } => ": it had to be killed",
        Phase::Stopped { step: Some(Step::Terminate), .. } => ": it took a SIGTERM",
        _ => "",
    };
    printer.line(&format!("{name} is stopped{by}"))?;
    Ok(())
}

/// It may have ended between our look and our question.
fn ended(entry: &Entry, error: TalkError, printer: Printer) -> Result<(), Failure> {
    let name = &entry.record.about.name;
    match entry.folder.entry() {
        Some(now) if now.kept => Err(Failure::new(Exit::Failed, error).hint(format!(
            "the process that looks after `{name}` is {}: kill that one, and its server ends with it",
            now.record.keeper
        ))),
        Some(now) if now.record.report.phase.is_over() => over(name, &now.record.report, printer),
        _ => {
            printer.line(&format!("{name} is stopped"))?;
            Ok(())
        }
    }
}

fn not_running(entry: &Entry, printer: Printer) -> Result<(), Failure> {
    let name = &entry.record.about.name;
    let state = servers::state(entry);
    entry.folder.forget()?;
    printer.line(&match state {
        "lost" => {
            format!("{name} was not running any more: what looked after it was killed, and it ended with it")
        }
        "failed" => format!("{name} was not running: it had failed, and is forgotten now; its log stays"),
        _ => format!("{name} was not running"),
    })?;
    Ok(())
}
