//! Finds photos and videos: the files named, and those in the folders named, folder by folder in name order.
//!
//! Memory is bounded by the largest single folder, not by the tree. Links are followed; a folder reached
//! twice, by a loop of links or by name, is searched once.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{io, vec};

/// File name endings that are photos, compared without case.
const PHOTO_EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "tif", "tiff", "webp", "gif", "bmp"];
/// Endings that are videos.
const VIDEO_EXTENSIONS: [&str; 6] = ["mp4", "mkv", "mov", "webm", "avi", "m4v"];

/// Something the walk came across.
#[derive(Debug)]
pub(crate) enum Found {
    /// A file named by the user, or one with the ending of a photo or a video.
    File(PathBuf),
    /// A folder that cannot be listed: its files are missing from the run.
    Unreadable(PathBuf, io::Error),
}

/// Yields what is under the paths given.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Innermost folder last.
    pending: Vec<vec::IntoIter<Entry>>,
    /// Real paths of the folders searched.
    searched: HashSet<PathBuf>,
    /// Files the user named: a folder that holds them does not yield them again.
    named: HashSet<PathBuf>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    NamedFile,
    File,
}

impl Walk {
    /// Starts at `paths`, in their order. A path that is not a folder is taken for a photo or a video, whatever its ending.
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        let mut named = HashSet::new();
        let mut entries = Vec::new();
        for path in paths {
            if path.is_dir() {
                entries.push(Entry { path: path.clone(), kind: Kind::Folder });
            } else if named.insert(path.clone()) {
                entries.push(Entry { path: path.clone(), kind: Kind::NamedFile });
            }
        }
        Self { pending: vec![entries.into_iter()], searched: HashSet::new(), named }
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
            let Some(entry) = self.pending.last_mut()?.next() else {
                self.pending.pop();
                continue;
            };
            match entry.kind {
                Kind::File if self.named.contains(&entry.path) => {}
                Kind::File | Kind::NamedFile => return Some(Found::File(entry.path)),
                Kind::Folder => {
                    if let Err(error) = self.enter(&entry.path) {
                        return Some(Found::Unreadable(entry.path, error));
                    }
                }
            }
        }
    }
}

/// Photos, videos and folders in `folder`, in byte order of their names.
fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => path.is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        };
        if let Some(kind) = kind(&entry.file_name(), is_folder) {
            entries.push(Entry { path, kind });
        }
    }
    entries.sort_unstable_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    Ok(entries)
}

/// What a folder's entry is; nothing for hidden files (macOS leaves `._*` beside every photo) and other kinds.
fn kind(name: &OsStr, is_folder: bool) -> Option<Kind> {
    if name.as_encoded_bytes().starts_with(b".") {
        return None;
    }
    if is_folder {
        return Some(Kind::Folder);
    }
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    let known = PHOTO_EXTENSIONS.iter().chain(&VIDEO_EXTENSIONS).any(|known| *known == extension);
    known.then_some(Kind::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(paths: &[PathBuf], root: &Path) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        Walk::new(paths)
            .map(|found| match found {
                Found::File(path) => name(&path),
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
    fn photos_and_videos_come_in_name_order_and_nothing_else_comes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        touch(
            root,
            &[
                "b/2.JPG",
                "b/1.jpeg",
                "a.png",
                "c.Tif",
                "c.tiff",
                "d.webp",
                "e.GIF",
                "f.bmp",
                "._a.jpg",
                ".hidden/x.jpg",
            ],
        );
        touch(root, &["notes.txt", "clip.MP4", "noextension", "raw.cr2"]);
        let expected =
            ["a.png", "b/1.jpeg", "b/2.JPG", "c.Tif", "c.tiff", "clip.MP4", "d.webp", "e.GIF", "f.bmp"];
        assert_eq!(walked(&[root.to_owned()], root), expected);
        let named = [root.join("notes.txt"), root.join("b")];
        assert_eq!(walked(&named, root), ["notes.txt", "b/1.jpeg", "b/2.JPG"]);
        let twice = [root.join("b"), root.join("b"), root.join("b/2.JPG"), root.join("b/2.JPG")];
        assert_eq!(walked(&twice, root), ["b/1.jpeg", "b/2.JPG"]);
    }

    #[cfg(unix)]
    #[test]
    fn loops_of_links_end() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        touch(root, &["a/1.jpg", "b/2.jpg"]);
        symlink(root, root.join("a/up")).unwrap();
        symlink(root.join("a"), root.join("b/across")).unwrap();
        symlink(root.join("a/1.jpg"), root.join("b/linked.jpg")).unwrap();
        symlink(root.join("gone"), root.join("b/dangling.jpg")).unwrap();
        assert_eq!(
            walked(&[root.to_owned()], root),
            ["a/1.jpg", "b/2.jpg", "b/dangling.jpg", "b/linked.jpg"]
        );
    }

    #[test]
    fn an_empty_folder_yields_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(walked(&[folder.path().to_owned()], folder.path()).len(), 0);
    }
}
