//! The model as this crate sees it: facts to show, and one function that predicts.

use std::error::Error;
use std::ops::ControlFlow;

use biowatch_contract::info::{Device, ModelInfo};
use biowatch_contract::{EngineInfo, Instance, Prediction};

use crate::CancelToken;

/// A loaded model. It never leaves the thread that loaded it, so it need not be [`Send`].
pub struct Model {
    /// `info.model`.
    pub info: ModelInfo,
    /// `info.engine`.
    pub engine: EngineInfo,
    /// `info.server.devices`.
    pub devices: Vec<Device>,
    /// Predicts the instances of one request, in order.
    pub predict: Predict,
}

/// Predicts `instances` and hands each row to `emit` as soon as it is known: one row an image, one a video
/// frame, an error row for a file that cannot be read. Returns when all is emitted, when the token is
/// cancelled, or when `emit` answers [`ControlFlow::Break`]: nobody wants the rest.
///
/// A panic in here is the end of the engine: guard each image inside.
pub type Predict = Box<dyn FnMut(Vec<Instance>, &CancelToken, &mut dyn FnMut(Prediction) -> ControlFlow<()>)>;

/// Makes the model, on the engine's thread, while the port already answers 503.
pub type Load = Box<dyn FnOnce() -> Result<Model, LoadError> + Send>;

/// Why the model could not be loaded, as its own crate tells it.
pub type LoadError = Box<dyn Error + Send + Sync>;
