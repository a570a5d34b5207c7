//! `GET /livez`: whether the process is worth keeping, be it still loading.

use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::engine::EngineState;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// 503 only when the engine is gone.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    match *shared.engine.state().borrow() {
        EngineState::Died | EngineState::Failed => {
            Ok(answer::bare(StatusCode::SERVICE_UNAVAILABLE, "engine gone"))
        }
        EngineState::Loading | EngineState::Ready(_) | EngineState::Ended => {
            Ok(answer::bare(StatusCode::OK, "ok"))
        }
    }
}
