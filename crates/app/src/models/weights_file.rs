//! A weights file, opened once and looked at as often as needed.

use std::path::{Path, PathBuf};

use biowatch_weights::{BuildOptions, Checkpoint, Limits, Network, build_with};

use super::network;
use crate::exit::Failure;

/// A checkpoint and where it lies.
pub(super) struct WeightsFile {
    path: PathBuf,
    checkpoint: Checkpoint,
}

impl WeightsFile {
    /// Maps the file and reads its structure. Weights are read when a network is written.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let checkpoint = Checkpoint::open(path, &Limits::default());
        let checkpoint = checkpoint.map_err(|error| network::cannot_read(path, error))?;
        Ok(Self { path: path.to_owned(), checkpoint })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The network in it.
    pub(super) fn build(&self, wanted: &BuildOptions) -> Result<Network<'_>, Failure> {
        build_with(&self.checkpoint, wanted).map_err(|error| network::cannot_build(&self.path, error))
    }
}
