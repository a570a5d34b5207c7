//! The folder of a model of one's own: nothing outside of it is read.

use std::io::Read;
use std::path::{Path, PathBuf};

use biowatch_contract::manifest::{self, FileName};
use biowatch_weights::{Limits, class_names};

pub(super) use biowatch_contract::manifest::Labels;

/// Bytes of a file with names of classes.
const MAX_LABEL_BYTES: u64 = 16 << 20;

/// A folder, and where it really is.
pub(crate) struct Folder {
    path: PathBuf,
    real: PathBuf,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let cannot =
            |error: std::io::Error| format!("the folder `{}` cannot be read: {error}", path.display());
        Ok(Self { path: path.to_owned(), real: path.canonicalize().map_err(cannot)? })
    }

    /// As it was typed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of the manifest.
    pub(super) fn manifest(&self) -> Result<Vec<u8>, String> {
        let file = self.path.join(manifest::FILE_NAME);
        read(&file, manifest::MAX_BYTES as u64).map_err(|reason| format!("the file cannot be read: {reason}"))
    }

    /// Where a file is that the manifest names under `key`.
    pub(super) fn file(&self, key: &str, name: &FileName) -> Result<PathBuf, String> {
        let path = self.path.join(name.as_str());
        let real = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("`{key}`: there is no file `{name}` in the folder"),
            _ => format!("`{key}`: the file `{name}` cannot be read: {error}"),
        })?;
        if !real.starts_with(&self.real) {
            return Err(format!(
                "`{key}`: `{name}` is a link that leads out of the folder; copy the file into it"
            ));
        }
        if !real.is_file() {
            return Err(format!("`{key}`: `{name}` is no file"));
        }
        Ok(path)
    }

    /// The names of classes that the manifest gives under `key`, or those in the file that it names.
    pub(super) fn labels(&self, key: &str, labels: &Labels) -> Result<Vec<String>, String> {
        let name = match labels {
            Labels::List(names) => return Ok(names.clone()),
            Labels::File(name) => name,
        };
        let file = self.file(key, name)?;
        let refused = |reason: String| format!("`{key}`: {reason} (in `{name}`)");
        if name.has_extension("pkl") || name.has_extension("pickle") {
            return class_names(&file, &Limits::default()).map_err(|error| refused(chain(&error)));
        }
        let bytes = read(&file, MAX_LABEL_BYTES).map_err(refused)?;
        let names = if name.has_extension("json") {
            manifest::labels_from_json(&bytes)
        } else {
            manifest::labels_from_text(&bytes)
        };
        names.map_err(|error| refused(error.to_string()))
    }
}

/// A small file as a whole.
fn read(file: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened = fs_err::File::open(file).map_err(|error| error.to_string())?;
    opened.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most { Err(format!("it has more than {most} bytes")) } else { Ok(bytes) }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
