//! `POST /predict`: rows for a list of files, each as soon as it is known.

use std::sync::Arc;
use std::time::Duration;

use biowatch_contract::PredictRequest;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header;
use hyper::{Request, Response};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::answer::{self, Body};
use crate::engine::{Call, Reply};
use crate::guard;
use crate::refusal::Refusal;
use crate::rows::Rows;
use crate::settings::Limits;
use crate::shared::Shared;

/// Holds the head until there is a row, a refusal, or nothing to say: only then is the status known.
pub(crate) async fn post(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
    guard::body_kind(request.headers())?;
    let body = read_body(request, &shared.settings.limits).await?;
    let PredictRequest { instances } = PredictRequest::parse(&body)?;
    shared.ready()?;
    if instances.is_empty() {
        return Ok(answer::rows(Rows::none()));
    }
    let (call, mut replies) = shared.engine.submit(instances)?;
    match first_reply(&call, &mut replies, shared.settings.timeout).await? {
        Some(Reply::Line(line)) => Ok(answer::rows(Rows::new(line, replies, call))),
        Some(Reply::Done) => {
            call.finished();
            Ok(answer::rows(Rows::none()))
        }
        Some(Reply::MissingFile(path)) => Err(Refusal::MissingFile(path)),
        None => Err(shared.engine.closed()),
    }
}

/// The engine's first word. The limit is on the wait in the queue: work that has begun is waited for.
async fn first_reply(
    call: &Call,
    replies: &mut mpsc::Receiver<Reply>,
    limit: Option<Duration>,
) -> Result<Option<Reply>, Refusal> {
    let Some(limit) = limit else { return Ok(replies.recv().await) };
    match timeout(limit, replies.recv()).await {
        Ok(reply) => Ok(reply),
        Err(_) if call.withdraw() => Err(Refusal::QueueTimeout),
        Err(_) => Ok(replies.recv().await),
    }
}

/// The whole body, within its limits of size and time. A length that is announced is judged before reading.
async fn read_body(request: Request<Incoming>, limits: &Limits) -> Result<Bytes, Refusal> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced: Option<u64> = announced.and_then(|length| length.parse().ok());
    if announced.is_some_and(|length| length > limits.body_bytes as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    let limited = Limited::new(request.into_body(), limits.body_bytes);
    match timeout(limits.body_time, limited.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::BodyTooLarge),
        Ok(Err(_)) => Err(Refusal::BodyBroken),
        Err(_) => Err(Refusal::BodyTimeout(limits.body_time.as_secs())),
    }
}
