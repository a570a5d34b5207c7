//! The body of a prediction answer: one line, one chunk, one write.

use std::task::{Context, Poll};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::access::{Access, Ending};
use crate::engine::{Call, Line, Reply};

/// The stream ends without its last chunk, so that the client cannot take it for a whole answer.
#[derive(Debug, Error)]
#[error("the answer was cut: {0:?}")]
pub(crate) struct StreamCut(Ending);

/// Lines as the engine makes them. Dropping it before the end tells the engine that the client has left.
pub(crate) struct Rows {
    first: Option<Line>,
    replies: Option<mpsc::Receiver<Reply>>,
    call: Option<Call>,
    access: Option<Access>,
    /// A line was handed out and may still lie in hyper's buffer.
    unflushed: bool,
}

impl Rows {
    /// The answer to a request for nothing.
    pub(crate) fn none() -> Self {
        Self { first: None, replies: None, call: None, access: None, unflushed: false }
    }

    /// `first`, then what comes from `replies`. `call` is given up when the stream ends or is dropped.
    pub(crate) fn new(first: Line, replies: mpsc::Receiver<Reply>, call: Call) -> Self {
        Self { first: Some(first), replies: Some(replies), call: Some(call), access: None, unflushed: false }
    }

    /// Counts the rows in `access`, which is written when the stream ends.
    pub(crate) fn log_in(&mut self, access: Access) {
        self.access = Some(access);
    }

    /// The next line. After each one it is pending once, which makes hyper write it out before the next: two
    /// lines in one write could be split by the network in the middle of the second, and clients that parse each
    /// read on its own would lose it.
    pub(crate) fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>> {
        if std::mem::take(&mut self.unflushed) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(self.hand_out(first))));
        }
        let Some(replies) = &mut self.replies else {
            self.end(Ending::Whole);
            return Poll::Ready(None);
        };
        match replies.poll_recv(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Reply::Line(line))) => Poll::Ready(Some(Ok(self.hand_out(line)))),
            Poll::Ready(Some(Reply::Done)) => {
                self.end(Ending::Whole);
                Poll::Ready(None)
            }
            Poll::Ready(Some(Reply::MissingFile(_)) | None) => {
                self.end(Ending::Cut);
                Poll::Ready(Some(Err(StreamCut(Ending::Cut))))
            }
        }
    }

    fn hand_out(&mut self, line: Line) -> Bytes {
        self.unflushed = true;
        if let Some(access) = &mut self.access {
            access.count_row(&line);
        }
        line.bytes
    }

    fn end(&mut self, ending: Ending) {
        self.replies = None;
        if let Some(call) = self.call.take() {
            call.finished();
        }
        if let Some(access) = &mut self.access {
            access.ending(ending);
        }
    }
}
