//! Deployments: a camera at a place for a time.

use rusqlite::OptionalExtension;

use super::{Reading, SqlError, Writing};
use crate::deployments_file::Described;
use crate::facts::Place;

/// The deployment of a folder of an import.
pub(crate) fn of_folder(
    reading: Reading<'_>,
    import_folder: &str,
    folder_name: &str,
) -> Result<Option<String>, SqlError> {
    let when = SqlError::when("look up a deployment");
    let own = "SELECT deploymentID FROM biowatch_deployments WHERE importFolder = ?1 AND folderName = ?2";
    let found = reading.connection.query_row(own, (import_folder, folder_name), |row| row.get(0));
    if let Some(found) = found.optional().map_err(&when)? {
        return Ok(Some(found));
    }
    // One that Biowatch made.
    let theirs = "SELECT deploymentID FROM media
        WHERE folderName = ?2 AND importFolder = ?1 AND deploymentID IS NOT NULL LIMIT 1";
    reading
        .connection
        .query_row(theirs, (import_folder, folder_name), |row| row.get(0))
        .optional()
        .map_err(when)
}

/// Deployments of an import with the folders they stand for.
pub(crate) fn of_import(
    reading: Reading<'_>,
    import_folder: &str,
) -> Result<Vec<(String, String)>, SqlError> {
    let when = SqlError::when("list deployments");
    let query = "SELECT deploymentID, folderName FROM biowatch_deployments WHERE importFolder = ?1";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([import_folder], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}

/// Adds a deployment that stands for a folder.
pub(crate) fn insert(
    writing: &Writing<'_>,
    id: &str,
    import_folder: &str,
    folder_name: &str,
) -> Result<(), SqlError> {
    let sql =
        "INSERT OR IGNORE INTO deployments (deploymentID, locationID, locationName) VALUES (?1, ?2, ?2)";
    writing.run("add a deployment", sql, (id, folder_name))?;
    let sql = "INSERT INTO biowatch_deployments (deploymentID, importFolder, folderName) VALUES (?1, ?2, ?3)
        ON CONFLICT DO NOTHING";
    writing.run("add a deployment", sql, (id, import_folder, folder_name))
}

/// Gives a deployment without a place that of one of its photos.
pub(crate) fn set_place(writing: &Writing<'_>, id: &str, place: Place) -> Result<(), SqlError> {
    let sql =
        "UPDATE deployments SET latitude = ?2, longitude = ?3 WHERE deploymentID = ?1 AND latitude IS NULL";
    writing.run("place a deployment", sql, (id, place.latitude(), place.longitude()))?;
    let sql = "UPDATE biowatch_deployments SET placeSource = 'exif' WHERE deploymentID = ?1 AND placeSource IS NULL";
    writing.run("place a deployment", sql, [id])
}

/// Writes what a person's table says of a deployment over what stands there.
pub(crate) fn describe(writing: &Writing<'_>, id: &str, described: &Described) -> Result<(), SqlError> {
    let sql = "UPDATE deployments SET locationID = coalesce(?2, locationID), locationName = coalesce(?3, locationName),
            latitude = coalesce(?4, latitude), longitude = coalesce(?5, longitude),
            deploymentStart = coalesce(?6, deploymentStart), deploymentEnd = coalesce(?7, deploymentEnd),
            cameraModel = coalesce(?8, cameraModel), cameraID = coalesce(?9, cameraID)
        WHERE deploymentID = ?1";
    let values = rusqlite::params![
        id,
        described.location_id,
        described.location_name,
        described.place.map(Place::latitude),
        described.place.map(Place::longitude),
        described.start,
        described.end,
        described.camera_model,
        described.camera_id,
    ];
    writing.run("describe a deployment", sql, values)?;
    let sql = "UPDATE biowatch_deployments SET placeSource = iif(?2, 'deployments file', placeSource),
            periodSource = iif(?3, 'deployments file', periodSource) WHERE deploymentID = ?1";
    let has_period = described.start.is_some() || described.end.is_some();
    writing.run("describe a deployment", sql, (id, described.place.is_some(), has_period))
}

/// Fills start, end and camera of every deployment from its media, and the dates of the study. What a person said stays.
pub(crate) fn refresh(writing: &Writing<'_>) -> Result<(), SqlError> {
    let doing = "sum up its deployments";
    // Seconds since 1970 order times of different offsets; the text is kept as it stands.
    let edges = "UPDATE deployments SET
            deploymentStart = coalesce((SELECT timestamp FROM media m WHERE m.deploymentID = deployments.deploymentID
                AND timestamp IS NOT NULL ORDER BY julianday(timestamp) LIMIT 1), deploymentStart),
            deploymentEnd = coalesce((SELECT timestamp FROM media m WHERE m.deploymentID = deployments.deploymentID
                AND timestamp IS NOT NULL ORDER BY julianday(timestamp) DESC LIMIT 1), deploymentEnd)
        WHERE deploymentID IN (SELECT deploymentID FROM biowatch_deployments WHERE periodSource IS NULL)";
    writing.run(doing, edges, [])?;
    let camera = "UPDATE deployments SET
            cameraModel = coalesce(cameraModel, (SELECT trim(coalesce(b.cameraMake, '') || '-' || coalesce(b.cameraModel, ''), '-')
                FROM biowatch_media b JOIN media m ON m.mediaID = b.mediaID
                WHERE m.deploymentID = deployments.deploymentID AND coalesce(b.cameraMake, b.cameraModel) IS NOT NULL
                GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)),
            cameraID = coalesce(cameraID, (SELECT b.cameraSerial
                FROM biowatch_media b JOIN media m ON m.mediaID = b.mediaID
                WHERE m.deploymentID = deployments.deploymentID AND b.cameraSerial IS NOT NULL
                GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1))
        WHERE deploymentID IN (SELECT deploymentID FROM biowatch_deployments)";
    writing.run(doing, camera, [])?;
    let dates = "UPDATE metadata SET
            startDate = coalesce(startDate, (SELECT substr(min(timestamp), 1, 10) FROM media
                WHERE julianday(timestamp) < julianday('now', '-1 day'))),
            endDate = coalesce(endDate, (SELECT substr(max(timestamp), 1, 10) FROM media
                WHERE julianday(timestamp) < julianday('now', '-1 day')))";
    writing.run(doing, dates, [])
}

/// A deployment with the number of its media.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentSummary {
    /// As other programs know it.
    pub id: String,
    /// Name of the place, or the folder.
    pub name: String,
    /// Earliest and latest photo, ISO 8601.
    pub start: Option<String>,
    /// See `start`.
    pub end: Option<String>,
    /// Degrees, WGS 84.
    pub latitude: Option<f64>,
    /// Degrees, WGS 84.
    pub longitude: Option<f64>,
    /// Photos and videos.
    pub media: u64,
}

/// All deployments by name.
pub(crate) fn list(reading: Reading<'_>) -> Result<Vec<DeploymentSummary>, SqlError> {
    let when = SqlError::when("list deployments");
    let query =
        "SELECT d.deploymentID, coalesce(d.locationName, d.locationID, d.deploymentID), d.deploymentStart,
            d.deploymentEnd, d.latitude, d.longitude,
            (SELECT count(*) FROM media m WHERE m.deploymentID = d.deploymentID)
        FROM deployments d ORDER BY 2, 1";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        Ok(DeploymentSummary {
            id: row.get(0)?,
            name: row.get(1)?,
            start: row.get(2)?,
            end: row.get(3)?,
            latitude: row.get(4)?,
            longitude: row.get(5)?,
            media: row.get::<_, i64>(6)?.unsigned_abs(),
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}
