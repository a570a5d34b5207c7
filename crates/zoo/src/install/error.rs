//! What can go wrong while a model is installed, and what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::address::Address;
use crate::catalogue::Catalogue;
use crate::digest::Digest;
use crate::fetch::FetchError;
use crate::lock::LockError;
use crate::reference::{ModelName, NameError, Reference};
use crate::unpack::UnpackError;

/// Why a model is not installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// Neither a model nor a place to take one from.
    #[error("nothing was named that could be installed")]
    Nothing,
    /// No catalogue has it.
    #[error("no catalogue knows `{reference}`")]
    Unknown {
        /// What was typed.
        reference: String,
        /// What is known instead.
        known: Vec<String>,
    },
    /// The catalogue knows it, and no address.
    #[error("{0} cannot be downloaded without a person: get it from {1}")]
    NoSource(ModelName, Box<Address>),
    /// The name in the files is none.
    #[error("the model's own name cannot be used")]
    Name(#[from] NameError),
    /// Nothing says which version it is.
    #[error("nothing in it says which version of `{0}` it is")]
    NoVersion(String),
    /// Another model than was asked for.
    #[error("it holds {found}, and {wanted} was asked for")]
    Other {
        /// What was typed.
        wanted: String,
        /// What is there.
        found: ModelName,
    },
    /// Not enough room.
    #[error("it needs {:.1} GB of room, and the disk of `{}` has {:.1} GB", gigabytes(.needed), .folder.display(), gigabytes(.free))]
    Room {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// The network.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The archive.
    #[error("`{from}` cannot be installed")]
    Unpack {
        /// Which.
        from: String,
        /// Why.
        #[source]
        source: UnpackError,
    },
    /// A file that the model needs.
    #[error("`{0}`, which the model needs, is not in it")]
    Missing(String),
    /// A file of another size.
    #[error("`{name}` in it has {got} bytes, expected {expected}")]
    WrongSize {
        /// Which.
        name: String,
        /// Its size.
        got: u64,
        /// What it should be.
        expected: u64,
    },
    /// A file with other content.
    #[error("`{name}` in it has the SHA-256 {got}, expected {expected}")]
    WrongDigest {
        /// Which.
        name: String,
        /// Its digest.
        got: Digest,
        /// What it should be.
        expected: Digest,
    },
    /// The record that came with it.
    #[error("the `biowatch-install.json` in it cannot be used: {0}")]
    Record(String),
    /// It does not open.
    #[error("it is no model that this program can run: {}", .0.join("; "))]
    Refused(Vec<String>),
    /// A folder that this program did not make lies where the model should.
    #[error("`{}` is in the way: this program did not make it", .0.display())]
    Foreign(PathBuf),
    /// The system.
    #[error("the data folder cannot be used")]
    Io(#[from] io::Error),
}

impl InstallError {
    pub(super) fn unknown(reference: &Reference, catalogue: &Catalogue) -> Self {
        let same = catalogue.entries().filter(|(entry, _)| entry.id == reference.id);
        let versions: Vec<_> = same.map(|(entry, _)| entry.name().to_string()).collect();
        let ids = || {
            let mut ids: Vec<_> = catalogue.entries().map(|(entry, _)| entry.id.clone()).collect();
            ids.dedup();
            ids
        };
        let known = if versions.is_empty() { ids() } else { versions };
        Self::Unknown { reference: reference.to_string(), known }
    }

    /// Whether another of the catalogue's sources may do better.
    pub(super) fn would_another_source_help(&self) -> bool {
        match self {
            Self::Fetch(error) => error.would_another_mirror_help(),
            Self::Unpack { source, .. } => source.blames_archive(),
            Self::Missing(_) | Self::WrongSize { .. } | Self::WrongDigest { .. } => true,
            Self::Cancelled
            | Self::Nothing
            | Self::Unknown { .. }
            | Self::NoSource(..)
            | Self::Name(_)
            | Self::NoVersion(_)
            | Self::Other { .. }
            | Self::Room { .. }
            | Self::Record(_)
            | Self::Refused(_)
            | Self::Foreign(_)
            | Self::Io(_) => false,
        }
    }

    /// Whether the caller stopped it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Fetch(FetchError::Cancelled))
            || matches!(self, Self::Unpack { source: UnpackError::Cancelled, .. })
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            error if error.is_cancelled() => {
                "run the same command again: it goes on where it stopped".to_owned()
            }
            Self::Fetch(error) => error.hint()?.to_owned(),
            Self::Unknown { known, .. } => {
                format!("known: {}; a file or folder is given with `--from`", known.join(", "))
            }
            Self::NoSource(name, _) => format!("then `biowatch models install {name} --from FILE`"),
            Self::NoVersion(id) => format!("say it: `{id}:VERSION`"),
            Self::Other { found, .. } => format!("`biowatch models add` takes it as {found}"),
            Self::Room { .. } => "make room, or choose another disk with `--data-dir`".to_owned(),
            Self::Unpack { source: UnpackError::WebPage, .. } => {
                "open it in a browser: the site may want you to log in before it gives the file".to_owned()
            }
            Self::Unpack { source: UnpackError::Link(_), .. } => {
                "copy the folder with its links followed (`cp -rL`), and install from the copy".to_owned()
            }
            Self::Unpack { source: UnpackError::Io(error), .. }
                if error.kind() == io::ErrorKind::NotFound =>
            {
                "is it spelled right?".to_owned()
            }
            Self::Missing(_) | Self::WrongSize { .. } | Self::WrongDigest { .. } => {
                "it is damaged, or another version: get it again".to_owned()
            }
            Self::Refused(_) => "`biowatch models check FOLDER` says more of a folder".to_owned(),
            Self::Foreign(_) => "move it away; `biowatch models add FOLDER` installs from there".to_owned(),
            _ => return None,
        })
    }
}

fn gigabytes(bytes: &u64) -> f64 {
    *bytes as f64 / 1e9
}

impl From<LockError> for InstallError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Cancelled => Self::Cancelled,
            LockError::Io(error) => Self::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_source_helps_against_bad_bytes_and_not_against_a_bad_model() {
        let digest: Digest = "0".repeat(64).parse().unwrap();
        let unpack = |source| InstallError::Unpack { from: String::new(), source };
        let name = || ModelName::new("a", "1").unwrap();
        let cases = [
            (InstallError::Fetch(FetchError::Cancelled), false),
            (InstallError::Fetch(FetchError::WebPage("https://a.org".parse().unwrap())), true),
            (unpack(UnpackError::Ratio(1)), true),
            (unpack(UnpackError::WebPage), true),
            (unpack(UnpackError::Cancelled), false),
            (unpack(UnpackError::Io(io::ErrorKind::UnexpectedEof.into())), true),
            (unpack(UnpackError::Io(io::ErrorKind::StorageFull.into())), false),
            (InstallError::Missing(String::new()), true),
            (InstallError::WrongSize { name: String::new(), got: 0, expected: 1 }, true),
            (InstallError::WrongDigest { name: String::new(), got: digest, expected: digest }, true),
            (InstallError::Refused(Vec::new()), false),
            (InstallError::Cancelled, false),
            (InstallError::Nothing, false),
            (InstallError::NoVersion(String::new()), false),
            (InstallError::Other { wanted: String::new(), found: name() }, false),
            (InstallError::Foreign(PathBuf::new()), false),
            (InstallError::Record(String::new()), false),
            (InstallError::Io(io::ErrorKind::StorageFull.into()), false),
        ];
        for (error, helps) in cases {
            assert_eq!(error.would_another_source_help(), helps, "{error:?}");
        }
    }
}
