//! The data folder, as far as models go.

use std::path::{Path, PathBuf};

use crate::reference::ModelName;

/// Where everything lies. Nothing is created before it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zoo {
    root: PathBuf,
}

impl Zoo {
    /// The zoo in the data folder `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The data folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `models/<id>/<version>/`: what was installed here.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// `models/<id>/<version>/` of one model.
    pub fn folder(&self, name: &ModelName) -> PathBuf {
        self.models().join(&name.id).join(&name.version)
    }

    /// `model-zoo/<id>/<version>/`: what the Biowatch app installed. Read in place, never written to: the app removes
    /// what it does not know from there.
    pub fn biowatch_models(&self) -> PathBuf {
        self.root.join("model-zoo")
    }

    /// `.staging/`: what is being put together.
    pub fn staging(&self) -> PathBuf {
        self.root.join(".staging")
    }

    /// `.partial/`: downloads in progress.
    pub fn partial(&self) -> PathBuf {
        self.root.join(".partial")
    }

    /// `catalogues/NAME.json`: catalogues that the user added.
    pub fn catalogues(&self) -> PathBuf {
        self.root.join("catalogues")
    }

    /// Held by whoever installs or removes this model.
    pub(crate) fn lock(&self, name: &ModelName) -> PathBuf {
        self.root.join(".locks").join(format!("{}@{}.lock", name.id, name.version))
    }
}
