//! Which files are media: the endings Biowatch knows, compared without case.

use std::path::Path;

/// A kind of photo or video file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaType(&'static str);

const PHOTOS: [(&str, &str); 6] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("webp", "image/webp"),
];
const VIDEOS: [(&str, &str); 6] = [
    ("mp4", "video/mp4"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("avi", "video/x-msvideo"),
    ("m4v", "video/x-m4v"),
];

impl MediaType {
    /// By the ending of the file's name; none for anything that is not imported.
    pub fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?;
        let known = PHOTOS.iter().chain(&VIDEOS).find(|(known, _)| ending.eq_ignore_ascii_case(known));
        known.map(|(_, name)| Self(name))
    }

    /// `image/jpeg`, `video/mp4`, ...
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Whether it has frames.
    pub fn is_video(self) -> bool {
        self.0.starts_with("video/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_those_of_biowatch() {
        let name = |file: &str| MediaType::of(Path::new(file)).map(MediaType::name);
        assert_eq!(name("a/B.JPG"), Some("image/jpeg"));
        assert_eq!(name("clip.MoV"), Some("video/quicktime"));
        for file in ["a.tif", "a.cr2", "jpg", ".jpg", "a.txt", "a"] {
            assert_eq!(name(file), None, "{file}");
        }
        assert!(MediaType::of(Path::new("a.avi")).unwrap().is_video());
    }
}
