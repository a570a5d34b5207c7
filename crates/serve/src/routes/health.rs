//! `GET /health` and `/readyz`: whether predictions would be answered now.
//!
//! Read from the state the engine publishes; it never waits behind an inference.

use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `ok`, two bytes and no content type, or 503 `not ready`: both to the byte what the reference sends.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    if shared.ready().is_ok() {
        return Ok(answer::bare(StatusCode::OK, "ok"));
    }
    let mut answer = answer::bare(StatusCode::SERVICE_UNAVAILABLE, "not ready");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    Ok(answer)
}
