//! What is written about an installed model: `biowatch-install.json`, the last file of an install.
//!
//! A folder with a whole record is an installed model; a folder without one is not.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use biowatch_contract::manifest::FileName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::catalogue::Licence;
use crate::digest::Digest;
use crate::publish;
use crate::reference::ModelName;

/// Name of the file.
pub const FILE_NAME: &str = "biowatch-install.json";
/// Bytes that are read, at most.
const MAX_BYTES: u64 = 4 << 20;

/// An installed model, and how it came here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Always 1.
    format: u64,
    /// Model and version.
    #[serde(flatten)]
    pub name: ModelName,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it may be used for, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Licence>,
    /// How to cite it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Address, file or folder that it came from.
    pub source: String,
    /// Digest of the archive that it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive_sha256: Option<Digest>,
    /// When, as in `2026-11-24T18:26:04Z`.
    pub installed: String,
    /// By which program.
    pub installed_by: String,
    /// Its files, this one left out.
    pub files: Vec<RecordedFile>,
}

/// A file of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Its name in the folder.
    #[serde(serialize_with = "write_name", deserialize_with = "read_name")]
    pub name: FileName,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Whether the digest was known before the file came.
    pub pinned: bool,
}

fn write_name<S: Serializer>(name: &FileName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name.as_str())
}

fn read_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileName, D::Error> {
    let text = String::deserialize(deserializer)?;
    FileName::new(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no file of the folder")))
}

/// Why a folder has no record.
#[derive(Debug, Error)]
pub enum ReadRecordError {
    /// It has none, or it cannot be read.
    #[error("it has no `{FILE_NAME}`: it was not installed whole")]
    Io(#[from] io::Error),
    /// It is damaged, or of a later program.
    #[error("its `{FILE_NAME}` is damaged or of a later version of this program")]
    Malformed(#[from] serde_json::Error),
    /// It is about another model.
    #[error("its `{FILE_NAME}` is about {0}")]
    Other(ModelName),
}

impl Record {
    /// A record of what is being installed now.
    pub(crate) fn now(name: ModelName, source: String, files: Vec<RecordedFile>) -> Self {
        Self {
            format: 1,
            name,
            title: None,
            licence: None,
            citation: None,
            source,
            archive_sha256: None,
            installed: iso_8601(SystemTime::now()),
            installed_by: concat!("biowatch ", env!("CARGO_PKG_VERSION")).to_owned(),
            files,
        }
    }

    /// Reads the record in `folder`.
    pub fn read(folder: &Path) -> Result<Self, ReadRecordError> {
        let path = folder.join(FILE_NAME);
        let size = fs_err::symlink_metadata(&path)?.len();
        if size > MAX_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge).into());
        }
        let record: Self = serde_json::from_slice(&fs_err::read(path)?)?;
        let again = ModelName::new(record.name.id.clone(), record.name.version.clone());
        if record.format != 1 || again.is_err() {
            return Err(serde_json::Error::io(io::ErrorKind::InvalidData.into()).into());
        }
        Ok(record)
    }

    /// Writes the record into `folder`, to the disk.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        publish::write_whole(&folder.join(FILE_NAME), &serde_json::to_vec_pretty(self)?)
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// What is wrong with the files in `folder` at a glance: missing, or of another size.
    pub fn glance(&self, folder: &Path) -> Option<String> {
        self.files.iter().find_map(|file| match fs_err::symlink_metadata(folder.join(file.name.as_str())) {
            Ok(data) if !data.is_file() => Some(format!("`{}` is no plain file any more", file.name)),
            Ok(data) if data.len() != file.bytes => {
                Some(format!("`{}` has {} bytes, expected {}", file.name, data.len(), file.bytes))
            }
            Ok(_) => None,
            Err(_) => Some(format!("`{}` is missing", file.name)),
        })
    }
}

/// A moment of UTC, to the second.
fn iso_8601(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March 0000 fall into eras of 400 years, in which leap years repeat.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_written_as_people_write_them() {
        let at = |seconds| iso_8601(UNIX_EPOCH + Duration::from_secs(seconds));
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(at(seconds), text);
        }
    }

    #[test]
    fn a_record_is_read_back_and_a_damaged_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let name = ModelName::new("a", "1").unwrap();
        assert!(matches!(Record::read(folder.path()), Err(ReadRecordError::Io(_))));
        let file = RecordedFile {
            name: FileName::new("a.pt").unwrap(),
            bytes: 3,
            sha256: "0".repeat(64).parse().unwrap(),
            pinned: false,
        };
        let record = Record::now(name, "x".to_owned(), vec![file]);
        record.write(folder.path()).unwrap();
        assert_eq!(Record::read(folder.path()).unwrap(), record);
        assert_eq!(record.glance(folder.path()).unwrap(), "`a.pt` is missing");
        fs_err::write(folder.path().join("a.pt"), "ab").unwrap();
        assert_eq!(record.glance(folder.path()).unwrap(), "`a.pt` has 2 bytes, expected 3");
        fs_err::write(folder.path().join("a.pt"), "abc").unwrap();
        assert_eq!(record.glance(folder.path()), None);

        let text = fs_err::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        let half = text.get(..text.len() / 2).unwrap().to_owned();
        for bad in [
            half,
            text.replace("a.pt", "../a.pt"),
            text.replace(r#""format": 1"#, r#""format": 2"#),
            text.replace(r#""id": "a""#, r#""id": "..""#),
        ] {
            fs_err::write(folder.path().join(FILE_NAME), bad).unwrap();
            assert!(matches!(Record::read(folder.path()), Err(ReadRecordError::Malformed(_))));
        }
    }
}
