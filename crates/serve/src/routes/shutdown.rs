//! `POST /shutdown`: the graceful end, for whoever holds the key.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::answer::{self, Body};
use crate::guard;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The reference's words, then the end: see `run.rs`. Asking twice is harmless.
pub(crate) async fn post(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
    guard::shutdown_key(request.headers(), shared.settings.keys.shutdown.as_ref())?;
    tracing::info!("asked to shut down over HTTP");
    shared.stop.stop();
    Ok(answer::bare(StatusCode::OK, "Server is initiating graceful shutdown."))
}
