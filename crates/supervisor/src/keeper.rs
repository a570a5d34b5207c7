//! A process that looks after one server and lives as long as it.

use std::io;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;

use crate::control::Listener;
use crate::guard;
use crate::machine::Why;
use crate::registry::{About, ClaimError, FORMAT, Record, ServerFolder};
use crate::report::Report;
use crate::server::{Handle, Server};
use crate::spec::Spec;
use crate::wall_clock::now_ms;

/// How long blocking work that is left may delay the end.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Why a keeper could not begin.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The folder.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Something that the system refuses.
    #[error("the keeper cannot begin")]
    System(#[source] io::Error),
}

/// Leaves the session of whoever started this process: neither a closed terminal nor Ctrl-C reaches it.
pub fn detach() {
    #[cfg(unix)]
    if let Err(error) = rustix::process::setsid() {
        tracing::warn!("this process stays in the session that it was started in: {error}");
    }
}

/// Looks after a server until it is over, and returns the last report. Blocks.
///
/// SIGTERM, SIGINT and SIGHUP stop the server; the second of them kills it. When this process is killed, the server
/// ends with it, see [`crate::lifeline`].
pub fn run(folder: &ServerFolder, about: About, mut spec: Spec) -> Result<Report, KeepError> {
    let _lock = folder.claim()?;
    guard::adopt_orphans();
    // Nothing else is started by this process.
    spec.alone = true;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(KeepError::System)?;
    let report = runtime.block_on(keep(folder, about, spec)).map_err(KeepError::System);
    runtime.shutdown_timeout(LEFTOVERS);
    report
}

async fn keep(folder: &ServerFolder, about: About, spec: Spec) -> io::Result<Report> {
    let idle_seconds = spec.idle.map(|idle| idle.as_secs());
    let listener = Listener::open().await?;
    let control = listener.control().clone();
    let server = Server::start(spec)?;
    let mut reports = server.report();
    let mut record = Record {
        format: FORMAT,
        about,
        keeper: std::process::id(),
        control: Some(control),
        began: now_ms(),
        idle_seconds,
        report: reports.borrow().clone(),
    };
    folder.write_record(&record)?;
    let (tell_done, done) = watch::channel(false);
    let talks = tokio::spawn(listener.answer(server.clone(), done));
    let signals = tokio::spawn(heed_signals(server.clone()));
    while reports.changed().await.is_ok() {
        let report = reports.borrow_and_update().clone();
        let differs = record.report.without_numbers() != report.without_numbers();
        record.report = report;
        if record.report.phase.is_over() {
            break;
        }
        if differs && let Err(error) = folder.write_record(&record) {
            tracing::warn!("the state cannot be written: {error}");
        }
    }
    record.control = None;
    if let Err(error) = folder.write_record(&record) {
        tracing::warn!("the state cannot be written: {error}");
    }
    tell_done.send_replace(true);
    let _ = talks.await;
    signals.abort();
    Ok(record.report)
}

/// The first asks for an end, the next kills.
async fn heed_signals(server: Handle) -> io::Result<()> {
    let mut signals = Signals::listen()?;
    signals.next().await;
    server.stop(Why::KeeperEnds).await;
    loop {
        signals.next().await;
        server.hurry(Why::KeeperEnds).await;
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hang_up] = kinds.map(signal);
        Ok(Self([terminate?, interrupt?, hang_up?]))
    }

    async fn next(&mut self) {
        let [terminate, interrupt, hang_up] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
