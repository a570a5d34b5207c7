//! What a model does with a list of files, whichever model it is.

mod ahead;
pub(crate) mod run;

use std::ops::ControlFlow;

use biowatch_contract::{EngineInfo, Instance, Prediction};

use crate::cancel::Cancel;
use crate::detector_model::DetectorModel;
use crate::speciesnet::SpeciesNet;

/// A model, ready to predict.
pub enum Pipeline {
    /// Google's SpeciesNet.
    SpeciesNet(Box<SpeciesNet>),
    /// DeepFaune, Manas, MegaDetector, and models of their kind.
    Detector(Box<DetectorModel>),
}

impl Pipeline {
    /// Hands one row for each photo and each sampled frame of `instances` to `emit`, in order, until `emit` breaks or
    /// `cancel` is raised.
    ///
    /// A file that cannot be read or predicted gives a row that says so, and the rest goes on; that holds for
    /// a panic in a decoder or an engine too. While one file is predicted the next is read, on a thread of its
    /// own that takes from `instances`: an iterator that waits makes a break wait for it. Blocks until done.
    /// A cancelled inference is interrupted; the file it was for gets no row.
    pub fn predict(
        &mut self,
        instances: impl Iterator<Item = Instance> + Send,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) {
        match self {
            Self::SpeciesNet(model) => model.predict(instances, cancel, emit),
            Self::Detector(model) => model.predict(instances, cancel, emit),
        }
    }

    /// The model's version, as rows carry it.
    pub fn version(&self) -> &str {
        match self {
            Self::SpeciesNet(model) => model.version(),
            Self::Detector(model) => model.version(),
        }
    }

    /// What computes.
    pub fn engine(&self) -> &EngineInfo {
        match self {
            Self::SpeciesNet(model) => model.engine(),
            Self::Detector(model) => model.engine(),
        }
    }

    /// Names of the options in force that make rows differ from the reference's.
    pub fn options(&self) -> Vec<String> {
        match self {
            Self::SpeciesNet(model) => model.options(),
            Self::Detector(model) => model.options(),
        }
    }
}
