//! Finds media under one folder, folder by folder in the order of names.
//!
//! Memory is bounded by the largest single folder. Links are followed; a folder that is reached twice is searched once.
//! Hidden entries are left out: macOS leaves `._*` beside every photo.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use crate::media_type::MediaType;

/// Something the walk came across.
#[derive(Debug)]
pub(crate) enum Found {
    /// A medium, by its ending.
    Medium(PathBuf, MediaType),
    /// A folder that cannot be listed, or not to its end: its media are missing.
    Unreadable(PathBuf, io::Error),
}

/// Yields what is under a folder.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Innermost folder last.
    pending: Vec<vec::IntoIter<Entry>>,
    searched: HashSet<PathBuf>,
}

#[derive(Debug)]
enum Entry {
    Folder(PathBuf),
    Medium(PathBuf, MediaType),
    Unreadable(PathBuf, io::Error),
}

impl Walk {
    /// Starts at `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        let first = vec![Entry::Folder(folder.to_owned())];
        Self { pending: vec![first.into_iter()], searched: HashSet::new() }
    }

    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        let real = fs_err::canonicalize(folder)?;
        if self.searched.insert(real) {
            self.pending.push(list(folder)?.into_iter());
        }
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            match self.pending.last_mut()?.next() {
                None => {
                    self.pending.pop();
                }
                Some(Entry::Medium(path, media_type)) => return Some(Found::Medium(path, media_type)),
                Some(Entry::Unreadable(path, error)) => return Some(Found::Unreadable(path, error)),
                Some(Entry::Folder(path)) => {
                    if let Err(error) = self.enter(&path) {
                        return Some(Found::Unreadable(path, error));
                    }
                }
            }
        }
    }
}

/// Media and folders in `folder`, in byte order of their names. Where listing stops half way, that comes last.
fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut named = Vec::new();
    let mut broken = None;
    for entry in fs_err::read_dir(folder)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                broken = Some(Entry::Unreadable(folder.to_owned(), error));
                break;
            }
        };
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => path.is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        };
        if is_folder {
            named.push((name, Entry::Folder(path)));
        } else if let Some(media_type) = MediaType::of(&path) {
            named.push((name, Entry::Medium(path, media_type)));
        }
    }
    named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(named.into_iter().map(|(_, entry)| entry).chain(broken).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(root: &Path) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        Walk::new(root)
            .map(|found| match found {
                Found::Medium(path, _) => name(&path),
                Found::Unreadable(path, _) => format!("unreadable {}", name(&path)),
            })
            .collect()
    }

    fn touch(root: &Path, files: &[&str]) {
        for file in files {
            let path = root.join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, b"").unwrap();
        }
    }

    #[test]
    fn media_come_in_name_order_and_nothing_else_comes() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("{}/{}/лиса 狐.jpg", "d".repeat(200), "e".repeat(200));
        touch(
            folder.path(),
            &["b/2.JPG", "b/1.jpeg", "a.png", "._a.jpg", ".trash/x.jpg", "notes.txt", "c.MP4", &long],
        );
        assert_eq!(walked(folder.path()), ["a.png", "b/1.jpeg", "b/2.JPG", "c.MP4", &long]);
    }

    #[cfg(unix)]
    #[test]
    fn loops_end_and_dangling_links_are_media_that_cannot_be_read() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        touch(root, &["a/1.jpg", "b/2.jpg"]);
        symlink(root, root.join("a/up")).unwrap();
        symlink(root.join("a"), root.join("b/across")).unwrap();
        symlink(root.join("gone"), root.join("b/dangling.jpg")).unwrap();
        assert_eq!(walked(root), ["a/1.jpg", "b/2.jpg", "b/dangling.jpg"]);
        assert_eq!(walked(&root.join("none")).len(), 1);
    }
}
