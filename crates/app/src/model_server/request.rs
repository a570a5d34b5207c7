//! One `POST /predict`, and how it can end.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use biowatch_contract::prediction::ForeignRow;
use biowatch_contract::{Instance, Prediction};
use biowatch_supervisor::http::{Request, ask};
use serde_json::json;

use super::ModelServer;

/// How an answer ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The server is through with all it was asked.
    Whole,
    /// Whoever takes rows wants no more.
    Enough,
    /// Others are before us.
    Busy,
}

/// Why there are not all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gone {
    /// The connection broke; how the server ended, where that is known.
    Cut(String),
    /// Nothing came for so many seconds.
    Stalled(u64),
    /// It answered with this status, or wrote what is no row.
    Wrong(String),
    /// It will not answer us, whatever we ask.
    Refused(u16),
}

impl fmt::Display for Gone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(text) | Self::Wrong(text) => out.write_str(text),
            Self::Stalled(seconds) => write!(out, "it said nothing for {seconds} s"),
            Self::Refused(status) => write!(out, "it answered with status {status}"),
        }
    }
}

impl ModelServer<'_> {
    /// Asks for rows of `batch` at `port` and hands them over as they come.
    pub(crate) fn predict(
        &self,
        port: u16,
        batch: &[Instance],
        patience: Duration,
        each: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) -> Result<Asked, Gone> {
        let item =
            |instance: &Instance| json!({"filepath": instance.filepath, "sample_fps": instance.sample_fps});
        let body = json!({"instances": batch.iter().map(item).collect::<Vec<_>>()}).to_string().into_bytes();
        let key = self.environment.api_key.as_ref().map(|key| key.reveal());
        let request = Request { method: "POST", path: "/predict", key, body: &body, patience, whole: None };
        let broke = |error: io::Error| match error.kind() {
            io::ErrorKind::TimedOut => Gone::Stalled(patience.as_secs()),
            io::ErrorKind::InvalidData => Gone::Wrong(error.to_string()),
            _ => Gone::Cut(error.to_string()),
        };
        let mut answer = ask(port, &request).map_err(broke)?;
        match answer.status {
            200 => {}
            503 => return Ok(Asked::Busy),
            401 | 403 | 404 | 405 => return Err(Gone::Refused(answer.status)),
            status => return Err(Gone::Wrong(format!("it answered with status {status}"))),
        }
        while let Some(line) = answer.next_line().map_err(broke)? {
            if line.is_empty() {
                continue;
            }
            let rows = ForeignRow::from_line(&line)
                .map_err(|error| Gone::Wrong(format!("a line is no row: {error}")))?;
            for row in rows {
                if each(Prediction::Foreign(row)).is_break() {
                    return Ok(Asked::Enough);
                }
            }
        }
        Ok(Asked::Whole)
    }
}
