//! Paths as results write them, and what of them may be believed.

use crate::export::paths::is_address;

/// Bytes of a path, at most: what file systems take.
const MOST_BYTES: usize = 4096;

/// Where results say that a file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// Below the folder of the media: with `/`, without `.` and `..`.
    Relative(String),
    /// Somewhere on a machine that may be another one: parts of the path, a drive or share first.
    Absolute(Vec<String>),
    /// On the web.
    Address(String),
}

/// Takes a path apart. What is wrong with it is said in words that follow "its path".
pub(super) fn read(text: &str) -> Result<Named, &'static str> {
    if text.trim().is_empty() {
        return Err("is empty");
    }
    if text.len() > MOST_BYTES {
        return Err("is longer than 4096 bytes");
    }
    if text.chars().any(char::is_control) {
        return Err("holds control characters");
    }
    if is_address(text) {
        return Ok(Named::Address(text.to_owned()));
    }
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let share = text.starts_with("\\\\");
    // Elsewhere `\` is a letter like others, and no program of the field writes it for one.
    let text = if drive || share || !text.contains('/') { text.replace('\\', "/") } else { text.to_owned() };
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("leads out of the folder"),
            part if cfg!(windows) && !parts.is_empty() && part.contains(':') => return Err("holds a `:`"),
            part => parts.push(part.to_owned()),
        }
    }
    if parts.is_empty() {
        return Err("names no file");
    }
    if drive || share || text.starts_with('/') {
        return Ok(Named::Absolute(parts));
    }
    Ok(Named::Relative(parts.join("/")))
}

/// The media type by the ending of a name: those that the study searches for, and others that models read.
pub(super) fn media_type(path: &str) -> Option<&'static str> {
    if let Some(known) = crate::media_type::MediaType::of(std::path::Path::new(path)) {
        return Some(known.name());
    }
    let (_, ending) = path.rsplit_once('.')?;
    let others = [
        ("tif", "image/tiff"),
        ("tiff", "image/tiff"),
        ("mpg", "video/mpeg"),
        ("mpeg", "video/mpeg"),
        ("wmv", "video/x-ms-wmv"),
        ("flv", "video/x-flv"),
    ];
    others.into_iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_folder() {
        let relative = |path: &str| Ok(Named::Relative(path.to_owned()));
        assert_eq!(read("A/1.jpg"), relative("A/1.jpg"));
        assert_eq!(read("./A//./1.jpg"), relative("A/1.jpg"));
        assert_eq!(read("A\\b c\\1.jpg"), relative("A/b c/1.jpg"));
        assert_eq!(read("A/odd\\name.jpg"), relative("A/odd\\name.jpg"));
        assert_eq!(read("a..b/1.jpg"), relative("a..b/1.jpg"));
        for out in ["../1.jpg", "A/../../1.jpg", "..\\1.jpg", "/a/../b.jpg", "C:\\a\\..\\b.jpg"] {
            assert_eq!(read(out), Err("leads out of the folder"), "{out}");
        }
        for wrong in ["", " ", "/", "./", "a\0.jpg", "a\n.jpg", &"x/".repeat(3000)] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        let absolute = |parts: [&str; 3]| Ok(Named::Absolute(parts.map(str::to_owned).to_vec()));
        assert_eq!(read("/data/A/1.jpg"), absolute(["data", "A", "1.jpg"]));
        assert_eq!(read("D:\\A\\1.jpg"), absolute(["D:", "A", "1.jpg"]));
        assert_eq!(read("\\\\nas\\A\\1.jpg"), absolute(["nas", "A", "1.jpg"]));
        assert_eq!(read("https://x/1.jpg"), Ok(Named::Address("https://x/1.jpg".to_owned())));
    }

    #[test]
    fn endings_tell_photos_and_videos() {
        assert_eq!(media_type("a/B.TIF"), Some("image/tiff"));
        assert_eq!(media_type("a.jpg"), Some("image/jpeg"));
        assert_eq!(media_type("a.txt"), None);
    }
}
