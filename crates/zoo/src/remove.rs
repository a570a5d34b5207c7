//! Takes a model off the disk. Only when it is told to.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::cancel::Cancel;
use crate::catalogue::{Entry, Source};
use crate::fetch;
use crate::lock::{self, LockError};
use crate::partial::Partial;
use crate::place::Zoo;
use crate::progress::Reporter;
use crate::publish;
use crate::reference::ModelName;
use crate::shelf::{Owner, Shelved};
use crate::staging::Staging;

/// Why a model stays.
#[derive(Debug, Error)]
pub enum RemoveError {
    /// It is not ours.
    #[error("the Biowatch app installed {name} in `{}`: it is removed there", .folder.display())]
    Biowatch {
        /// Which.
        name: ModelName,
        /// Where it lies.
        folder: PathBuf,
    },
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// The system.
    #[error("it cannot be removed")]
    Io(#[from] io::Error),
}

/// Throws away what was downloaded of a model that is not installed. Gives its bytes.
pub fn forget_download(zoo: &Zoo, entry: &Entry) -> u64 {
    let downloads = entry.sources.iter().flat_map(Source::downloads);
    let bytes = downloads.filter_map(|addresses| {
        let bytes = fetch::left_of(&zoo.partial(), addresses)?;
        Partial::discard(&zoo.partial(), &fetch::partial_name(addresses)).then_some(bytes)
    });
    bytes.sum()
}

/// Removes a model: in one step it is no longer there, then its files go.
pub fn remove(
    zoo: &Zoo,
    model: &Shelved,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<(), RemoveError> {
    if model.owner == Owner::Biowatch {
        return Err(RemoveError::Biowatch { name: model.name.clone(), folder: model.folder.clone() });
    }
    let lock = lock::wait(&zoo.lock(&model.name), &model.name.to_string(), reporter, cancel);
    let _lock = lock.map_err(|error| match error {
        LockError::Cancelled => RemoveError::Cancelled,
        LockError::Io(error) => RemoveError::Io(error),
    })?;
    let staging = Staging::new(zoo)?;
    match publish::rename_folder(&model.folder, &staging.path().join("retired")) {
        // Somebody was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => other?,
    }
    if let Some(versions) = model.folder.parent() {
        // Gone when it was the last version; stays, and fails, otherwise.
        let _ = fs_err::remove_dir(versions);
    }
    Ok(())
}
