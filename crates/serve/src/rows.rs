//! The body of a prediction answer: one line, one chunk, one write.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::access::{Access, Ending};
use crate::engine::{Call, Line, Reply};

/// The stream ends without its last chunk, so that the client cannot take it for a whole answer.
#[derive(Debug, Error)]
#[error("the answer was cut")]
pub(crate) struct StreamCut;

/// Lines as the engine makes them. Dropping it before the end tells the engine that the client has left.
pub(crate) struct Rows {
    /// Taken from `replies` already.
    ahead: Option<Reply>,
    replies: Option<mpsc::Receiver<Reply>>,
    call: Option<Call>,
    access: Option<Access>,
    /// A line was handed out and may still lie in hyper's buffer.
    unflushed: bool,
    over: bool,
}

impl Rows {
    /// The answer to a request for nothing.
    pub(crate) fn none() -> Self {
        let ahead = Some(Reply::Done);
        Self { ahead, replies: None, call: None, access: None, unflushed: false, over: false }
    }

    /// `first`, then what comes from `replies`. `call` is given up when the stream ends or is dropped.
    pub(crate) fn new(first: Line, replies: mpsc::Receiver<Reply>, call: Call) -> Self {
        let ahead = Some(Reply::Line(first));
        Self { ahead, replies: Some(replies), call: Some(call), access: None, unflushed: false, over: false }
    }

    /// Counts the rows in `access`, which is written when the stream ends.
    pub(crate) fn log_in(&mut self, access: Access) {
        self.access = Some(access);
    }

    /// Whether the last line was handed out.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// The next line. After each one it is pending once, which makes hyper write it out before the next: two
    /// lines in one write could be split by the network in the middle of the second, and clients that parse each
    /// read on its own would lose it.
    pub(crate) fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>> {
        if std::mem::take(&mut self.unflushed) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(match ready!(self.poll_reply(cx)) {
            Some(Reply::Line(line)) => Some(Ok(self.hand_out(line))),
            Some(Reply::Done) => {
                self.end(Ending::Whole);
                None
            }
            Some(Reply::MissingFile(_)) | None => {
                self.end(Ending::Cut);
                Some(Err(StreamCut))
            }
        })
    }

    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Option<Reply>> {
        match (self.ahead.take(), &mut self.replies) {
            (Some(reply), _) => Poll::Ready(Some(reply)),
            (None, Some(replies)) => replies.poll_recv(cx),
            (None, None) => Poll::Ready(None),
        }
    }

    /// Looks one reply ahead: when the line is the last, its write carries the end of the stream too.
    fn hand_out(&mut self, line: Line) -> Bytes {
        if let Some(access) = &mut self.access {
            access.count_row(&line);
        }
        self.ahead = self.replies.as_mut().and_then(|replies| replies.try_recv().ok());
        if matches!(self.ahead, Some(Reply::Done)) {
            self.end(Ending::Whole);
        } else {
            self.unflushed = true;
        }
        line.bytes
    }

    fn end(&mut self, ending: Ending) {
        self.over = true;
        self.ahead = None;
        self.replies = None;
        if let Some(call) = self.call.take() {
            call.finished();
        }
        if let Some(mut access) = self.access.take() {
            access.ending(ending);
        }
    }
}
