//! Media and what is known of their files.

use rusqlite::{OptionalExtension, Row};

use super::{Reading, SqlError, Writing};
use crate::facts::{Facts, Stamp};

/// A medium as the scan knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) path: String,
    /// None where this program has not read the file yet, or could not.
    pub(crate) content: Option<[u8; 32]>,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) has_time: bool,
    pub(crate) has_deployment: bool,
}

/// Where a medium's file lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location<'a> {
    pub(crate) path: &'a str,
    pub(crate) file_name: &'a str,
    pub(crate) import_folder: &'a str,
    pub(crate) folder_name: &'a str,
}

const KNOWN: &str = "SELECT m.mediaID, coalesce(m.filePath, ''), b.contentHash, b.fileSize, b.fileModified,
        m.timestamp IS NOT NULL, m.deploymentID IS NOT NULL
    FROM media m LEFT JOIN biowatch_media b ON b.mediaID = m.mediaID";

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let (size, modified): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let stamp = size.zip(modified).map(|(size, modified)| Stamp { size, modified });
    let content: Option<Vec<u8>> = row.get(2)?;
    Ok(Known {
        id: row.get(0)?,
        path: row.get(1)?,
        content: content.and_then(|bytes| bytes.try_into().ok()),
        stamp,
        has_time: row.get(5)?,
        has_deployment: row.get(6)?,
    })
}

/// Media whose file is, or was, at `path`.
pub(crate) fn at_path(reading: Reading<'_>, path: &str) -> Result<Vec<Known>, SqlError> {
    let when = SqlError::when("look up a file");
    let query = format!("{KNOWN} WHERE m.filePath = ?1 ORDER BY m.rowid DESC");
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let rows = statement.query_map([path], known).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}

/// The medium with that content.
pub(crate) fn with_content(reading: Reading<'_>, content: &[u8; 32]) -> Result<Option<Known>, SqlError> {
    let when = SqlError::when("look up content");
    let query = format!("{KNOWN} WHERE b.contentHash = ?1 ORDER BY m.rowid LIMIT 1");
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    statement.query_row([content], known).optional().map_err(when)
}

/// Media in a folder of any import, by the name of the file.
pub(crate) fn in_folder(
    reading: Reading<'_>,
    folder_name: &str,
    file_name: &str,
) -> Result<Vec<Known>, SqlError> {
    let when = SqlError::when("look up a file");
    let query = format!("{KNOWN} WHERE m.folderName = ?1 AND m.fileName = ?2 ORDER BY m.rowid");
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let rows = statement.query_map([folder_name, file_name], known).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}

/// Media of which the path begins with `folder`, in the order in which they came.
pub(crate) fn under(reading: Reading<'_>, folder: &str, each: &mut dyn FnMut(Known)) -> Result<(), SqlError> {
    let when = SqlError::when("list files");
    let query = format!("{KNOWN} WHERE substr(m.filePath, 1, length(?1)) = ?1 ORDER BY m.rowid");
    let mut statement = reading.connection.prepare(&query).map_err(&when)?;
    for row in statement.query_map([folder], known).map_err(&when)? {
        each(row.map_err(&when)?);
    }
    Ok(())
}

/// The medium of which `path` is a copy, if the copy is as it was.
pub(crate) fn of_copy(reading: Reading<'_>, path: &str, stamp: Stamp) -> Result<Option<String>, SqlError> {
    let when = SqlError::when("look up a copy");
    let query =
        "SELECT mediaID FROM biowatch_copies WHERE filePath = ?1 AND fileSize = ?2 AND fileModified = ?3";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row((path, stamp.size, stamp.modified), |row| row.get(0)).optional().map_err(when)
}

/// Notes that `path` holds the same as the medium `id`.
pub(crate) fn add_copy(
    writing: &Writing<'_>,
    id: &str,
    path: &str,
    stamp: Option<Stamp>,
) -> Result<(), SqlError> {
    let sql =
        "INSERT INTO biowatch_copies (filePath, mediaID, fileSize, fileModified) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (filePath) DO UPDATE SET mediaID = ?2, fileSize = ?3, fileModified = ?4";
    let values = (path, id, stamp.map(|stamp| stamp.size), stamp.map(|stamp| stamp.modified));
    writing.run("note a copy", sql, values)
}

/// Adds a medium without facts: see [`set_facts`].
pub(crate) fn insert(
    writing: &Writing<'_>,
    id: &str,
    location: Location<'_>,
    media_type: &str,
    deployment: Option<&str>,
) -> Result<(), SqlError> {
    let sql = "INSERT INTO media (mediaID, deploymentID, filePath, fileName, importFolder, folderName, fileMediatype)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Location { path, file_name, import_folder, folder_name } = location;
    let values = (id, deployment, path, file_name, import_folder, folder_name, media_type);
    writing.run("add a medium", sql, values)
}

/// The file of a medium is elsewhere now.
pub(crate) fn relocate(writing: &Writing<'_>, id: &str, location: Location<'_>) -> Result<(), SqlError> {
    let sql = "UPDATE media SET filePath = ?2, fileName = ?3, importFolder = ?4, folderName = ?5 WHERE mediaID = ?1";
    let Location { path, file_name, import_folder, folder_name } = location;
    writing.run("note where a file is", sql, (id, path, file_name, import_folder, folder_name))?;
    writing.run("note where a file is", "DELETE FROM biowatch_copies WHERE filePath = ?1", [path])
}

/// Gives a medium that has none a deployment.
pub(crate) fn set_deployment(writing: &Writing<'_>, id: &str, deployment: &str) -> Result<(), SqlError> {
    let sql = "UPDATE media SET deploymentID = ?2 WHERE mediaID = ?1 AND deploymentID IS NULL";
    writing.run("assign a deployment", sql, (id, deployment))
}

/// Notes what was read from a medium's file. A time that stands already is kept: a person may have set it.
pub(crate) fn set_facts(writing: &Writing<'_>, id: &str, facts: &Facts) -> Result<(), SqlError> {
    let doing = "note what a file tells";
    let time = facts.time.as_ref();
    if let Some(text) = time.map(|time| time.text()) {
        let sql = "UPDATE media SET timestamp = ?2 WHERE mediaID = ?1 AND timestamp IS NULL";
        writing.run(doing, sql, (id, text))?;
    }
    let sql = "INSERT INTO biowatch_media (mediaID, contentHash, fileSize, fileModified, timestampSource, zoneSource,
            clockShift, refusedTimes, latitude, longitude, cameraMake, cameraModel, cameraSerial, temperature,
            burstNumber, burstLength)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (mediaID) DO UPDATE SET contentHash = excluded.contentHash, fileSize = excluded.fileSize,
            fileModified = excluded.fileModified, timestampSource = coalesce(timestampSource, excluded.timestampSource),
            zoneSource = coalesce(zoneSource, excluded.zoneSource), clockShift = coalesce(clockShift, excluded.clockShift),
            refusedTimes = excluded.refusedTimes, latitude = excluded.latitude, longitude = excluded.longitude,
            cameraMake = excluded.cameraMake, cameraModel = excluded.cameraModel, cameraSerial = excluded.cameraSerial,
            temperature = excluded.temperature, burstNumber = excluded.burstNumber, burstLength = excluded.burstLength";
    let refused = (!facts.refused_times.is_empty()).then(|| serde_json::to_string(&facts.refused_times).ok());
    let values = rusqlite::params![
        id,
        facts.content,
        facts.stamp.map(|stamp| stamp.size),
        facts.stamp.map(|stamp| stamp.modified),
        time.map(|time| time.source.name()),
        time.and_then(|time| time.zone_source),
        time.map(|time| time.shift),
        refused.flatten(),
        facts.place.map(|place| place.latitude()),
        facts.place.map(|place| place.longitude()),
        facts.camera.make,
        facts.camera.model,
        facts.camera.serial,
        facts.temperature,
        facts.burst.map(|burst| burst.number),
        facts.burst.map(|burst| burst.length),
    ];
    writing.run(doing, sql, values)
}

/// What rows of a medium take over from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Taken {
    pub(crate) timestamp: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) exif: Option<String>,
}

/// When and where a medium was taken; none when it is gone.
pub(crate) fn taken(reading: Reading<'_>, id: &str) -> Result<Option<Taken>, SqlError> {
    let when = SqlError::when("look up a medium");
    let query = "SELECT timestamp, deploymentID, exifData FROM media WHERE mediaID = ?1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let read =
        |row: &Row<'_>| Ok(Taken { timestamp: row.get(0)?, deployment: row.get(1)?, exif: row.get(2)? });
    statement.query_row([id], read).optional().map_err(when)
}

/// Replaces `media.exifData`, a JSON text.
pub(crate) fn set_exif(writing: &Writing<'_>, id: &str, exif: &str) -> Result<(), SqlError> {
    writing.run("note what a file tells", "UPDATE media SET exifData = ?2 WHERE mediaID = ?1", (id, exif))
}

/// The medium that `word` means: its id, or the path or name of its file. None when nothing or several things fit.
pub(crate) fn named(reading: Reading<'_>, word: &str) -> Result<Vec<(String, String)>, SqlError> {
    let when = SqlError::when("look up a medium");
    let query = "SELECT mediaID, coalesce(filePath, '') FROM media
        WHERE mediaID = ?1 OR filePath = ?1 OR fileName = ?1 LIMIT 20";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([word], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}
