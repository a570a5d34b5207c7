//! Waiting for a server to get ready, with something to look at.

use std::time::{Duration, Instant};

use biowatch_supervisor::control::{Talk, TalkError, Wish};
use biowatch_supervisor::machine::Why;
use biowatch_supervisor::registry::{Record, ServerFolder};
use biowatch_supervisor::{Phase, Report, last_lines};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers::{exit_of, last_words, span, without_mark};

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(200);
/// Between two lines where nobody looks on.
const LINE: Duration = Duration::from_secs(10);
/// Seconds after which a person may want to go.
const PATIENT: u64 = 5;
/// How long a keeper may say nothing at first.
const FIRST_WORD: Duration = Duration::from_secs(10);

/// How to tell what happens.
pub(crate) struct Told {
    pub(crate) printer: Printer,
    pub(crate) json: bool,
}

/// Shows how a server gets ready, and says where it is; or why it does not get ready.
pub(crate) fn follow(folder: &ServerFolder, told: &Told) -> Result<Exit, Failure> {
    let Some(record) = folder.record() else { return Err(keeper_is_gone(folder)) };
    watch(folder, &record, Wish::Watch, told)
}

/// As [`follow`], having wished for something.
pub(crate) fn watch(
    folder: &ServerFolder,
    record: &Record,
    wish: Wish,
    told: &Told,
) -> Result<Exit, Failure> {
    let last_word = || folder.record().map(|record| record.report).filter(|report| report.phase.is_over());
    let mut talk = match record.control.as_ref().map(|control| Talk::begin(control, wish)) {
        Some(Ok(talk)) => talk,
        Some(Err(_)) | None => {
            let report = last_word().ok_or_else(|| keeper_is_gone(folder))?;
            return over(folder, &report);
        }
    };
    let mut progress = Progress::start(told.printer, folder.name());
    // A restart begins with a server that is still ready.
    let mut old = (wish == Wish::Restart).then_some(record.report.pid);
    let mut latest: Option<Report> = None;
    let begun = Instant::now();
    loop {
        match talk.next(TICK) {
            Ok(report) => {
                if old.is_some_and(|old| old != report.pid) {
                    old = None;
                }
                if report.phase.is_over() {
                    progress.clear();
                    return over(folder, &report);
                }
                if matches!(report.phase, Phase::Ready { .. }) && old.is_none() {
                    progress.clear();
                    return ready(folder, record, &report, told);
                }
                progress.hear(&report);
                latest = Some(report);
            }
            Err(TalkError::Silent) if latest.is_some() || begun.elapsed() < FIRST_WORD => {}
            Err(TalkError::Ended) => {
                progress.clear();
                return over(folder, &last_word().ok_or_else(|| keeper_is_gone(folder))?);
            }
            Err(error) => return Err(Failure::new(Exit::Failed, error)),
        }
        progress.tick();
    }
}

fn ready(folder: &ServerFolder, record: &Record, report: &Report, told: &Told) -> Result<Exit, Failure> {
    let url = report.url().unwrap_or_default();
    if told.json {
        let value = json!({
            "name": record.about.name, "url": url, "port": report.port, "pid": report.pid, "keeper": record.keeper,
            "model": record.about.model, "version": record.about.version, "log": folder.log(),
        });
        told.printer.line(&value.to_string())?;
        return Ok(Exit::Done);
    }
    told.printer.line(&format!("{} is ready on {url}", folder.name()))?;
    let idle = record.idle_seconds.map_or("it runs until then".to_owned(), |seconds| {
        format!("it ends by itself after {} without a request", span(seconds))
    });
    told.printer.say(&format!("`biowatch stop {}` stops it; {idle}", folder.name()));
    Ok(Exit::Done)
}

/// Why a server that should be ready is over.
fn over(folder: &ServerFolder, report: &Report) -> Result<Exit, Failure> {
    let name = folder.name();
    let fault = match &report.phase {
        Phase::Failed { fault, .. } => fault,
        Phase::Stopped { why, .. } => {
            let by = match why {
                Why::Asked => "somebody stopped it",
                Why::Idle => "nothing was asked of it for a long time",
                Why::Elsewhere => "somebody asked the server itself, over HTTP or by a signal",
                Why::KeeperEnds => "the process that looks after it was told to end",
            };
            return Err(Failure::message(Exit::Failed, format!("`{name}` was stopped: {by}")));
        }
        _ => return Err(keeper_is_gone(folder)),
    };
    let failure = Failure::message(
        exit_of(fault),
        format!("`{name}` did not get ready: {fault}{}", last_words(report)),
    );
    Err(failure.hint(format!("`biowatch logs {name}` shows all it wrote")))
}

fn keeper_is_gone(folder: &ServerFolder) -> Failure {
    let words: String = last_lines(&folder.keeper_log(), 5)
        .unwrap_or_default()
        .iter()
        .map(|line| format!("\n  | {line}"))
        .collect();
    let text =
        format!("the process that looks after `{}` is gone, and its server with it{words}", folder.name());
    Failure::message(Exit::Failed, text).hint(format!("`biowatch restart {}` starts it again", folder.name()))
}

/// One line that is redrawn for a person, or a line now and then.
struct Progress {
    printer: Printer,
    bar: Option<ProgressBar>,
    name: String,
    begun: Instant,
    shown: Instant,
    said: String,
}

impl Progress {
    fn start(printer: Printer, name: &str) -> Self {
        let bar = printer.is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
            ProgressBar::new_spinner().with_style(style)
        });
        let now = Instant::now();
        Self { printer, bar, name: name.to_owned(), begun: now, shown: now, said: String::new() }
    }

    fn hear(&mut self, report: &Report) {
        let doing = match &report.phase {
            Phase::Waiting { .. } => {
                let fault = report.trouble.as_ref().map(|trouble| trouble.fault.to_string());
                format!("{}; it is started again soon", fault.unwrap_or_default())
            }
            Phase::Stopping { .. } => "stopping".to_owned(),
            _ => report.saying.as_deref().map(without_mark).unwrap_or("loading").to_owned(),
        };
        if doing == self.said {
            return;
        }
        self.said = doing;
        if self.bar.is_none() {
            self.printer.say(&format!("{}: {}", self.name, self.said));
            self.shown = Instant::now();
        }
    }

    fn tick(&mut self) {
        let seconds = self.begun.elapsed().as_secs();
        if let Some(bar) = &self.bar {
            let leave = if seconds < PATIENT { "" } else { " (Ctrl-C leaves it to load alone)" };
            bar.set_message(format!("{}: {seconds} s, {}{leave}", self.name, self.said));
            bar.tick();
        } else if self.shown.elapsed() >= LINE {
            self.shown = Instant::now();
            self.printer.say(&format!("{}: {seconds} s, {}", self.name, self.said));
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
