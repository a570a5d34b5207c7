//! What every request may look at.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::Settings;
use crate::engine::{Engine, EngineState, Loaded};
use crate::metrics::{Gauges, Metrics};
use crate::refusal::Refusal;
use crate::stop::{Phase, StopHandle};

/// One server's parts, shared by its connections.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) stop: StopHandle,
    /// Where the server listens.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Shared {
    /// The loaded model's facts, or why there is none to answer.
    pub(crate) fn ready(&self) -> Result<Arc<Loaded>, Refusal> {
        if self.stop.phase() != Phase::Serving {
            return Err(Refusal::Stopping);
        }
        match &*self.engine.state().borrow() {
            EngineState::Ready(loaded) => Ok(Arc::clone(loaded)),
            EngineState::Loading => Err(Refusal::Loading),
            EngineState::Failed | EngineState::Ended | EngineState::Died => Err(Refusal::EngineGone),
        }
    }

    /// Whether only this machine can reach the server.
    pub(crate) fn on_loopback(&self) -> bool {
        self.addresses.iter().all(|address| address.ip().is_loopback())
    }

    /// What `/metrics` shows beside the counts.
    pub(crate) fn gauges(&self) -> Gauges {
        let state = match self.ready() {
            Ok(_) => "ready",
            Err(Refusal::Loading) => "loading",
            Err(Refusal::Stopping) => "stopping",
            Err(_) => "dead",
        };
        Gauges { waiting: self.engine.waiting(), state }
    }
}
