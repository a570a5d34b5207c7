//! Where a package lies: in a folder or a zip file. Tables are read as they come; nothing is unpacked.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use fs_err as fs;
use serde_json::Value;
use zip::ZipArchive;

use super::Ended;
use crate::bounded::Bounded;
use crate::export::check::is_inside;
use crate::export::paths::is_address;
use crate::results::ResultsError;

/// The files of a package.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    is_archive: bool,
    /// What names begin with in the archive: its one folder.
    within: String,
    /// Names of the tables' files.
    tables: HashMap<&'static str, String>,
}

/// A row of a table.
pub(super) struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a StringRecord,
}

impl Row<'_> {
    /// The trimmed cell; empty where there is none.
    pub(super) fn get(&self, column: &str) -> &str {
        let cell = self.columns.get(column).and_then(|place| self.record.get(*place));
        cell.unwrap_or_default().trim()
    }

    /// The same, where it is not empty.
    pub(super) fn filled(&self, column: &str) -> Option<String> {
        Some(self.get(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(super) fn number(&self, column: &str) -> Option<f64> {
        self.get(column).parse().ok().filter(|number: &f64| number.is_finite())
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns.iter().map(|(name, place)| (name.as_str(), self.record.get(*place).unwrap_or_default()))
    }
}

/// Whether the file begins as zip files do.
pub(in crate::results) fn is_archive(file: &Path) -> Result<bool, ResultsError> {
    let mut start = [0; 4];
    let mut file = fs::File::open(file)?;
    let mut read = 0;
    while let Some(rest) = start.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            count => read += count,
        }
    }
    Ok(start == *b"PK\x03\x04")
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, ResultsError> {
        let mut source = Self {
            path: path.to_owned(),
            is_archive: !path.is_dir(),
            within: String::new(),
            tables: HashMap::new(),
        };
        if source.is_archive {
            let archive = source.archive()?;
            let mut names = archive.file_names().filter_map(Result::ok);
            let described = names.find(|name| name.rsplit('/').next() == Some("datapackage.json"));
            let name = described.ok_or_else(|| source.wrong("it holds no `datapackage.json`"))?;
            source.within = name.trim_end_matches("datapackage.json").to_owned();
        }
        Ok(source)
    }

    /// Notes which files the description calls the tables.
    pub(super) fn with_tables(mut self, description: &Value) -> Result<Self, ResultsError> {
        let resources = description.get("resources").and_then(Value::as_array);
        let resources = resources.map(Vec::as_slice).unwrap_or_default();
        for table in ["deployments", "media", "observations"] {
            let resource =
                resources.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(table));
            let path = resource.and_then(|one| one.get("path")).and_then(Value::as_str);
            let path = path.ok_or_else(|| self.wrong(&format!("it describes no `{table}`")))?;
            if is_address(path) || !is_inside(path) {
                return Err(self.wrong(&format!("`{table}` is at `{path}`, outside the package")));
            }
            self.tables.insert(table, path.to_owned());
        }
        Ok(self)
    }

    pub(super) fn folder(&self) -> PathBuf {
        if self.is_archive {
            self.path.parent().unwrap_or(Path::new("")).to_owned()
        } else {
            self.path.clone()
        }
    }

    pub(super) fn wrong(&self, problem: &str) -> ResultsError {
        ResultsError::Package { path: self.path.clone(), problem: problem.to_owned() }
    }

    fn archive(&self) -> Result<ZipArchive<BufReader<fs::File>>, ResultsError> {
        let file = BufReader::new(fs::File::open(&self.path)?);
        ZipArchive::new(file).map_err(|error| self.wrong(&format!("the zip file is damaged: {error}")))
    }

    /// A whole file of at most so many bytes.
    pub(super) fn bytes(&self, name: &str, most: u64) -> Result<Vec<u8>, ResultsError> {
        let mut bytes = Vec::new();
        self.with(name, |reader| {
            reader.take(most + 1).read_to_end(&mut bytes).map(drop).map_err(ResultsError::from)
        })?;
        if bytes.len() as u64 > most {
            return Err(self.wrong(&format!("`{name}` is larger than {} MiB", most >> 20)));
        }
        Ok(bytes)
    }

    fn with<T, E: From<ResultsError>>(
        &self,
        name: &str,
        read: impl FnOnce(&mut dyn Read) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.is_archive {
            let mut file = fs::File::open(self.path.join(name)).map_err(ResultsError::from)?;
            return read(&mut file);
        }
        let mut archive = self.archive()?;
        let name = format!("{}{name}", self.within);
        let mut file = archive.by_name(&name).map_err(|error| self.wrong(&format!("`{name}`: {error}")))?;
        read(&mut file)
    }

    /// Goes through a table row by row.
    pub(super) fn each_row(
        &self,
        table: &'static str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let name = self.tables.get(table).map(String::as_str).unwrap_or_default();
        let wrong = |error: csv::Error| self.wrong(&format!("`{name}`: {error}"));
        self.with(name, |reader| {
            let (reader, next) = Bounded::new(reader);
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
            let headers = reader.headers().map_err(wrong)?;
            let columns: HashMap<_, _> =
                headers.iter().enumerate().map(|(place, name)| (name.trim().to_owned(), place)).collect();
            let mut record = StringRecord::new();
            while reader.read_record(&mut record).map_err(wrong)? {
                next.part();
                each(&Row { columns: &columns, record: &record })?;
            }
            Ok(())
        })
    }
}
