//! `GET /metrics`: counts and durations for Prometheus.

use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The text exposition format.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    let text = shared.metrics.render(&shared.gauges());
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(answer::full(StatusCode::OK, Some(content_type), text))
}
