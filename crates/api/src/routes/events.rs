//! `GET /events`: what goes on, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sse, KeepAlive};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use crate::api::Api;
use crate::events::Event;
use crate::problem::Problem;

/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After which a browser tries again.
const RETRY: Duration = Duration::from_secs(2);

/// What goes on
///
/// Events of the types `run`, `install`, `server`, `study` and `export` carry in `data` what `GET` of that thing answers.
/// After a cut the browser sends `Last-Event-ID`, and the stream goes on; where it cannot, there is one event `reset`, and
/// everything is to be fetched again.
#[utoipa::path(get, path = "/events", tag = "system", operation_id = "followEvents",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen")),
    responses((status = 200, description = "Events without end", body = String, content_type = "text/event-stream"), Problem))]
pub(crate) async fn get(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let watch = api.events.watch().ok_or_else(|| Problem::unavailable("the server is ending"))?;
    let last =
        headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default().parse().unwrap_or(0));
    let seen = last.unwrap_or_else(|| api.events.now());
    let keep_alive = KeepAlive::new().interval(HEARTBEAT);
    Ok(axum::response::Sse::new(stream(api, watch, seen)).keep_alive(keep_alive).into_response())
}

struct Reading {
    api: Api,
    watch: watch::Receiver<u64>,
    seen: u64,
    waiting: VecDeque<Arc<Event>>,
    greeted: bool,
}

/// Begins with a word about the reconnection, so that the other side knows that it is heard.
fn stream(api: Api, watch: watch::Receiver<u64>, seen: u64) -> impl Stream<Item = Result<Sse, Infallible>> {
    let reading = Reading { api, watch, seen, waiting: VecDeque::new(), greeted: false };
    stream::unfold(reading, async |mut reading| {
        if !reading.greeted {
            reading.greeted = true;
            return Some((Ok(Sse::default().retry(RETRY).comment("listening")), reading));
        }
        loop {
            if let Some(event) = reading.waiting.pop_front() {
                reading.seen = event.id;
                let sse = Sse::default().id(event.id.to_string()).event(event.kind.word()).data(&event.data);
                return Some((Ok(sse), reading));
            }
            reading.watch.mark_unchanged();
            reading.waiting = reading.api.events.since(reading.seen).into();
            if reading.waiting.is_empty() {
                reading.watch.changed().await.ok()?;
            }
        }
    })
}
