//! What `predict` asks for rows.

use std::ops::ControlFlow;

use biowatch_contract::{Instance, Prediction};
use biowatch_vision::cancel::Cancel;
use biowatch_vision::pipeline::Pipeline;

use super::own::program::Running;
use crate::exit::Failure;

/// A model that is ready.
pub(crate) enum Predictor {
    /// In this process.
    Pipeline(Pipeline),
    /// A program of its own.
    Program(Running),
}

impl Predictor {
    /// Hands a row for each file to `emit`, in order, until it breaks. Fails when the model is gone.
    pub(crate) fn predict(
        &mut self,
        instances: impl Iterator<Item = Instance> + Send,
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        match self {
            Self::Pipeline(pipeline) => {
                pipeline.predict(instances, &Cancel::default(), emit);
                Ok(())
            }
            Self::Program(program) => program.predict(instances, emit),
        }
    }

    /// The model's version, as rows carry it.
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::Pipeline(pipeline) => pipeline.version(),
            Self::Program(program) => program.version(),
        }
    }
}
