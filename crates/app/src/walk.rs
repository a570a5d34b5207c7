//! What `predict` searches: the files named, and those in the folders named, one folder after the other.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use biowatch_study::MediaType;
use biowatch_study::walk::{self, Found};

/// Endings of photos that are predicted and not imported, since Biowatch does not know them; compared without case.
const MORE_PHOTOS: [&str; 2] = ["tif", "tiff"];

/// How a file was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The user named it, whatever its ending.
    Name,
    /// It is in a folder.
    Folder,
}

/// Yields what is under the paths given.
#[derive(Debug)]
pub(crate) struct Walk {
    walk: walk::Walk<By>,
    /// Files the user named: a folder that holds them does not yield them again.
    named: HashSet<PathBuf>,
}

impl Walk {
    /// Starts at `paths`, in their order. A path that is not a folder is taken for a photo or a video, whatever its ending.
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        let mut named = HashSet::new();
        let mut starts = Vec::new();
        for path in paths {
            if path.is_dir() {
                starts.push((path.clone(), None));
            } else if named.insert(path.clone()) {
                starts.push((path.clone(), Some(By::Name)));
            }
        }
        Self { walk: walk::Walk::from(starts, by_ending), named }
    }
}

impl Iterator for Walk {
    type Item = Found<By>;

    fn next(&mut self) -> Option<Found<By>> {
        let named = &self.named;
        self.walk.find(|found| !matches!(found, Found::Medium(path, By::Folder) if named.contains(path)))
    }
}

fn by_ending(file: &Path) -> Option<By> {
    let is_more = || {
        let ending = file.extension().unwrap_or_default();
        MORE_PHOTOS.iter().any(|more| ending.eq_ignore_ascii_case(more))
    };
    (MediaType::of(file).is_some() || is_more()).then_some(By::Folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(paths: &[PathBuf], root: &Path) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        Walk::new(paths)
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
