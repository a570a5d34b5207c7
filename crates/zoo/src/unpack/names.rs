//! Names in archives: which of them are files in the model's folder.

use biowatch_contract::manifest::FileName;

use super::UnpackError;

/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name in an archive, without `./` before it and `/` behind it. `None` for the folder itself.
pub(super) fn plain(raw: &[u8], depth: usize) -> Result<Option<FileName>, UnpackError> {
    let refused = || UnpackError::Name(shown(raw));
    let text = std::str::from_utf8(raw).map_err(|_| refused())?;
    let mut text = text.strip_suffix('/').unwrap_or(text);
    while let Some(rest) = text.strip_prefix("./") {
        text = rest;
    }
    if text.is_empty() && !raw.starts_with(b"/") || text == "." {
        return Ok(None);
    }
    let name = FileName::new(text).filter(|_| !text.split('/').any(is_device)).ok_or_else(refused)?;
    if text.split('/').count() > depth + 1 {
        return Err(UnpackError::Deep { name: shown(raw), most: depth });
    }
    Ok(Some(name))
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// What file managers leave beside people's files.
pub(super) fn is_litter(name: &FileName) -> bool {
    let parts: Vec<_> = name.as_str().split('/').collect();
    let last = parts.last().copied().unwrap_or_default();
    parts.contains(&"__MACOSX")
        || last.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|litter| last.eq_ignore_ascii_case(litter))
}

/// A name for people, whatever it holds.
pub(super) fn shown(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).chars().take(120).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_on_every_system() {
        let good = [
            ("a.pt", "a.pt"),
            ("./a/b.pt", "a/b.pt"),
            ("a/", "a"),
            ("././a", "a"),
            ("ü/x y.txt", "ü/x y.txt"),
        ];
        for (raw, name) in good {
            assert_eq!(plain(raw.as_bytes(), 8).unwrap().unwrap().as_str(), name);
        }
        for none in ["", ".", "./"] {
            assert_eq!(plain(none.as_bytes(), 8).unwrap(), None, "{none:?}");
        }
        for bad in [
            "/",
            "/etc/passwd",
            "../a",
            "a/../../b",
            "a/..",
            "..",
            "a//b",
            "a\\b",
            "C:\\x",
            "C:x",
            "a\0b",
            "a\nb",
            "nul",
            "a/CON.pt",
            "com1.txt",
            "a.",
            "a /b",
            " a",
            "a|b",
            "//server/x",
            "a/./b",
            "\u{1b}[2J",
        ] {
            assert!(matches!(plain(bad.as_bytes(), 8), Err(UnpackError::Name(_))), "{bad:?}");
        }
        assert!(plain(b"\xff\xfe", 8).is_err());
        assert!(plain(b"a/b/c", 2).is_ok());
        assert!(matches!(plain(b"a/b/c/d", 2), Err(UnpackError::Deep { .. })));
    }

    #[test]
    fn litter_of_file_managers_is_known() {
        let is = |name| is_litter(&FileName::new(name).unwrap());
        assert!(is("__MACOSX/a/._b.pt") && is("a/._b.pt") && is("a/.DS_Store") && is("thumbs.db"));
        assert!(!is("a/b.pt") && !is(".hidden"));
    }
}
