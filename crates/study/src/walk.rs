//! Finds media under folders, folder by folder in the order of names.
//!
//! Memory is bounded by the largest single folder. Links are followed; a folder that is reached twice is searched once.
//! Hidden entries are left out: macOS leaves `._*` beside every photo. Which files are media, whoever searches says.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

/// Something the walk came across. `T`: what kind of medium.
#[derive(Debug)]
pub enum Found<T> {
    /// A medium, by its name.
    Medium(PathBuf, T),
    /// A folder that cannot be listed, or not to its end: its media are missing.
    Unreadable(PathBuf, io::Error),
}

/// Yields what is under folders.
#[derive(Debug)]
pub struct Walk<T> {
    /// What kind of medium a file is, by its path; nothing for others.
    kind: fn(&Path) -> Option<T>,
    /// Innermost folder last.
    pending: Vec<vec::IntoIter<Entry<T>>>,
    searched: HashSet<PathBuf>,
}

#[derive(Debug)]
enum Entry<T> {
    Folder(PathBuf),
    Medium(PathBuf, T),
    Unreadable(PathBuf, io::Error),
}

impl<T> Walk<T> {
    /// Starts at `folder`.
    pub fn new(folder: &Path, kind: fn(&Path) -> Option<T>) -> Self {
        Self::from([(folder.to_owned(), None)], kind)
    }

    /// Goes from one start to the next: a file whose kind is given is yielded as it is, anything else is a folder.
    pub fn from(
        starts: impl IntoIterator<Item = (PathBuf, Option<T>)>,
        kind: fn(&Path) -> Option<T>,
    ) -> Self {
        let entry = |(path, kind)| match kind {
            Some(kind) => Entry::Medium(path, kind),
            None => Entry::Folder(path),
        };
        let starts: Vec<_> = starts.into_iter().map(entry).collect();
        Self { kind, pending: vec![starts.into_iter()], searched: HashSet::new() }
    }

    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        let real = fs_err::canonicalize(folder)?;
        if self.searched.insert(real) {
            self.pending.push(list(folder, self.kind)?.into_iter());
        }
        Ok(())
    }
}

impl<T> Iterator for Walk<T> {
    type Item = Found<T>;

    fn next(&mut self) -> Option<Found<T>> {
        loop {
            match self.pending.last_mut()?.next() {
                None => {
                    self.pending.pop();
                }
                Some(Entry::Medium(path, kind)) => return Some(Found::Medium(path, kind)),
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
fn list<T>(folder: &Path, kind: fn(&Path) -> Option<T>) -> io::Result<Vec<Entry<T>>> {
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
        } else if let Some(kind) = kind(&path) {
            named.push((name, Entry::Medium(path, kind)));
        }
    }
    named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(named.into_iter().map(|(_, entry)| entry).chain(broken).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_type::MediaType;

    fn walked(root: &Path) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        Walk::new(root, MediaType::of)
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
