//! A results file that survives: rows are appended one by one, and a second run continues where the first
//! one ended, however it ended.
//!
//! Beside `FILE` stands `FILE.settings.json`, which says what made the rows and is locked while a run
//! writes. A photo counts as done when its line is complete and holds no error. A video counts as done when all its
//! lines do and something came after it: another file, or the end of a run that was not interrupted. Rows of other
//! files are dropped and those files predicted again; a torn last line is cut off.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Longest line that is taken for a row; more means that the file is something else.
const MAX_ROW_BYTES: u64 = 1 << 20;
/// Frames a second that are taken where nothing else is asked for, and where a settings file names no rate.
pub(crate) const USUAL_SAMPLE_FPS: f64 = 1.0;
/// How every row begins.
const ROW_START: &[u8] = b"{\"filepath\": \"";

/// What decides the content of a row. Rows made under different settings never share a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowSettings {
    /// `speciesnet`.
    pub(crate) model: String,
    /// Version of the model package.
    pub(crate) model_version: String,
    /// Alpha-3 code.
    pub(crate) country: Option<String>,
    /// Two-letter state.
    pub(crate) admin1_region: Option<String>,
    /// Whether the geofence was used.
    pub(crate) geofence: bool,
    /// `photo` or `animal`.
    pub(crate) answer_per: String,
    /// `f32`, ...
    pub(crate) precision: String,
    /// Whatever else rows depend on, in words.
    #[serde(default)]
    pub(crate) options: String,
    /// Frames a second that are taken from videos, above 0.
    #[serde(default = "usual_sample_fps")]
    pub(crate) sample_fps: f64,
}

fn usual_sample_fps() -> f64 {
    USUAL_SAMPLE_FPS
}

/// Why rows cannot be added to a file.
#[derive(Debug, Error)]
pub(crate) enum OpenResultsError {
    /// The system said no.
    #[error("the results file cannot be opened")]
    Io(#[from] io::Error),
    /// Another run holds it.
    #[error("another run is writing to {}", .0.display())]
    InUse(PathBuf),
    /// Rows of other settings.
    #[error("{} holds rows made with {name} {found}, and this run would add rows made with {name} {wanted}", .file.display())]
    OtherSettings {
        /// The results file.
        file: PathBuf,
        /// Which setting.
        name: &'static str,
        /// In the file.
        found: String,
        /// Asked for.
        wanted: String,
    },
    /// Not ours.
    #[error("line {line} of {} is not a prediction row", .file.display())]
    NotRows {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
    },
}

/// What stands in the settings file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    settings: RowSettings,
    /// Length of the results file when a run had come to its end, in bytes: the last video in it is whole.
    #[serde(default)]
    whole_bytes: Option<u64>,
}

/// An open results file.
#[derive(Debug)]
pub(crate) struct Results {
    rows: File,
    done: Arc<DoneFiles>,
    settings: RowSettings,
    /// The settings file, which holds the lock for as long as the run lives.
    lock: File,
}

/// Which files have their row. Keeps 16 bytes a file, whatever the length of its path.
#[derive(Debug, Default)]
pub(crate) struct DoneFiles(HashSet<[u8; 16]>);

impl DoneFiles {
    /// Whether `filepath` has its row.
    pub(crate) fn contains(&self, filepath: &str) -> bool {
        self.0.contains(&digest(filepath))
    }

    /// How many have.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn insert(&mut self, filepath: &str) -> bool {
        self.0.insert(digest(filepath))
    }
}

fn digest(filepath: &str) -> [u8; 16] {
    let mut short = [0; 16];
    for (to, from) in short.iter_mut().zip(Sha256::digest(filepath.as_bytes())) {
        *to = from;
    }
    short
}

impl Results {
    /// Opens `file` for a run with `settings`, or creates it. Nothing of an existing file is changed before
    /// it has been read to the end and found to be made of rows of the same settings.
    pub(crate) fn open(file: &Path, settings: &RowSettings) -> Result<Self, OpenResultsError> {
        let lock = lock(file)?;
        let whole_bytes = check_recorded(&lock, file, settings)?;
        let existing = scan(file, settings, whole_bytes)?;
        record(&lock, settings, None)?;
        let rows =
            if existing.redo.is_empty() { cut(file, existing.length)? } else { rewrite(file, &existing)? };
        Ok(Self { rows, done: Arc::new(existing.done), settings: settings.clone(), lock })
    }

    /// Files whose rows are kept.
    pub(crate) fn done(&self) -> &Arc<DoneFiles> {
        &self.done
    }

    /// Adds a row (without its newline) in one write: once this returns, killing the process cannot lose it.
    pub(crate) fn append(&mut self, mut row: Vec<u8>) -> io::Result<()> {
        row.push(b'\n');
        self.rows.write_all(&row)
    }

    /// Makes the rows safe against a power cut. `whole` says that the last file has all its rows.
    pub(crate) fn finish(self, whole: bool) -> io::Result<()> {
        self.rows.sync_all()?;
        if whole {
            record(&self.lock, &self.settings, Some(self.rows.metadata()?.len()))?;
        }
        Ok(())
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    PathBuf::from(path)
}

fn lock(file: &Path) -> Result<File, OpenResultsError> {
    let path = beside(file, ".settings.json");
    let lock = fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    let (lock, _) = lock.into_parts();
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenResultsError::InUse(file.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Compares with what an earlier run recorded, and gives the length it recorded. A record cut short by a crash counts as
/// none.
fn check_recorded(lock: &File, file: &Path, wanted: &RowSettings) -> Result<Option<u64>, OpenResultsError> {
    let mut text = String::new();
    lock.take(1 << 16).read_to_string(&mut text)?;
    let Ok(Record { settings: found, whole_bytes }) = serde_json::from_str(&text) else { return Ok(None) };
    let place = |settings: &RowSettings| match (&settings.country, &settings.admin1_region) {
        (None, _) => "none".to_owned(),
        (Some(country), None) => country.clone(),
        (Some(country), Some(region)) => format!("{country}/{region}"),
    };
    let or_none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    let on_off = |on: bool| if on { "on" } else { "off" }.to_owned();
    let pairs = [
        ("model", found.model.clone(), wanted.model.clone()),
        ("model version", found.model_version.clone(), wanted.model_version.clone()),
        ("country", place(&found), place(wanted)),
        ("geofence", on_off(found.geofence), on_off(wanted.geofence)),
        ("one answer per", found.answer_per.clone(), wanted.answer_per.clone()),
        ("precision", found.precision.clone(), wanted.precision.clone()),
        ("options", or_none(&found.options), or_none(&wanted.options)),
        ("frames a second", found.sample_fps.to_string(), wanted.sample_fps.to_string()),
    ];
    match pairs.into_iter().find(|(_, found, wanted)| found != wanted) {
        // A settings file without rows is a run that never began: it binds nobody.
        Some(_) if fs_err::metadata(file).map_or(0, |data| data.len()) == 0 => Ok(None),
        Some((name, found, wanted)) => {
            Err(OpenResultsError::OtherSettings { file: file.to_owned(), name, found, wanted })
        }
        None => Ok(whole_bytes),
    }
}

fn record(mut lock: &File, settings: &RowSettings, whole_bytes: Option<u64>) -> io::Result<()> {
    let record = Record { settings: settings.clone(), whole_bytes };
    let text = serde_json::to_vec_pretty(&record)?;
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(&text)?;
    lock.set_len(text.len() as u64)?;
    lock.sync_all()?;
    Ok(())
}

/// What is in a results file.
#[derive(Debug, Default)]
struct Existing {
    done: DoneFiles,
    /// Line numbers, from 0, of rows to drop: errors, and second rows of one file.
    redo: Vec<u64>,
    /// Bytes up to the end of the last complete line.
    length: u64,
}

/// The part of a row that decides whether it is kept.
#[derive(Deserialize)]
struct Row {
    filepath: String,
    model_version: String,
    country: Option<String>,
    admin1_region: Option<String>,
    prediction: Option<String>,
    error: Option<String>,
    failures: Option<Vec<String>>,
    frame_number: Option<u64>,
}

/// The rows of one file, which stand one after the other.
#[derive(Debug)]
struct Group {
    filepath: String,
    /// Line numbers, from 0.
    lines: std::ops::Range<u64>,
    is_video: bool,
    is_error: bool,
}

impl Row {
    fn is_error(&self) -> bool {
        self.error.is_some()
            || self.prediction.as_deref() == Some("error")
            || self.failures.as_ref().is_some_and(|failures| !failures.is_empty())
    }
}

impl Existing {
    /// Keeps or drops the rows of a file, all together.
    fn close(&mut self, group: Option<Group>, is_whole: bool) {
        let Some(Group { filepath, lines, is_video, is_error }) = group else { return };
        let keep = !is_error && (is_whole || !is_video) && self.done.insert(&filepath);
        if !keep {
            self.redo.extend(lines);
        }
    }
}

fn scan(file: &Path, settings: &RowSettings, whole_bytes: Option<u64>) -> Result<Existing, OpenResultsError> {
    let mut existing = Existing::default();
    let mut reader = match fs_err::File::open(file) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(existing),
        Err(error) => return Err(error.into()),
    };
    let mut line = Vec::new();
    let mut group: Option<Group> = None;
    for number in 0.. {
        line.clear();
        let length = (&mut reader).take(MAX_ROW_BYTES).read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            break;
        }
        let not_rows = || OpenResultsError::NotRows { file: file.to_owned(), line: number + 1 };
        if line.last() != Some(&b'\n') {
            if length >= MAX_ROW_BYTES || !begins_like_a_row(&line) {
                return Err(not_rows());
            }
            break;
        }
        let row: Row = serde_json::from_slice(&line).map_err(|_| not_rows())?;
        check_row(&row, file, settings)?;
        let (is_video, is_error) = (row.frame_number.is_some(), row.is_error());
        match &mut group {
            // A photo has one row: a second one is of a second try.
            Some(group) if group.filepath == row.filepath && group.is_video => {
                group.lines.end = number + 1;
                group.is_error |= is_error;
            }
            _ => {
                let lines = number..number + 1;
                let next = Group { filepath: row.filepath, lines, is_video, is_error };
                existing.close(group.replace(next), true);
            }
        }
        existing.length += length;
    }
    existing.close(group, whole_bytes == Some(existing.length));
    Ok(existing)
}

fn begins_like_a_row(line: &[u8]) -> bool {
    line.iter().zip(ROW_START).all(|(found, expected)| found == expected)
}

/// Error rows may carry `unknown` as their version: they are redone anyway.
fn check_row(row: &Row, file: &Path, settings: &RowSettings) -> Result<(), OpenResultsError> {
    let other = |name, found: Option<&str>, wanted: Option<&str>| {
        let text = |value: Option<&str>| value.unwrap_or("none").to_owned();
        OpenResultsError::OtherSettings {
            file: file.to_owned(),
            name,
            found: text(found),
            wanted: text(wanted),
        }
    };
    if row.is_error() {
        return Ok(());
    }
    if row.model_version != settings.model_version {
        return Err(other("model version", Some(&row.model_version), Some(&settings.model_version)));
    }
    if row.country != settings.country {
        return Err(other("country", row.country.as_deref(), settings.country.as_deref()));
    }
    if row.admin1_region != settings.admin1_region {
        return Err(other("region", row.admin1_region.as_deref(), settings.admin1_region.as_deref()));
    }
    Ok(())
}

/// Opens `file` to append after its first `length` bytes, the complete lines.
fn cut(file: &Path, length: u64) -> io::Result<File> {
    let opened = fs_err::OpenOptions::new().write(true).create(true).truncate(false).open(file)?;
    let (mut rows, _) = opened.into_parts();
    rows.set_len(length)?;
    rows.seek(SeekFrom::Start(length))?;
    Ok(rows)
}

/// Copies the rows that stay to a file beside, and puts that in place: a crash leaves the one or the other.
fn rewrite(file: &Path, existing: &Existing) -> io::Result<File> {
    let path = beside(file, ".rewriting");
    let mut kept = io::BufWriter::new(fs_err::File::create(&path)?);
    let mut reader = BufReader::new(fs_err::File::open(file)?).take(existing.length);
    let mut redo = existing.redo.iter().copied().peekable();
    let mut line = Vec::new();
    for number in 0.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if redo.next_if_eq(&number).is_none() {
            kept.write_all(&line)?;
        }
    }
    let kept = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
    kept.sync_all()?;
    let length = kept.metadata()?.len();
    drop((kept, reader));
    fs_err::rename(&path, file)?;
    cut(file, length)
}

#[cfg(test)]
mod tests;
