//! One file that holds a model, for a machine without a network: a tar archive with the record, and its digests, in it.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};
use thiserror::Error;

use crate::cancel::Cancel;
use crate::digest::Hasher;
use crate::progress::{Phase, Reporter};
use crate::publish;
use crate::record::{self, Record, RecordedFile};
use crate::reference::ModelName;
use crate::shelf::Shelved;

/// Why there is no bundle.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// Installed by the Biowatch app.
    #[error("{0} has no record of its files: the Biowatch app installed it")]
    NoRecord(ModelName),
    /// No longer what was installed.
    #[error("`{0}` has changed since it was installed")]
    Changed(String),
    /// There is something there.
    #[error("`{}` is there already", .0.display())]
    There(PathBuf),
    /// The system.
    #[error("it cannot be written")]
    Io(#[from] io::Error),
}

/// The name that a bundle of this model gets.
pub fn file_name(name: &ModelName) -> String {
    format!("{}-{}.biowatch.tar", name.id, name.version)
}

/// Writes the bundle `to`. Every file is read against its digest on the way; the bundle appears whole or not at all.
pub fn bundle(
    model: &Shelved,
    to: &Path,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<(), BundleError> {
    let record = model.record.as_ref().ok_or_else(|| BundleError::NoRecord(model.name.clone()))?;
    if to.exists() {
        return Err(BundleError::There(to.to_owned()));
    }
    reporter.begin(Phase::Bundle, to.display().to_string(), 0);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let aside = publish::aside(folder)?;
    let mut tape = Builder::new(io::BufWriter::with_capacity(1 << 18, aside.as_file()));
    let top = format!("{}-{}", model.name.id, model.name.version);
    let text = serde_json::to_vec_pretty(record).map_err(io::Error::from)?;
    tape.append_data(
        &mut header(text.len() as u64),
        format!("{top}/{}", record::FILE_NAME),
        text.as_slice(),
    )?;
    let mut done = 0;
    for file in &record.files {
        add(&mut tape, file, &top, model, record, &mut done, (reporter, cancel))?;
    }
    tape.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    aside.persist_noclobber(to).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => BundleError::There(to.to_owned()),
        _ => BundleError::Io(error.error),
    })?;
    Ok(publish::sync_folder(folder)?)
}

fn add(
    tape: &mut Builder<impl io::Write>,
    file: &RecordedFile,
    top: &str,
    model: &Shelved,
    record: &Record,
    done: &mut u64,
    (reporter, cancel): (&Reporter<'_>, &Cancel),
) -> Result<(), BundleError> {
    let changed = || BundleError::Changed(file.name.as_str().to_owned());
    let mut content = Watched {
        inner: fs_err::File::open(model.folder.join(file.name.as_str()))?.take(file.bytes.saturating_add(1)),
        hasher: Hasher::default(),
        bytes: 0,
        at: &|bytes| reporter.at(*done + bytes, Some(record.bytes())),
        cancel,
    };
    if content.inner.get_ref().metadata()?.len() != file.bytes {
        return Err(changed());
    }
    let written = tape.append_data(&mut header(file.bytes), format!("{top}/{}", file.name), &mut content);
    if cancel.asked() {
        return Err(BundleError::Cancelled);
    }
    written?;
    if content.bytes != file.bytes || content.hasher.finish() != file.sha256 {
        return Err(changed());
    }
    *done += file.bytes;
    Ok(())
}

/// The same for every machine and user: a bundle of the same model is the same bytes.
fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(bytes);
    header
}

/// A reader that hashes, counts and can be stopped.
struct Watched<'a, R> {
    inner: R,
    hasher: Hasher,
    bytes: u64,
    at: &'a dyn Fn(u64),
    cancel: &'a Cancel,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.asked() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        (self.at)(self.bytes);
        Ok(count)
    }
}
