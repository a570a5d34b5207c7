//! A folder of the user's, copied.

use std::path::Path;

use super::writer::Writer;
use super::{UnpackError, names};
use crate::progress::Reporter;

/// Copies the files below `from`.
pub(super) fn copy(from: &Path, writer: &mut Writer<'_>, reporter: &Reporter<'_>) -> Result<(), UnpackError> {
    let total = weigh(from, writer.limits().depth, &mut writer.limits().entries.saturating_add(1));
    below(from, "", writer, &|bytes| reporter.at(bytes, total))
}

fn below(folder: &Path, prefix: &str, writer: &mut Writer<'_>, at: &dyn Fn(u64)) -> Result<(), UnpackError> {
    let mut entries = fs_err::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    for entry in entries {
        writer.entry()?;
        let file_name = entry.file_name();
        let part = file_name
            .to_str()
            .ok_or_else(|| UnpackError::Name(names::shown(file_name.as_encoded_bytes())))?;
        let name = format!("{prefix}{part}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            // The name of a folder that is too deep is refused before anything in it is looked at.
            writer.folder(name.as_bytes())?;
            below(&entry.path(), &format!("{name}/"), writer, at)?;
        } else if kind.is_file() {
            let mut file = fs_err::File::open(entry.path())?;
            let size = file.metadata()?.len();
            writer.file(name.as_bytes(), size, &mut file, at)?;
        } else if kind.is_symlink() {
            return Err(UnpackError::Link(name));
        } else {
            return Err(UnpackError::Special { name, what: "a device or pipe" });
        }
    }
    Ok(())
}

/// Bytes of all files, for the bar; `None` where that cannot be told.
fn weigh(folder: &Path, depth: usize, left: &mut usize) -> Option<u64> {
    let mut total = 0;
    for entry in fs_err::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        *left = left.checked_sub(1)?;
        let data = entry.metadata().ok()?;
        total += if data.is_dir() { weigh(&entry.path(), depth.checked_sub(1)?, left)? } else { data.len() };
    }
    Some(total)
}
