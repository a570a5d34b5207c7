//! Reads catalogues: a JSON file with one entry, or with several under `entries`.

use std::collections::HashSet;

use serde::Deserialize;
use thiserror::Error;

use super::entry::{Entry, Source};
use crate::reference::ModelName;

/// Bytes of a catalogue, at most.
pub(crate) const MAX_BYTES: usize = 4 << 20;
/// The only version of the format.
const FORMAT: u64 = 1;
/// Characters of a text for people, at most.
const MOST_TEXT: usize = 4000;
/// Entries, files, sources, addresses or names in one list, at most.
const MOST_ITEMS: usize = 2000;

/// Why a catalogue is not taken.
#[derive(Debug, Error)]
pub enum ParseCatalogueError {
    /// Over the limit.
    #[error("the catalogue has {0} bytes, and at most {MAX_BYTES} are read")]
    TooLarge(usize),
    /// Not what the format says; also a key that does not exist.
    #[error("`{path}`: {reason}")]
    Malformed {
        /// The key, as in `sources[0].archive`.
        path: String,
        /// What is wrong there.
        reason: String,
    },
    /// One model version twice.
    #[error("{0} stands in the catalogue twice")]
    Twice(ModelName),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    format: u64,
    entries: Vec<Entry>,
}

/// Reads the bytes of a catalogue. The first thing that is wrong is told, with its key.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, ParseCatalogueError> {
    if bytes.len() > MAX_BYTES {
        return Err(ParseCatalogueError::TooLarge(bytes.len()));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let keys: serde_json::Value = read(bytes)?;
    let (format, entries, several) = if keys.get("entries").is_some() {
        let many: Many = read(bytes)?;
        (Some(many.format), many.entries, true)
    } else {
        let entry: Entry = read(bytes)?;
        (entry.format, vec![entry], false)
    };
    if format != Some(FORMAT) {
        return Err(malformed("format", format!("expected the number {FORMAT}")));
    }
    if entries.len() > MOST_ITEMS {
        return Err(malformed("entries", format!("expected at most {MOST_ITEMS} of them")));
    }
    let mut seen = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let path = if several { format!("entries[{index}].") } else { String::new() };
        judge(entry, &path)?;
        if !seen.insert(entry.name()) {
            return Err(ParseCatalogueError::Twice(entry.name()));
        }
    }
    Ok(entries)
}

fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, ParseCatalogueError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| malformed(&error.path().to_string(), error.inner().to_string()))?;
    reader.end().map_err(|error| malformed(".", error.to_string()))?;
    Ok(value)
}

fn malformed(path: &str, reason: impl Into<String>) -> ParseCatalogueError {
    ParseCatalogueError::Malformed { path: path.to_owned(), reason: reason.into() }
}

/// What the types do not say. `path`: what stands before the entry's own keys.
fn judge(entry: &Entry, path: &str) -> Result<(), ParseCatalogueError> {
    let wrong = |key: &str, reason: String| Err(malformed(&format!("{path}{key}"), reason));
    if let Err(error) = ModelName::new(&entry.id, &entry.version) {
        let key = if matches!(error, crate::reference::NameError::Id(_)) { "id" } else { "version" };
        return wrong(key, error.to_string());
    }
    let texts =
        [("name", &entry.title), ("citation", &entry.citation), ("licence.name", &entry.licence.name)];
    let optional =
        [("summary", &entry.summary), ("licence.note", &entry.licence.note), ("logo", &entry.logo)];
    let optional = optional.iter().filter_map(|(key, text)| Some((*key, text.as_ref()?)));
    for (key, text) in texts.into_iter().chain(optional) {
        let fits = (1..=MOST_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if !fits {
            return wrong(key, format!("expected a text of 1 to {MOST_TEXT} characters on one line"));
        }
    }
    let listed = entry.region.iter().chain(entry.species.iter().flat_map(|species| &species.names));
    if let Some(text) = listed.into_iter().find(|text| text.is_empty() || text.chars().any(char::is_control))
    {
        return wrong("region", format!("{text:?} is not a name"));
    }
    if entry.thresholds.detection.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        return wrong("thresholds.detection", "expected a number from 0 to 1".to_owned());
    }
    let files: HashSet<_> = entry.files.iter().map(|file| file.name.as_str().to_lowercase()).collect();
    if files.len() != entry.files.len() || files.is_empty() || files.len() > MOST_ITEMS {
        return wrong("files", format!("expected 1 to {MOST_ITEMS} files, none of them twice"));
    }
    for (index, source) in entry.sources.iter().enumerate() {
        judge_source(entry, source).or_else(|reason| wrong(&format!("sources[{index}]"), reason))?;
    }
    Ok(())
}

fn judge_source(entry: &Entry, source: &Source) -> Result<(), String> {
    if source.archive.is_empty() && source.files.is_empty() {
        return Err("expected `archive`, `files` or both".to_owned());
    }
    if let Some(error) = source.archive.iter().find_map(|url| url.check_trust(source.sha256.is_some()).err())
    {
        return Err(error.to_string());
    }
    if source.archive.is_empty() && (source.bytes.is_some() || source.sha256.is_some()) {
        return Err("`bytes` and `sha256` are an archive's; those of files stand under `files` of the entry"
            .to_owned());
    }
    let given: HashSet<_> = source.files.iter().map(|file| file.name.as_str()).collect();
    let wanted: HashSet<_> = entry.files.iter().map(|file| file.name.as_str()).collect();
    let enough = !source.archive.is_empty() || given == wanted;
    if given.len() != source.files.len() || !given.is_subset(&wanted) || !enough {
        return Err("expected an address for each of the entry's files (beside an archive, for those that it lacks), \
                    and for no other"
            .to_owned());
    }
    for file in &source.files {
        let expected = entry.files.iter().find(|expected| expected.name == file.name);
        let known = expected.is_some_and(|expected| expected.sha256.is_some());
        if file.urls.is_empty() {
            return Err(format!("`{}` has no address", file.name));
        }
        if let Some(error) = file.urls.iter().find_map(|url| url.check_trust(known).err()) {
            return Err(error.to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"format": 1, "id": "a", "version": "1", "name": "A", "licence": {"name": "MIT"}, "citation": "C",
        "website": "https://a.org", "region": ["Alps"], "download_bytes": 1, "files": [{"name": "a.pt"}],
        "sources": [{"archive": ["https://a.org/a.zip"]}]}"#;

    #[test]
    fn one_entry_and_several_are_read() {
        assert_eq!(parse(GOOD.as_bytes()).unwrap().len(), 1);
        let other = GOOD.replace(r#""version": "1""#, r#""version": "2""#);
        let many = format!(r#"{{"format": 1, "entries": [{GOOD}, {other}]}}"#);
        assert_eq!(parse(many.as_bytes()).unwrap().len(), 2);
        let twice = format!(r#"{{"format": 1, "entries": [{GOOD}, {GOOD}]}}"#);
        assert!(matches!(parse(twice.as_bytes()), Err(ParseCatalogueError::Twice(_))));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        let cases = [
            ("]}]}", "]}]", ": EOF"),
            (r#""format": 1"#, r#""format": 2"#, "`format`: expected the number 1"),
            (r#""format": 1, "#, "", "`format`: expected"),
            (r#""id": "a""#, r#""id": "../a""#, "`id`: `../a` is not"),
            (r#""version": "1""#, r#""version": """#, "`version`: `` is not"),
            (r#""name": "MIT""#, r#""name": "MIT", "text": 1"#, "`licence.text`: unknown field `text`"),
            (
                r#"["https://a.org/a.zip"]"#,
                r#"["ftp://a.org/a.zip"]"#,
                "`sources[0].archive[0]`: `ftp://a.org/a.zip` is not",
            ),
            (
                r#"["https://a.org/a.zip"]"#,
                r#"["http://a.org/a.zip"]"#,
                "`sources[0]`: `http://a.org/a.zip` is a plain http",
            ),
            (r#""a.pt""#, r#""../a.pt""#, "`files[0].name`: expected the name of a file"),
            (r#"[{"name": "a.pt"}]"#, r#"[{"name": "a.pt"}, {"name": "A.pt"}]"#, "`files`: expected 1 to"),
            (r#"[{"name": "a.pt"}]"#, "[]", "`files`: expected 1 to"),
            (r#"{"archive": ["https://a.org/a.zip"]}"#, "{}", "expected `archive`, `files` or both"),
            (
                r#"{"archive": ["https://a.org/a.zip"]}"#,
                r#"{"files": [{"name": "b.pt", "urls": ["https://a.org"]}]}"#,
                "an address for each",
            ),
            (r#""citation": "C""#, r#""citation": "C\u001b[2J""#, "`citation`: expected a text"),
            (
                r#"{"name": "a.pt"}"#,
                r#"{"name": "a.pt", "sha256": "12"}"#,
                "`files[0].sha256`: a SHA-256 has 64",
            ),
        ];
        for (old, new, expected) in cases {
            let text = GOOD.replacen(old, new, 1);
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}\n{text}");
        }
        let nested = "[".repeat(100_000);
        assert!(parse(nested.as_bytes()).is_err());
        assert!(matches!(parse(&vec![b' '; MAX_BYTES + 1]), Err(ParseCatalogueError::TooLarge(_))));
    }
}
