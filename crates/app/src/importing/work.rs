//! Batches of files go to the model's server, its rows go to the study.

use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use biowatch_contract::Instance;
use biowatch_study::{Claimed, Import, RecordError, Recorder};

use super::meter::Meter;
use super::{Event, Observer, Plan};
use crate::commands::studies;
use crate::exit::{Exit, Failure};
use crate::model_server::{Asked, Gone, ModelServer};

/// Files of one request: their paths, escaped, are far below what a server takes.
const MOST: usize = 160;
/// Times that a model may end in the middle of its work without a file done in between.
const MOST_ENDS: u32 = 5;
/// Files that our own server may have touched without a row of them: the one in work and the one that is read ahead.
const TOUCHED: usize = 2;
/// Pause before a server that is busy with others is asked again.
const BUSY: Duration = Duration::from_millis(500);

/// Works until no file is left or the import is stopped. Fails when the study or the model does for good.
pub(super) fn work(
    plan: &Plan,
    import: &Import,
    meter: &Meter,
    server: &mut ModelServer<'_>,
    observer: Observer<'_>,
) -> Result<(), Failure> {
    let mut claims = import.claims().map_err(studies::broken)?;
    let mut recorder = import.recorder(&plan.folder).map_err(studies::broken)?;
    let mut ends = Ends { count: 0, done: 0 };
    loop {
        let batch = claims.batch(MOST).map_err(studies::broken)?;
        if batch.is_empty() {
            return Ok(());
        }
        let Some(port) = server.port(&|| import.is_stopped())? else {
            return recorder.give_back().map_err(not_recorded);
        };
        let asked = ask(plan, import, meter, server, port, &batch, &mut recorder)?;
        if import.is_stopped() {
            meter.add(recorder.stopped().map_err(not_recorded)?);
            return recorder.give_back().map_err(not_recorded);
        }
        match asked {
            Ok(Asked::Whole | Asked::Enough) => meter.add(recorder.end().map_err(not_recorded)?),
            Ok(Asked::Busy) => {
                recorder.give_back().map_err(not_recorded)?;
                thread::sleep(BUSY);
            }
            Err(gone) => {
                let (reason, touched) = understand(&gone, server, observer)?;
                meter.add(recorder.broken(&reason, &batch, touched).map_err(not_recorded)?);
                ends.another(meter.done(), &reason)?;
            }
        }
    }
}

/// One request. The inner failure is the model's, the outer one ends the import.
fn ask(
    plan: &Plan,
    import: &Import,
    meter: &Meter,
    server: &ModelServer<'_>,
    port: u16,
    batch: &[Claimed],
    recorder: &mut Recorder,
) -> Result<Result<Asked, Gone>, Failure> {
    let instance =
        |file: &Claimed| Instance { sample_fps: plan.wish.sample_fps, ..Instance::new(file.path.clone()) };
    let instances: Vec<_> = batch.iter().map(instance).collect();
    let mut trouble = None;
    let asked = server.predict(port, &instances, plan.patience(), &mut |row| {
        meter.saw(&row);
        match recorder.row(row) {
            Ok(recorded) => meter.add(recorded),
            Err(error) => trouble = Some(error),
        }
        if trouble.is_some() || import.is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match trouble {
        Some(error) => Err(not_recorded(error)),
        None => Ok(asked),
    }
}

/// Sees to it that the server comes back; tells why it went, and how many files may be to blame.
fn understand(
    gone: &Gone,
    server: &ModelServer<'_>,
    observer: Observer<'_>,
) -> Result<(String, usize), Failure> {
    // A program that is not ours may answer in any order.
    let touched = if server.is_program() { usize::MAX } else { TOUCHED };
    match gone {
        Gone::Wrong(text) => Ok((format!("the model's server failed: {text}"), touched)),
        Gone::Refused(status) => {
            let text = format!("the model's server answered with status {status}");
            Err(Failure::message(Exit::EngineDied, text)
                .hint("it wants the key in `LIT_SERVER_API_KEY`, or another address; `biowatch ps` shows it"))
        }
        Gone::Stalled(seconds) => {
            server.restart();
            let reason = format!("the model said nothing for {seconds} s");
            observer(Event::Trouble(format!("{reason}: starting the model again")));
            Ok((reason, touched))
        }
        Gone::Cut(cut) => {
            let end = server.end().unwrap_or_else(|| cut.clone());
            let reason = format!("the model went away in the middle of the work: {end}");
            observer(Event::Trouble(format!("{reason}: starting the model again")));
            Ok((reason, touched))
        }
    }
}

/// How often the model ended without a file done in between.
struct Ends {
    count: u32,
    done: u64,
}

impl Ends {
    /// Another one, with `done` files done so far.
    fn another(&mut self, done: u64, reason: &str) -> Result<(), Failure> {
        self.count = if done > self.done { 1 } else { self.count + 1 };
        self.done = done;
        if self.count > MOST_ENDS {
            return Err(Failure::message(Exit::EngineDied, reason.to_owned()).hint(
                "it ends again and again; try it with `biowatch predict`, and run this again to go on",
            ));
        }
        Ok(())
    }
}

fn not_recorded(error: RecordError) -> Failure {
    let (exit, hint) = match &error {
        RecordError::FolderGone(_) => (
            Exit::NoSuchPath,
            "connect the card or drive again, then run the same command to go on; no file was blamed",
        ),
        RecordError::Sql(error) if error.is_disk() => {
            (Exit::Failed, "free some space, or connect the disk again; then run the same command to go on")
        }
        RecordError::Sql(_) => (Exit::Failed, "run the same command again to go on"),
    };
    Failure::new(exit, error).hint(hint)
}
