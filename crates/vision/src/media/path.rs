//! Which paths are opened at all.

use std::path::Path;

/// Endings of names that are videos, whatever their case.
const VIDEO_ENDINGS: [&str; 6] = ["mp4", "mkv", "mov", "webm", "avi", "m4v"];

/// Why a path is not opened.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// No path.
    #[error("the path is empty")]
    Empty,
    /// Nothing there, or not for us.
    #[error("the file cannot be reached")]
    Unreachable(#[source] std::io::Error),
    /// A folder.
    #[error("it is a folder, not a photo or video")]
    Folder,
    /// A pipe, socket or device: opening one may wait for whoever writes to it.
    #[error("it is not a regular file")]
    Special,
}

/// Whether the path is that of a video, by its ending.
pub fn is_video(path: &str) -> bool {
    let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| VIDEO_ENDINGS.contains(&ending.as_str()))
}

/// Only regular files are opened.
pub(super) fn check(path: &str) -> Result<(), PathError> {
    if path.is_empty() {
        return Err(PathError::Empty);
    }
    match fs_err::metadata(path).map_err(PathError::Unreachable)? {
        metadata if metadata.is_dir() => Err(PathError::Folder),
        metadata if !metadata.is_file() => Err(PathError::Special),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_are_known_by_their_ending() {
        for path in ["a.mp4", "/x y/B.MKV", "c.jpg.MoV", "d.webm", "e.avi", "f.m4v"] {
            assert!(is_video(path), "{path}");
        }
        for path in ["", "mp4", "a.mp4.jpg", "a.mp44", "mp4/a", ".mp4"] {
            assert!(!is_video(path), "{path}");
        }
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().to_str().unwrap();
        assert!(matches!(check(""), Err(PathError::Empty)));
        assert!(matches!(check(folder), Err(PathError::Folder)));
        assert!(matches!(check(&format!("{folder}/none.jpg")), Err(PathError::Unreachable(_))));
        #[cfg(unix)]
        assert!(matches!(check("/dev/null"), Err(PathError::Special)));
    }
}
