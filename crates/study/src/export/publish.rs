//! Whole or not at all: an export is written aside, checked, and then given its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::ExportError;

/// Writes with `write` to a place beside `out`, looks at it with `check`, and gives it its name. What an earlier,
/// interrupted run left there is removed. `out` must not exist.
pub(crate) fn aside<T>(
    out: &Path,
    write: impl FnOnce(&Path) -> Result<T, ExportError>,
    check: impl FnOnce(&Path, &T) -> Result<(), ExportError>,
) -> Result<T, ExportError> {
    let aside = place_aside(out)?;
    remove(&aside)?;
    let written = write(&aside).and_then(|written| {
        check(&aside, &written)?;
        if aside.is_file() {
            fs::OpenOptions::new().write(true).open(&aside)?.sync_all()?;
        }
        if is_taken(out) {
            return Err(ExportError::Taken(out.to_owned()));
        }
        fs::rename(&aside, out)?;
        Ok(written)
    });
    if written.is_err() {
        let _ = remove(&aside);
    }
    written
}

fn place_aside(out: &Path) -> Result<PathBuf, ExportError> {
    let Some(name) = out.file_name() else { return Err(ExportError::NoName(out.to_owned())) };
    if is_taken(out) {
        return Err(ExportError::Taken(out.to_owned()));
    }
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut aside = OsString::from(".");
    aside.push(name);
    aside.push(".partial");
    Ok(out.with_file_name(aside))
}

fn is_taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn remove(path: &Path) -> Result<(), ExportError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(fs::remove_dir_all(path)?),
        Ok(_) => Ok(fs::remove_file(path)?),
        Err(_) => Ok(()),
    }
}
