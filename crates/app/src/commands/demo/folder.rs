//! The folder of a demo: the model, the scenes, and what was made of them.

use std::path::{Path, PathBuf};

use super::embedded;
use crate::exit::{Exit, Failure};

/// What makes a folder one of ours, written first.
const MARK: &str = "biowatch-demo.txt";
const MARK_TEXT: &str =
    "Made by `biowatch demo`, which writes it anew each time. Deleting this folder is safe.\n";

/// A folder with everything in it that the program carries.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Writes model and scenes. A folder that holds something else is left alone.
    pub(super) fn make(root: &Path) -> Result<Self, Failure> {
        let root = std::path::absolute(root)?;
        let is_empty = fs_err::read_dir(&root).map_or(true, |mut entries| entries.next().is_none());
        if !is_empty && !root.join(MARK).is_file() {
            let text = format!("`{}` holds something else", root.display());
            return Err(Failure::message(Exit::Usage, text).hint("give a new or empty folder"));
        }
        let folder = Self { root };
        folder.write(MARK, MARK_TEXT.as_bytes())?;
        fs_err::create_dir_all(folder.model())?;
        super::write_model(&folder.model())?;
        for (name, bytes) in embedded::SCENES {
            folder.write(Path::new("scenes").join(name), bytes)?;
        }
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn model(&self) -> PathBuf {
        self.root.join("model")
    }

    pub(super) fn pictures(&self) -> PathBuf {
        self.root.join("pictures")
    }

    pub(super) fn scenes(&self) -> PathBuf {
        self.root.join("scenes")
    }

    pub(super) fn scene(&self, name: &str) -> PathBuf {
        self.root.join("scenes").join(name)
    }

    /// Writes one file, and the folder it is in.
    pub(super) fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(&path, bytes)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_something_else_in_it_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let photos = place.path().join("photos");
        fs_err::create_dir(&photos).unwrap();
        fs_err::write(photos.join("a.jpg"), b"mine").unwrap();
        assert_eq!(Folder::make(&photos).unwrap_err().exit, Exit::Usage);
        assert_eq!(fs_err::read_dir(&photos).unwrap().count(), 1);
        let ours = place.path().join("new");
        Folder::make(&ours).unwrap();
        let again = Folder::make(&ours).unwrap();
        assert!(again.model().join("info.json").is_file());
    }
}
