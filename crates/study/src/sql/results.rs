//! What results of other programs say.

use rusqlite::OptionalExtension;

use super::export::SECONDS;
use super::{Reading, SqlError, Writing};
use crate::export::records::Deployment;
use crate::results::row::Row;

/// The run of these settings, over whatever folder, and that folder.
pub(crate) fn run(reading: Reading<'_>, details: &str) -> Result<Option<(String, Option<String>)>, SqlError> {
    let query = "SELECT r.id, r.importPath FROM biowatch_runs b JOIN model_runs r ON r.id = b.runID
        WHERE b.settings = ?1 ORDER BY r.startedAt LIMIT 1";
    let found = reading.connection.query_row(query, [details], |row| Ok((row.get(0)?, row.get(1)?)));
    found.optional().map_err(SqlError::when("look up a run"))
}

/// Notes which folder the media of a run are in.
pub(crate) fn set_import_path(writing: &Writing<'_>, run: &str, path: &str) -> Result<(), SqlError> {
    writing.run("note where media are", "UPDATE model_runs SET importPath = ?2 WHERE id = ?1", [run, path])
}

/// Whether the run has an answer for the medium.
pub(crate) fn has_output(reading: Reading<'_>, run: &str, media: &str) -> Result<bool, SqlError> {
    let when = SqlError::when("look for an output");
    let query = "SELECT EXISTS (SELECT 1 FROM model_outputs WHERE mediaID = ?2 AND runID = ?1)";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([run, media], |row| row.get(0)).map_err(when)
}

/// Gives a medium without a time the one that results have.
pub(crate) fn set_time(writing: &Writing<'_>, media: &str, time: &str) -> Result<(), SqlError> {
    let doing = "note a time";
    let sql = "UPDATE media SET timestamp = ?2 WHERE mediaID = ?1 AND timestamp IS NULL";
    if writing.count(doing, sql, [media, time])? == 1 {
        let sql = "INSERT INTO biowatch_media (mediaID, timestampSource) VALUES (?1, 'results')
            ON CONFLICT (mediaID) DO UPDATE SET timestampSource = 'results'";
        writing.run(doing, sql, [media])?;
    }
    Ok(())
}

/// Notes the frame rate of a video of which nothing is known.
pub(crate) fn set_frame_rate(writing: &Writing<'_>, media: &str, rate: f64) -> Result<(), SqlError> {
    let sql = "UPDATE media SET exifData = json_object('fps', ?2) WHERE mediaID = ?1 AND exifData IS NULL";
    writing.run("note a frame rate", sql, (media, rate))
}

/// Adds an observation, whoever made it. False when there is one of that id.
pub(crate) fn add_observation(writing: &Writing<'_>, row: &Row) -> Result<bool, SqlError> {
    let sql = "INSERT OR IGNORE INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd,
            scientificName, observationType, commonName, classificationProbability, count, lifeStage, sex, behavior, bboxX,
            bboxY, bboxWidth, bboxHeight, modelOutputID, classificationMethod, classifiedBy, classificationTimestamp,
            detectionConfidence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
    let [x, y, width, height] = row.bbox.map_or([None; 4], |sides| sides.map(Some));
    let values = rusqlite::params![
        row.id,
        row.media,
        row.deployment,
        row.event,
        row.event_start,
        row.event_end,
        row.scientific_name,
        row.observation_type,
        row.common_name,
        row.probability,
        row.count,
        row.life_stage,
        row.sex,
        row.behaviour,
        x,
        y,
        width,
        height,
        row.output,
        row.method,
        row.by,
        row.at,
        row.confidence,
    ];
    Ok(writing.count("add an observation", sql, values)? == 1)
}

/// The output of a run for a medium.
pub(crate) fn output(reading: Reading<'_>, run: &str, media: &str) -> Result<Option<String>, SqlError> {
    let when = SqlError::when("look for an output");
    let query = "SELECT id FROM model_outputs WHERE mediaID = ?2 AND runID = ?1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([run, media], |row| row.get(0)).optional().map_err(when)
}

/// Path and import folder of the medium of that id.
pub(crate) fn medium(reading: Reading<'_>, id: &str) -> Result<Option<(String, String)>, SqlError> {
    let when = SqlError::when("look up a medium");
    let query = "SELECT coalesce(filePath, ''), coalesce(importFolder, '') FROM media WHERE mediaID = ?1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(when)
}

/// Time, EXIF data (JSON) and whether somebody likes it, of a medium that was just added.
pub(crate) fn detail_medium(
    writing: &Writing<'_>,
    id: &str,
    (time, exif, favourite): (Option<&str>, Option<&str>, bool),
) -> Result<(), SqlError> {
    let sql = "UPDATE media SET timestamp = ?2, exifData = ?3, favorite = ?4 WHERE mediaID = ?1";
    writing.run("note what is said of a file", sql, (id, time, exif, favourite))
}

/// Where the deployment of that id is: none when there is no such, `Some(None)` when its place is not known.
#[allow(clippy::option_option, reason = "not there, there without a place, there with one")]
pub(crate) fn deployment_place(
    reading: Reading<'_>,
    id: &str,
) -> Result<Option<Option<(f64, f64)>>, SqlError> {
    let when = SqlError::when("look up a deployment");
    let query = "SELECT latitude, longitude FROM deployments WHERE deploymentID = ?1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let place = statement.query_row([id], |row| {
        let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get(0)?, row.get(1)?);
        Ok(latitude.zip(longitude))
    });
    place.optional().map_err(when)
}

/// Adds a deployment of a package.
pub(crate) fn add_deployment(writing: &Writing<'_>, deployment: &Deployment) -> Result<(), SqlError> {
    let sql = "INSERT OR IGNORE INTO deployments (deploymentID) VALUES (?1)";
    writing.run("add a deployment", sql, [&deployment.id])?;
    fill_deployment(writing, deployment)
}

/// Writes what a package says of a deployment where nothing stands.
pub(crate) fn fill_deployment(writing: &Writing<'_>, deployment: &Deployment) -> Result<(), SqlError> {
    let sql = "UPDATE deployments SET locationID = coalesce(locationID, ?2), locationName = coalesce(locationName, ?3),
            deploymentStart = coalesce(deploymentStart, ?4), deploymentEnd = coalesce(deploymentEnd, ?5),
            latitude = coalesce(latitude, ?6), longitude = coalesce(longitude, ?7),
            cameraModel = coalesce(cameraModel, ?8), cameraID = coalesce(cameraID, ?9),
            coordinateUncertainty = coalesce(coordinateUncertainty, ?10)
        WHERE deploymentID = ?1";
    let values = rusqlite::params![
        deployment.id,
        deployment.location_id,
        deployment.location_name,
        deployment.start,
        deployment.end,
        deployment.latitude,
        deployment.longitude,
        deployment.camera_model,
        deployment.camera_id,
        deployment.uncertainty,
    ];
    writing.run("describe a deployment", sql, values)
}

/// Title, description and contributors (JSON) of a study that has none, and that it began as a package where it is empty.
pub(crate) fn describe(
    writing: &Writing<'_>,
    [title, description, people]: [Option<&str>; 3],
) -> Result<(), SqlError> {
    let sql = "UPDATE metadata SET title = coalesce(title, ?1), description = coalesce(description, ?2),
            contributors = coalesce(contributors, ?3),
            importerName = iif(EXISTS (SELECT 1 FROM media), importerName, 'camtrap/datapackage')";
    writing.run("be described", sql, [title, description, people])
}

/// Media of a deployment taken from one second since 1970 to another, and whether something is said of each beyond what was
/// said of events: such rows have ids that end with the medium's.
pub(crate) fn media_between(
    reading: Reading<'_>,
    deployment: &str,
    (start, end): (i64, i64),
    most: usize,
) -> Result<Vec<(String, bool)>, SqlError> {
    let when = SqlError::when("look up an event");
    let query = format!(
        "SELECT mediaID, EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = m.mediaID
            AND substr(o.observationID, -length(m.mediaID) - 1) <> ':' || m.mediaID)
            OR EXISTS (SELECT 1 FROM biowatch_errors e WHERE e.mediaID = m.mediaID)
        FROM media m WHERE deploymentID = ?1 AND {SECONDS} BETWEEN ?2 AND ?3 ORDER BY timestamp, mediaID LIMIT ?4"
    );
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = statement.query_map((deployment, start, end, most), |row| Ok((row.get(0)?, row.get(1)?)));
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Whether the observation is about that medium, or about none.
pub(crate) fn is_of_medium(reading: Reading<'_>, id: &str, media: Option<&str>) -> Result<bool, SqlError> {
    let when = SqlError::when("look up an observation");
    let query = "SELECT EXISTS (SELECT 1 FROM observations WHERE observationID = ?1 AND mediaID IS ?2)";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row((id, media), |row| row.get(0)).map_err(when)
}

/// The folders that media were imported from.
pub(crate) fn import_folders(reading: Reading<'_>) -> Result<Vec<String>, SqlError> {
    let when = SqlError::when("list imported folders");
    let query = "SELECT DISTINCT importFolder FROM media WHERE importFolder IS NOT NULL";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}
