//! Folders of species: a file in each that is there and not empty-named. Copies are counted, not compared.

use std::path::Path;

use fs_err as fs;

use super::{CheckError, Checked};

pub(super) fn check(folder: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let mut folders = vec![(folder.to_owned(), 0_u32)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if fs::symlink_metadata(&path)?.is_dir() {
                folders.push((path, depth + 1));
            } else {
                checked.rows += 1;
                checked.must(depth > 0, || format!("`{}` is in no species' folder", path.display()));
                checked.must(path.is_file(), || format!("`{}` leads nowhere", path.display()));
            }
        }
    }
    Ok(checked)
}
