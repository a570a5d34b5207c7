//! Catalogues that the user added.

use super::entry::Entry;
use super::file::ParseCatalogueError;
use crate::reference::ModelName;

/// A catalogue of the user's own.
#[derive(Debug, Clone)]
pub struct UserCatalogue {
    /// Its name: that of the file in the data folder, without the ending.
    pub name: String,
    /// What it holds.
    pub entries: Vec<Entry>,
}

/// Why a catalogue is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddCatalogueError {
    /// It is not one.
    #[error(transparent)]
    Parse(#[from] ParseCatalogueError),
    /// It would hide an entry.
    #[error("{0} is already known, {1}, and a catalogue never replaces an entry")]
    Known(ModelName, super::Origin),
    /// The system said no.
    #[error("it cannot be kept")]
    Io(#[from] std::io::Error),
}
