//! One log line and one set of counts for each request, written when its answer is over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use hyper::{Method, StatusCode, Version};

use crate::engine::Line;
use crate::metrics::Metrics;

/// Longest request target shown in the log, bytes.
const SHOWN_TARGET: usize = 200;

/// Routes that are asked every few seconds by whoever looks after the server; they are worth a line only when they
/// fail.
const WATCHED: [&str; 6] =
    ["/health", "/readyz", "/livez", "/v2/health/ready", "/v2/health/live", "/metrics"];

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All of it was handed over.
    Whole,
    /// We broke it off: the server stopped or the engine died.
    Cut,
    /// The client left first.
    ClientLeft,
}

/// What is known of one request. Dropping it writes the line; until an ending is set the client counts as gone.
pub(crate) struct Access {
    facts: Facts,
    metrics: Arc<Metrics>,
    began: Instant,
    status: Option<StatusCode>,
    ending: Ending,
    rows: u64,
    failed: u64,
    bytes: u64,
}

/// The request's first line and sender, kept for the log.
pub(crate) struct Facts {
    pub(crate) peer: SocketAddr,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) version: Version,
    /// The route's path, or `other`: a label with few values.
    pub(crate) route: &'static str,
}

impl Access {
    /// Begins with a request that has just arrived.
    pub(crate) fn new(mut facts: Facts, metrics: Arc<Metrics>) -> Self {
        // A target is ASCII, so every index is a character boundary.
        facts.target.truncate(SHOWN_TARGET);
        metrics.request_began();
        Self {
            facts,
            metrics,
            began: Instant::now(),
            status: None,
            ending: Ending::ClientLeft,
            rows: 0,
            failed: 0,
            bytes: 0,
        }
    }

    /// The answer's status is settled; its rows may still come.
    pub(crate) fn status(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    /// One row was handed over.
    pub(crate) fn count_row(&mut self, line: &Line) {
        self.rows += 1;
        self.failed += u64::from(line.is_error);
        self.bytes += line.bytes.len() as u64;
    }

    /// The answer ended so.
    pub(crate) fn ending(&mut self, ending: Ending) {
        self.ending = ending;
    }

    /// The answer is handed over whole, with `status`.
    pub(crate) fn done(mut self, status: StatusCode) {
        self.status(status);
        self.ending(Ending::Whole);
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let seconds = self.began.elapsed().as_secs_f64();
        let code = self.status.map_or(499, |status| status.as_u16());
        self.metrics.request_ended(self.facts.route, code, self.ending, seconds);
        self.metrics.rows_sent(self.rows, self.failed, self.bytes);
        let Facts { peer, method, target, version, .. } = &self.facts;
        let reason = self.status.map_or("Client Left", |status| status.canonical_reason().unwrap_or(""));
        let milliseconds = (seconds * 1e4).round() / 10.0;
        let (rows, failed) = (self.rows, self.failed);
        match (self.ending, self.rows) {
            (Ending::Whole, 0) if code == 200 && WATCHED.contains(&self.facts.route) => tracing::debug!(
                target: "access",
                "{peer} - \"{method} {target} {version:?}\" {code} {reason} {milliseconds} ms"
            ),
            (Ending::Whole, 0) => tracing::info!(
                target: "access",
                "{peer} - \"{method} {target} {version:?}\" {code} {reason} {milliseconds} ms"
            ),
            (Ending::Whole, _) => tracing::info!(
                target: "access",
                "{peer} - \"{method} {target} {version:?}\" {code} {reason} {milliseconds} ms, {rows} rows, {failed} failed"
            ),
            (Ending::Cut, _) => tracing::warn!(
                target: "access",
                "{peer} - \"{method} {target} {version:?}\" {code} {reason} {milliseconds} ms, {rows} rows, \
                 {failed} failed, then cut"
            ),
            (Ending::ClientLeft, _) => tracing::info!(
                target: "access",
                "{peer} - \"{method} {target} {version:?}\" {code} {reason} {milliseconds} ms, {rows} rows, \
                 {failed} failed, then the client left"
            ),
        }
    }
}
