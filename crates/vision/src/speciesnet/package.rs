//! A model's folder: `info.json` and the files it names.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fs_err::File;
use thiserror::Error;

use super::geofence::Geofence;
use super::info::{Detector, Info, InfoError, Kind};
use super::label::{FIELDS, Label};
use super::taxonomy::Taxonomy;

/// The file every package has.
pub const INFO_FILE: &str = "info.json";

/// A package with its small files read. The checkpoints are only known to exist.
#[derive(Debug)]
pub struct Package {
    /// The model's version, as rows carry it.
    pub version: String,
    /// What the classifier looks at.
    pub kind: Kind,
    /// The classifier's checkpoint.
    pub classifier: PathBuf,
    /// The detector's checkpoint.
    pub detector: PathBuf,
    /// Where `labels` were read, for messages.
    pub labels_file: PathBuf,
    /// Labels by class.
    pub labels: Vec<Label>,
    /// Ancestors of the labels.
    pub taxonomy: Taxonomy,
    /// Rules about countries.
    pub geofence: Geofence,
}

/// Largest files that are read into memory, in bytes. The defaults are ten times and more what published
/// packages hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// `info.json`; default 64 KiB.
    pub info: u64,
    /// Labels and taxonomy, each; default 16 MiB.
    pub labels: u64,
    /// Geofence; default 128 MiB.
    pub geofence: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { info: 64 << 10, labels: 16 << 20, geofence: 128 << 20 }
    }
}

/// Why a folder is no package. Nothing is wrong with the machine unless it is [`PackageError::Read`].
#[derive(Debug, Error)]
pub enum PackageError {
    /// No such folder.
    #[error("there is no folder `{}`: give the folder that holds the model's `{INFO_FILE}`", .0.display())]
    NoFolder(PathBuf),
    /// A file where the folder should be.
    #[error("`{}` is not a folder: give the folder that holds the model's `{INFO_FILE}`", .0.display())]
    NotAFolder(PathBuf),
    /// A folder of something else.
    #[error("there is no `{INFO_FILE}` in `{}`: it is not the folder of a SpeciesNet model", .0.display())]
    NoInfo(PathBuf),
    /// The file is there and cannot be read.
    #[error("cannot read a file of the model")]
    Read(#[source] io::Error),
    /// Over a limit.
    #[error("`{}` is larger than {limit} bytes: it is not what the model's `{INFO_FILE}` says", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The limit it is over.
        limit: u64,
    },
    /// Not text.
    #[error("`{}`, line {line}: not UTF-8; the file is damaged, copy or download it again", .file.display())]
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Not an `info.json`.
    #[error("`{}` does not describe a SpeciesNet model", .file.display())]
    Info {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: InfoError,
    },
    /// A file that `info.json` names is not there.
    #[error("`{key}` of `{INFO_FILE}` names `{}`, and there is no such file{}", .file.display(), origin(address.as_deref()))]
    Missing {
        /// The key.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// Where it can be had, if the package says so.
        address: Option<String>,
    },
    /// A line of another form.
    #[error(
        "`{}`, line {line}: expected {FIELDS} fields separated by semicolons, found {found}: `{text}`",
        .file.display()
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// How many fields it has.
        found: usize,
        /// The start of the line.
        text: String,
    },
    /// No lines.
    #[error("`{}` is empty; copy or download it again", .0.display())]
    Empty(PathBuf),
    /// Not a geofence.
    #[error("`{}` does not hold geofence rules", .file.display())]
    Geofence {
        /// The file.
        file: PathBuf,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
}

fn origin(address: Option<&str>) -> String {
    address.map_or_else(String::new, |address| format!(": download {address} and store it under that name"))
}

impl Package {
    /// Reads the folder of a model.
    pub fn open(folder: &Path, limits: &Limits) -> Result<Self, PackageError> {
        match fs_err::metadata(folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(PackageError::NotAFolder(folder.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(PackageError::NoFolder(folder.to_owned()));
            }
            Err(error) => return Err(PackageError::Read(error)),
        }
        let info = read_info(folder, limits.info)?;
        let lines = |key, name: &str| read_labels(&existing(folder, key, name)?, limits.labels);
        let geofence = existing(folder, "geofence", &info.geofence)?;
        Ok(Self {
            classifier: existing(folder, "classifier", &info.classifier)?,
            detector: existing_detector(folder, &info.detector)?,
            labels: lines("classifier_labels", &info.labels)?,
            taxonomy: Taxonomy::new(lines("taxonomy", &info.taxonomy)?),
            geofence: read_geofence(&geofence, limits.geofence)?,
            labels_file: folder.join(&info.labels),
            version: info.version,
            kind: info.kind,
        })
    }
}

fn read_info(folder: &Path, limit: u64) -> Result<Info, PackageError> {
    let file = folder.join(INFO_FILE);
    if !file.is_file() {
        return Err(PackageError::NoInfo(folder.to_owned()));
    }
    Info::parse(&read_text(&file, limit)?).map_err(|source| PackageError::Info { file, source })
}

fn existing(folder: &Path, key: &'static str, name: &str) -> Result<PathBuf, PackageError> {
    let file = folder.join(name);
    if file.is_file() { Ok(file) } else { Err(PackageError::Missing { key, file, address: None }) }
}

/// A detector given by its address may also lie there under the address's last part, as a browser saves it.
fn existing_detector(folder: &Path, detector: &Detector) -> Result<PathBuf, PackageError> {
    let Some(address) = &detector.address else { return existing(folder, "detector", &detector.file) };
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let saved_as = path.rsplit('/').next().filter(|name| !name.is_empty() && !name.contains(['\\', ':']));
    let mut places = [Some(detector.file.as_str()), saved_as].into_iter().flatten();
    places.find_map(|name| existing(folder, "detector", name).ok()).ok_or_else(|| PackageError::Missing {
        key: "detector",
        file: folder.join(&detector.file),
        address: Some(address.clone()),
    })
}

/// One label a line, surrounding blanks dropped. Empty lines at the end are no labels.
fn read_labels(file: &Path, limit: u64) -> Result<Vec<Label>, PackageError> {
    /// Characters of a wrong line that are shown.
    const SHOWN: usize = 60;
    let text = read_text(file, limit)?;
    let lines = text.trim_end().lines().map(str::trim).enumerate();
    let labels: Vec<Label> = lines
        .map(|(index, line)| {
            Label::parse(line).ok_or_else(|| PackageError::Line {
                file: file.to_owned(),
                line: index + 1,
                found: line.split(';').count(),
                text: line.chars().take(SHOWN).collect(),
            })
        })
        .collect::<Result<_, _>>()?;
    if labels.is_empty() { Err(PackageError::Empty(file.to_owned())) } else { Ok(labels) }
}

fn read_geofence(file: &Path, limit: u64) -> Result<Geofence, PackageError> {
    let text = read_text(file, limit)?;
    serde_json::from_str(&text).map_err(|source| PackageError::Geofence { file: file.to_owned(), source })
}

fn read_text(file: &Path, limit: u64) -> Result<String, PackageError> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(PackageError::Read)?;
    opened.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(PackageError::Read)?;
    if bytes.len() as u64 > limit {
        return Err(PackageError::TooLarge { file: file.to_owned(), limit });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        PackageError::NotUtf8 { file: file.to_owned(), line }
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use tempfile::TempDir;

    use super::*;

    const INFO: &str = r#"{"version": "9", "type": "always_crop", "classifier": "c.pt", "classifier_labels": "l.txt",
        "detector": "https://a.org/b/d.pt?x", "taxonomy": "t.txt", "geofence": "g.json"}"#;
    const MANGLED: &str = "https___a.org_b_d.pt";

    /// A good package but for `changes`: a file's name and its bytes, or nothing to leave it out.
    fn folder(changes: &[(&str, Option<&[u8]>)]) -> TempDir {
        let good: [(&str, &[u8]); 6] = [
            (INFO_FILE, INFO.as_bytes()),
            ("c.pt", b"c"),
            ("l.txt", b"\xef\xbb\xbfu;a;;;;;x\r\n u;b;;;;;y \r\n\r\n"),
            (MANGLED, b"d"),
            ("t.txt", b"u;a;;;;;x\n"),
            ("g.json", b"{}"),
        ];
        let folder = tempfile::tempdir().unwrap();
        let good = good.map(|(name, bytes)| (name, Some(bytes)));
        for (name, bytes) in good.iter().chain(changes) {
            let file = folder.path().join(name);
            match bytes {
                Some(bytes) => fs_err::write(file, bytes).unwrap(),
                None => fs_err::remove_file(file).unwrap(),
            }
        }
        folder
    }

    fn open(folder: &TempDir) -> Result<Package, PackageError> {
        Package::open(folder.path(), &Limits::default())
    }

    #[test]
    fn reads_a_folder() {
        let folder = folder(&[]);
        let package = open(&folder).unwrap();
        let labels: Vec<&str> = package.labels.iter().map(Label::as_str).collect();
        assert_eq!(labels, ["u;a;;;;;x", "u;b;;;;;y"]);
        assert_eq!(package.detector, folder.path().join(MANGLED));
    }

    #[test]
    fn finds_a_detector_saved_by_a_browser() {
        let folder = folder(&[(MANGLED, None), ("d.pt", Some(b"d"))]);
        assert_eq!(open(&folder).unwrap().detector, folder.path().join("d.pt"));
    }

    /// A file's name, its bytes, what the message says.
    type Refusal = (&'static str, Option<&'static [u8]>, &'static [&'static str]);

    #[test]
    fn refusals_name_the_file_and_what_is_wrong() {
        let cases: [Refusal; 12] = [
            (INFO_FILE, None, &["no `info.json`", "not the folder of a SpeciesNet model"]),
            (INFO_FILE, Some(b"{}"), &["info.json", "the key `version` is missing"]),
            ("c.pt", None, &["`classifier`", "c.pt", "no such file"]),
            (MANGLED, None, &["`detector`", MANGLED, "download https://a.org/b/d.pt?x"]),
            ("l.txt", None, &["`classifier_labels`", "l.txt"]),
            ("l.txt", Some(b"\n"), &["l.txt", "is empty"]),
            (
                "l.txt",
                Some(b"u;a;;;;;x\nlion\n"),
                &["l.txt", "line 2", "expected 7 fields", "found 1", "`lion`"],
            ),
            ("l.txt", Some(b"u;a;;;;;x\n\nu;a;;;;;x\n"), &["line 2", "found 1"]),
            ("t.txt", Some(b"u;a;;;;;x\nu;\xff;;;;;x\n"), &["t.txt", "line 2", "not UTF-8"]),
            ("t.txt", None, &["`taxonomy`", "t.txt"]),
            ("g.json", Some(b"{\n\"a\": {\"allow\": [1]}}"), &["g.json", "geofence rules", "line 2"]),
            ("g.json", Some(b"[]"), &["g.json", "geofence rules", "expected a map"]),
        ];
        for (name, bytes, expected) in cases {
            let error = open(&folder(&[(name, bytes)])).unwrap_err();
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            let message = format!("{error}: {cause}");
            for expected in expected {
                assert!(message.contains(expected), "{message:?} does not say {expected:?}");
            }
        }
    }

    #[test]
    fn limits_hold() {
        let folder = folder(&[]);
        for limits in [
            Limits { info: 10, ..Limits::default() },
            Limits { labels: 10, ..Limits::default() },
            Limits { geofence: 1, ..Limits::default() },
        ] {
            let error = Package::open(folder.path(), &limits).unwrap_err();
            assert!(matches!(error, PackageError::TooLarge { .. }), "{error}");
        }
    }

    #[test]
    fn the_folder_itself() {
        let folder = folder(&[]);
        let at = |path: &Path| Package::open(path, &Limits::default()).unwrap_err();
        assert!(matches!(at(&folder.path().join("no")), PackageError::NoFolder(_)));
        assert!(matches!(at(&folder.path().join("c.pt")), PackageError::NotAFolder(_)));
    }
}
