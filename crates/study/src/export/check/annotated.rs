//! Photos with boxes drawn on them: each is a JPEG to its end.

use std::path::Path;

use fs_err as fs;

use super::{CheckError, Checked};

pub(super) fn check(folder: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if fs::symlink_metadata(&path)?.is_dir() {
                folders.push(path);
                continue;
            }
            checked.files += 1;
            checked.rows += 1;
            let bytes = fs::read(&path)?;
            let is_jpeg = bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]);
            checked.must(is_jpeg, || format!("`{}` is no whole JPEG", path.display()));
        }
    }
    Ok(checked)
}
