//! `GET /info`: what the model and the server are.

use std::collections::BTreeMap;
use std::time::Duration;

use biowatch_contract::Info;
use biowatch_contract::info::ServerInfo;
use hyper::{Response, StatusCode};
use serde_json::Number;

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Compact JSON, `model` and `server` as LitServe writes them. 503 until the model can say what it is.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    let loaded = shared.ready()?;
    let settings = &shared.settings;
    let info = Info {
        model: loaded.info.clone(),
        server: ServerInfo {
            devices: loaded.devices.clone(),
            workers_per_device: 1,
            timeout: seconds(settings.timeout),
            stream: BTreeMap::from([(settings.api_path.clone(), true)]),
            max_payload_size: Some(settings.limits.body_bytes as u64),
            track_requests: false,
        },
        engine: loaded.engine.clone(),
    };
    // Only a non-string key could fail here, and there is none.
    Ok(answer::json(StatusCode::OK, serde_json::to_vec(&info).unwrap_or_default()))
}

/// A whole number where it is one; -1 for no limit, which is how LitServe is told so.
fn seconds(time: Option<Duration>) -> Number {
    match time {
        None => Number::from(-1),
        Some(time) if time.subsec_nanos() == 0 => Number::from(time.as_secs()),
        Some(time) => Number::from_f64(time.as_secs_f64()).unwrap_or_else(|| Number::from(time.as_secs())),
    }
}
