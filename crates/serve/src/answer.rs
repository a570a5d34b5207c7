//! Answers: a body that is there at once, or rows that come as they are ready.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

use crate::rows::{Rows, StreamCut};

/// The body of an answer.
pub(crate) enum Body {
    /// All of it. Sent with its length.
    Full(Bytes),
    /// One chunk a row. Its length is never known, so it is always chunked (or ends the connection in HTTP/1.0).
    Rows(Box<Rows>),
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = StreamCut;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamCut>>> {
        match self.get_mut() {
            Self::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Rows(rows) => rows.poll_line(cx).map(|line| line.map(|line| line.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_empty(),
            Self::Rows(rows) => rows.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Rows(_) => SizeHint::default(),
        }
    }
}

/// An answer that is there at once.
pub(crate) fn full(
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let mut response = Response::new(Body::Full(body.into()));
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

/// Bare text without a content type, as the reference sends `ok`.
pub(crate) fn bare(status: StatusCode, text: &'static str) -> Response<Body> {
    full(status, None, text)
}

/// JSON.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    full(status, Some(HeaderValue::from_static("application/json")), body)
}

/// A stream of rows.
pub(crate) fn rows(rows: Rows) -> Response<Body> {
    let mut response = Response::new(Body::Rows(Box::new(rows)));
    let content_type = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// What a handler's future yields: refusals are answers too, so nothing fails.
pub(crate) type Handled = Result<Response<Body>, Infallible>;
