//! Small pictures on disk, so that each is made once. Deleting the folder is always safe.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::doings::PictureWish;

/// Bytes that are kept, at most; a sweep goes down to three quarters.
const MOST: u64 = 512 << 20;

/// The folder.
pub(crate) struct Thumbs {
    folder: PathBuf,
    /// Bytes in it, once they were counted.
    bytes: Mutex<Option<u64>>,
}

impl Thumbs {
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, bytes: Mutex::new(None) }
    }

    /// The name of a picture: of the file as it is now, and of what is done to it.
    pub(crate) fn name(wish: &PictureWish) -> String {
        let data = fs_err::metadata(&wish.file).ok();
        let modified = data.as_ref().and_then(|data| data.modified().ok());
        let size = data.map(|data| data.len());
        let hash = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &wish.file, modified, size, wish.long_side).hash(&mut hasher);
            wish.blur.iter().flatten().for_each(|side| side.to_bits().hash(&mut hasher));
            hasher.finish()
        };
        format!("{:016x}{:016x}", hash(0), hash(1))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name.get(..2).unwrap_or("00")).join(format!("{name}.jpg"))
    }

    /// A picture that was kept.
    pub(crate) fn get(&self, name: &str) -> Option<Vec<u8>> {
        fs_err::read(self.path(name)).ok()
    }

    /// Keeps one. A disk that is full keeps none, and that is all.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        let written = path.parent().map_or(Ok(()), fs_err::create_dir_all).and_then(|()| {
            let aside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
            fs_err::write(&aside, bytes).and_then(|()| fs_err::rename(&aside, &path)).inspect_err(|_| {
                let _ = fs_err::remove_file(&aside);
            })
        });
        if let Err(error) = written {
            tracing::debug!("a small picture is not kept: {error}");
            return;
        }
        let mut known = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let total = known.map_or_else(
            || all(&self.folder).iter().map(|file| file.1).sum(),
            |total| total + bytes.len() as u64,
        );
        *known = Some(if total > MOST { sweep(&self.folder, MOST / 4 * 3) } else { total });
    }
}

fn all(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let folders = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let entries = folders.flat_map(|folder| fs_err::read_dir(folder.path()).into_iter().flatten().flatten());
    let files = entries.filter_map(|entry| {
        let data = entry.metadata().ok()?;
        Some((data.modified().unwrap_or(SystemTime::UNIX_EPOCH), data.len(), entry.path()))
    });
    files.collect()
}

/// Removes the oldest until `most` bytes are left; tells how many are.
fn sweep(folder: &Path, most: u64) -> u64 {
    let mut files = all(folder);
    files.sort();
    let mut left: u64 = files.iter().map(|file| file.1).sum();
    for (_, bytes, path) in files {
        if left <= most {
            break;
        }
        if fs_err::remove_file(path).is_ok() {
            left -= bytes;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let thumbs = Thumbs::at(folder.path().to_owned());
        for name in ["aa1", "ab2", "ac3"] {
            thumbs.keep(name, &[0; 100]);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(sweep(folder.path(), 200), 200);
        assert!(thumbs.get("aa1").is_none() && thumbs.get("ab2").is_some() && thumbs.get("ac3").is_some());
    }
}
