//! A table that a person wrote of deployments: `--deployments FILE.csv`.
//!
//! A row is about the media of a folder. The folder is named by `folder`, else by `locationID`, else by `locationName`: the path
//! below the imported folder with forward slashes, or its last part where only one folder is called so.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::facts::Place;

/// Bytes of the file, at most.
const MOST_BYTES: u64 = 64 << 20;

/// What is known of the deployments of an import.
#[derive(Debug, Clone, Default)]
pub struct DeploymentsFile {
    by_folder: HashMap<String, Described>,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Described {
    pub(crate) id: Option<String>,
    pub(crate) location_id: Option<String>,
    pub(crate) location_name: Option<String>,
    pub(crate) place: Option<Place>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) camera_model: Option<String>,
    pub(crate) camera_id: Option<String>,
}

/// Why the table cannot be used.
#[derive(Debug, Error)]
pub enum ReadDeploymentsError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Far larger than a table of deployments.
    #[error("`{}` is {size} bytes long, more than {MOST_BYTES}", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its bytes.
        size: u64,
    },
    /// Not a table, or one of other columns.
    #[error("`{}` is no table of deployments", .0.display())]
    Csv(PathBuf, #[source] csv::Error),
    /// A row makes no sense.
    #[error("line {line} of `{}`: {problem}", .file.display())]
    Row {
        /// The file.
        file: PathBuf,
        /// From 1, with the header.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    folder: Option<String>,
    #[serde(rename = "deploymentID")]
    deployment_id: Option<String>,
    #[serde(rename = "locationID")]
    location_id: Option<String>,
    location_name: Option<String>,
    latitude: Option<String>,
    longitude: Option<String>,
    deployment_start: Option<String>,
    deployment_end: Option<String>,
    camera_model: Option<String>,
    #[serde(rename = "cameraID")]
    camera_id: Option<String>,
}

impl DeploymentsFile {
    /// Reads `file`: CSV with a header; unknown columns are passed over.
    pub fn read(file: &Path) -> Result<Self, ReadDeploymentsError> {
        let size = fs_err::metadata(file)?.len();
        if size > MOST_BYTES {
            return Err(ReadDeploymentsError::TooLarge { file: file.to_owned(), size });
        }
        let bytes = fs_err::read(file)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let mut by_folder = HashMap::new();
        for (index, row) in reader.deserialize().enumerate() {
            let row: Row = row.map_err(|error| ReadDeploymentsError::Csv(file.to_owned(), error))?;
            let line = index as u64 + 2;
            let wrong = |problem| ReadDeploymentsError::Row { file: file.to_owned(), line, problem };
            let (folder, described) = row.understand().map_err(wrong)?;
            if by_folder.insert(folder.clone(), described).is_some() {
                return Err(wrong(format!("`{folder}` was described before")));
            }
        }
        Ok(Self { by_folder })
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.by_folder.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.by_folder.is_empty()
    }

    /// What is said of the folder with that path below the imported one.
    pub(crate) fn of(&self, folder_name: &str) -> Option<&Described> {
        self.row(folder_name).map(|(_, described)| described)
    }

    /// The same, with the folder as the table calls it.
    pub(crate) fn row(&self, folder_name: &str) -> Option<(&str, &Described)> {
        let last = folder_name.rsplit('/').next().unwrap_or(folder_name);
        let found = self.by_folder.get_key_value(folder_name).or_else(|| self.by_folder.get_key_value(last));
        found.map(|(folder, described)| (&**folder, described))
    }

    /// All folders that it describes.
    pub(crate) fn folders(&self) -> BTreeSet<String> {
        self.by_folder.keys().cloned().collect()
    }
}

impl Row {
    fn understand(self) -> Result<(String, Described), String> {
        let kept = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (location_id, location_name) = (kept(self.location_id), kept(self.location_name));
        let folder = kept(self.folder).or_else(|| location_id.clone()).or_else(|| location_name.clone());
        let folder = folder.ok_or("one of `folder`, `locationID` and `locationName` must be given")?;
        let degrees = |name: &str, text: Option<String>| match kept(text) {
            None => Ok(None),
            Some(text) => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number
                    .map(Some)
                    .ok_or_else(|| format!("`{name}` is `{text}`: expected degrees such as 46.25"))
            }
        };
        let place = match (degrees("latitude", self.latitude)?, degrees("longitude", self.longitude)?) {
            (None, None) => None,
            (Some(latitude), Some(longitude)) => Some(Place::new(latitude, longitude).ok_or_else(|| {
                format!("{latitude}, {longitude} is no place on land or sea, or null island")
            })?),
            _ => return Err("latitude and longitude go together".to_owned()),
        };
        let described = Described {
            id: kept(self.deployment_id),
            location_id,
            location_name,
            place,
            start: kept(self.deployment_start),
            end: kept(self.deployment_end),
            camera_model: kept(self.camera_model),
            camera_id: kept(self.camera_id),
        };
        Ok((folder.replace('\\', "/").trim_matches('/').to_owned(), described))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DeploymentsFile, ReadDeploymentsError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.csv");
        fs_err::write(&file, text).unwrap();
        DeploymentsFile::read(&file)
    }

    #[test]
    fn rows_are_found_by_folder() {
        let text = "\u{feff}deploymentID,locationID,locationName,latitude,longitude,notes\r\nd1,north/cam1,\"Ridge, north\",46.5,-7.25,x\nd2,cam2,,,,\n";
        let file = read(text).unwrap();
        let north = file.of("north/cam1").unwrap();
        assert_eq!((north.id.as_deref(), north.location_name.as_deref()), (Some("d1"), Some("Ridge, north")));
        assert_eq!(north.place, Place::new(46.5, -7.25));
        assert_eq!(file.of("south/cam2").unwrap().id.as_deref(), Some("d2"));
        assert!(file.of("cam3").is_none());
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line() {
        let cases = [
            ("locationID,latitude,longitude\na,1,\n", "line 2", "go together"),
            ("locationID,latitude,longitude\na,0,0\n", "line 2", "null island"),
            ("locationID,latitude,longitude\na,1,2\nb,north,2\n", "line 3", "`latitude` is `north`"),
            ("deploymentID\nx\n", "line 2", "`folder`"),
            ("folder\nx\nx\n", "line 3", "described before"),
        ];
        for (text, line, problem) in cases {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(problem), "{error}");
        }
        assert!(matches!(read("a,b\n1\n"), Err(ReadDeploymentsError::Csv(..))));
    }
}
