//! An import that runs: search, model and database joined, for whoever wants one. It never prints and never asks a person.
//!
//! [`run`] blocks its thread until the import is over; several may run in one process, on studies of their own or on one. The
//! model is a server behind HTTP, started here when there is work, or one that `biowatch start` left running: no network is
//! computed in this process. What goes on is told to a closure; a [`Stop`] ends it soon, from any thread.
//!
//! ```text
//! run ── search      study::Import::scan, a thread
//!     ├─ watch       a thread: stops on request, tells progress every 200 ms
//!     └─ work        this thread: batches of files to the server, its rows to the study
//! ```
//!
//! Read first: [`Plan`], what is wanted; then [`run`].

mod meter;
mod plan;
mod stop;
mod watch;
mod work;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use biowatch_study::{Counts, Import, Migrated, Order, RunSettings, ScanSettings, Scanned, Studies, Study};

use crate::commands::studies;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::model_server::ModelServer;
use crate::servers::Launch;

pub(crate) use meter::Progress;
pub(crate) use plan::{PATIENCE, Plan, Wish};
pub(crate) use stop::{Stop, Why};

use meter::Meter;
use watch::Watch;

/// What an import tells while it runs.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// How far it is; every 200 ms.
    Progress(Box<Progress>),
    /// Something that a person may want to read, and that ends nothing.
    Note(String),
    /// The same, of something that went wrong.
    Trouble(String),
}

/// Who listens. Called from several threads.
pub(crate) type Observer<'a> = &'a (dyn Fn(Event) + Sync);

/// How an import ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Id and name of the study.
    pub(crate) study: (String, String),
    /// Id of the run.
    pub(crate) run: String,
    /// A copy of the study as it was, where opening it meant bringing it up to date.
    pub(crate) copy: Option<PathBuf>,
    /// What the search came to, or why it broke off.
    pub(crate) scanned: Result<Scanned, Failure>,
    /// How the jobs of the run stand.
    pub(crate) counts: Counts,
    /// Who ended it before its end.
    pub(crate) stopped: Option<Why>,
    /// What ended the work before its end; what is written is whole.
    pub(crate) failure: Option<Failure>,
}

/// Imports, or goes on importing, until there is nothing left to do, something fails or `stop` is asked for. Fails when it could
/// not begin.
pub(crate) fn run(
    plan: &Plan,
    environment: &Environment,
    stop: &Stop,
    observer: Observer<'_>,
) -> Result<Outcome, Failure> {
    let (mut study, launch, settings) = open(plan)?;
    study.queue(&settings, &plan.remembered(&launch)).map_err(studies::broken)?;
    let import = Import::begin(&mut study, settings).map_err(studies::broken)?;
    let meter = Meter::start(import.counts(&study).map_err(studies::broken)?);
    let log = format!("server-{}-{}.log", std::process::id(), import.run_id());
    let log = study.file().with_file_name(".importers").join(log);
    let say = |text: &str| observer(Event::Note(text.to_owned()));
    let server = ModelServer::new(&launch, environment, log, &say);
    let (failure, scanned) = at_once(plan, &import, &meter, server, stop, observer);
    let run = import.run_id().to_owned();
    // Whose files were all dropped may not have heard of it.
    let is_cancelled = import.orders().and_then(|orders| Ok(orders.order()? == Some(Order::Cancel)));
    if is_cancelled.unwrap_or(false) {
        stop.ask(Why::Cancelled);
    }
    let reason = failure.as_ref().map(|failure| failure.error.to_string());
    let counts = import.finish(&mut study, reason.as_deref()).map_err(studies::broken)?;
    let about = study.about();
    Ok(Outcome {
        study: (about.id.clone(), about.name.clone()),
        run,
        copy: copy(&study),
        scanned,
        counts,
        stopped: stop.why(),
        failure,
    })
}

/// Queues an import for later: `studies resume` runs it, and whatever else runs queues. Returns the id of its run.
pub(crate) fn queue(plan: &Plan) -> Result<String, Failure> {
    let (mut study, launch, settings) = open(plan)?;
    study.queue(&settings, &plan.remembered(&launch)).map_err(studies::broken)
}

/// What an import needs, once its model was found; a study is made only then.
fn open(plan: &Plan) -> Result<(Study, Launch, RunSettings), Failure> {
    let (launch, rows) = Launch::of(&plan.model, plan.wish.options.clone(), 0)?;
    let folder = Studies::new(plan.model.data.studies(), plan.model.data.staging());
    let study = folder.open_or_create(&plan.study).map_err(studies::not_opened)?;
    Ok((study, launch, plan.run_settings(rows)))
}

/// Searches, predicts and watches side by side until there is nothing left, or something stops it.
fn at_once(
    plan: &Plan,
    import: &Import,
    meter: &Meter,
    mut server: ModelServer<'_>,
    stop: &Stop,
    observer: Observer<'_>,
) -> (Option<Failure>, Result<Scanned, Failure>) {
    let scan_settings = ScanSettings {
        folder: plan.folder.clone(),
        clock: plan.clock.clone(),
        deployments: plan.deployments.clone(),
    };
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let scanning = scope.spawn(|| import.scan(&scan_settings));
        let watch = Watch { import, meter, stop, observer, server: server.watched() };
        let over = &is_over;
        scope.spawn(move || watch.run(over));
        let failure = work::work(plan, import, meter, &mut server, observer).err();
        if failure.is_some() {
            import.stop();
        }
        // Its end is part of the import: whoever hears of that finds nothing running.
        drop(server);
        let scanned = scanning.join();
        is_over.store(true, Ordering::Relaxed);
        let panicked =
            || Failure::message(Exit::Failed, "the search of the folder ended by a mistake in this program");
        (failure, scanned.map_err(|_| panicked()).and_then(|scanned| scanned.map_err(studies::broken)))
    })
}

fn copy(study: &Study) -> Option<PathBuf> {
    match study.migrated() {
        Migrated::Upgraded { copy } => Some(copy.clone()),
        Migrated::Nothing | Migrated::OwnTables => None,
    }
}
