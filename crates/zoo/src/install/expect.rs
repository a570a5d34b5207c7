//! What was brought, held against what it should be.

use biowatch_contract::manifest::FileName;

use super::{Brought, InstallError, is_record, recorded};
use crate::catalogue::Entry;
use crate::digest::Digest;
use crate::record::{Record, RecordedFile};

/// The files that came, and what came with them about them.
pub(super) struct Claims {
    pub(super) files: Vec<RecordedFile>,
    /// The record of the machine that it was bundled or copied on. Its files are held against it.
    pub(super) record: Option<Record>,
}

/// Looks whether a record came along. If so, every file in it must be there as it says, and no other.
pub(super) fn claims(brought: &Brought) -> Result<Claims, InstallError> {
    let mut files: Vec<_> = brought
        .files
        .iter()
        .filter(|file| !is_record(&file.name))
        .map(|file| recorded(file, false))
        .collect();
    files.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
    if files.len() == brought.files.len() {
        return Ok(Claims { files, record: None });
    }
    let record = Record::read(&brought.folder).map_err(|error| InstallError::Record(error.to_string()))?;
    for expected in &record.files {
        let found = compare(&mut files, &expected.name, Some(expected.bytes), Some(expected.sha256))?;
        found.pinned = expected.pinned;
    }
    let extra = files.iter().find(|file| record.files.iter().all(|expected| expected.name != file.name));
    match extra {
        Some(file) => Err(InstallError::Record(format!("it does not list `{}`", file.name))),
        None => Ok(Claims { files, record: Some(record) }),
    }
}

/// Holds the files against the catalogue's.
pub(super) fn check(claims: &mut Claims, entry: &Entry) -> Result<(), InstallError> {
    for file in &entry.files {
        let found = compare(&mut claims.files, &file.name, file.bytes, file.sha256)?;
        found.pinned |= file.sha256.is_some();
    }
    Ok(())
}

/// The file of this name, which must be as it is expected to be.
fn compare<'a>(
    files: &'a mut [RecordedFile],
    name: &FileName,
    bytes: Option<u64>,
    sha256: Option<Digest>,
) -> Result<&'a mut RecordedFile, InstallError> {
    let shown = || name.as_str().to_owned();
    let found =
        files.iter_mut().find(|file| file.name == *name).ok_or_else(|| InstallError::Missing(shown()))?;
    if let Some(expected) = bytes.filter(|bytes| *bytes != found.bytes) {
        return Err(InstallError::WrongSize { name: shown(), got: found.bytes, expected });
    }
    if let Some(expected) = sha256.filter(|digest| *digest != found.sha256) {
        return Err(InstallError::WrongDigest { name: shown(), got: found.sha256, expected });
    }
    Ok(found)
}
