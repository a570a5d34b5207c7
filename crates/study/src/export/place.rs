//! Where a medium's file is, and where a file of an export goes.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::paths::is_address;
use super::records::Medium;

/// Where the file of a medium is; or why it is not to be had.
pub(super) fn found(medium: &Medium) -> Result<PathBuf, &'static str> {
    if is_address(&medium.path) {
        return Err("files that lie on the web");
    }
    let original = PathBuf::from(&medium.path);
    if original.is_file() { Ok(original) } else { Err("files that are not where they were") }
}

/// The place, or the same with `_2`, `_3`, … where it is taken.
pub(super) fn free(place: &Path) -> PathBuf {
    let stem = place.file_stem().unwrap_or_default().to_string_lossy();
    let ending = place.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let others = (2..).map(|count| place.with_file_name(format!("{stem}_{count}{ending}")));
    let mut places = std::iter::once(place.to_owned()).chain(others);
    places.find(|place| fs::symlink_metadata(place).is_err()).unwrap_or_else(|| place.to_owned())
}

/// The name of a painted photo: whatever it was, it is a JPEG now.
pub(super) fn painted_name(relative: &str) -> String {
    let ending = relative.rsplit('.').next().unwrap_or_default().to_lowercase();
    if matches!(ending.as_str(), "jpg" | "jpeg") { relative.to_owned() } else { format!("{relative}.jpg") }
}
