//! What exports read: one file after the other in a fixed order, all as it stood at one moment.

use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction};

use super::{Database, SqlError};
use crate::export::instant::Clock;
use crate::export::records::{Deployment, Medium, Observation, Output, Record, Stamp};

/// Seconds since 1970 of a stored time. SQLite knows `+02:00`, not `+0200`.
pub(super) const SECONDS: &str = "coalesce(unixepoch(timestamp), \
    unixepoch(substr(timestamp, 1, length(timestamp) - 2) || ':' || substr(timestamp, -2)))";
const READ: &str = "be read for an export";

/// A view of the study that writers elsewhere do not change.
#[derive(Debug)]
pub(crate) struct ExportReader<'a> {
    transaction: Transaction<'a>,
}

impl Database {
    /// Begins to read; what is written meanwhile is not seen.
    pub(crate) fn export_reader(&self) -> Result<ExportReader<'_>, SqlError> {
        let transaction = self.connection.unchecked_transaction().map_err(SqlError::when(READ))?;
        // Biowatch keeps no errors: what failed stands in its jobs, which know their files only in JSON. The table goes with the
        // transaction.
        let failed = "CREATE TEMP TABLE biowatch_failed_jobs (mediaID text PRIMARY KEY, reason text) WITHOUT ROWID;
            INSERT OR REPLACE INTO biowatch_failed_jobs
            SELECT json_extract(payload, '$.mediaId'), coalesce(nullif(trim(error), ''), 'Biowatch does not say why')
            FROM jobs WHERE status = 'failed' AND kind = 'ml-inference' AND json_valid(payload)
                AND json_extract(payload, '$.mediaId') IS NOT NULL ORDER BY coalesce(completedAt, createdAt)";
        transaction.execute_batch(failed).map_err(SqlError::when(READ))?;
        Ok(ExportReader { transaction })
    }
}

/// Files in the order of deployment, time, path.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    statement: Statement<'a>,
}

impl Order<'_> {
    /// Goes through them from the start.
    pub(crate) fn stamps(&mut self) -> Result<impl Iterator<Item = Result<Stamp, SqlError>> + '_, SqlError> {
        let rows = self.statement.query_map([], |row| {
            let timestamp: Option<String> = row.get(2)?;
            // SQLite reads more than formats can say, a date alone for one.
            let readable = timestamp.as_deref().and_then(Clock::read).is_some();
            Ok(Stamp {
                media_id: row.get(0)?,
                deployment_id: row.get(1)?,
                timestamp,
                seconds: row.get::<_, Option<i64>>(3)?.filter(|_| readable),
            })
        });
        Ok(rows.map_err(SqlError::when(READ))?.map(|row| row.map_err(SqlError::when(READ))))
    }
}

impl ExportReader<'_> {
    fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// All files, ready to be gone through. SQLite sorts on disk when memory is short.
    pub(crate) fn order(&self) -> Result<Order<'_>, SqlError> {
        let query = format!(
            "SELECT mediaID, deploymentID, timestamp, {SECONDS} FROM media ORDER BY deploymentID, 4, filePath, mediaID"
        );
        let statement = self.connection().prepare(&query).map_err(SqlError::when(READ))?;
        Ok(Order { statement })
    }

    /// Everything that is said of one file.
    pub(crate) fn record(&self, media_id: &str) -> Result<Record, SqlError> {
        let when = SqlError::when(READ);
        let connection = self.connection();
        let query = "SELECT mediaID, deploymentID, timestamp, coalesce(filePath, fileName, mediaID), fileName, importFolder, \
             folderName, coalesce(fileMediatype, 'image/jpeg'), exifData, coalesce(favorite, 0) \
             FROM media WHERE mediaID = ?1";
        let mut statement = connection.prepare_cached(query).map_err(&when)?;
        let medium = statement.query_row([media_id], medium).map_err(&when)?;
        let query = "SELECT observationID, scientificName, commonName, observationType, classificationProbability, \
             detectionConfidence, count, lifeStage, sex, behavior, bboxX, bboxY, bboxWidth, bboxHeight, \
             classificationMethod, classifiedBy, classificationTimestamp, modelOutputID, r.startedAt \
             FROM observations LEFT JOIN model_outputs o ON o.id = modelOutputID LEFT JOIN model_runs r ON r.id = o.runID \
             WHERE observations.mediaID = ?1 ORDER BY detectionConfidence DESC, observationID";
        let mut statement = connection.prepare_cached(query).map_err(&when)?;
        let observations = statement.query_map([media_id], observation).map_err(&when)?;
        let observations = observations.collect::<Result<_, _>>().map_err(&when)?;
        let query = "SELECT rawOutput, modelID, modelVersion FROM model_outputs o JOIN model_runs r ON r.id = o.runID \
             WHERE mediaID = ?1 AND rawOutput IS NOT NULL ORDER BY EXISTS (SELECT 1 FROM observations b WHERE b.mediaID = ?1 \
             AND b.modelOutputID = o.id AND b.classificationMethod = 'human') DESC, startedAt DESC, o.rowid DESC LIMIT 1";
        let mut statement = connection.prepare_cached(query).map_err(&when)?;
        let output = statement.query_row([media_id], |row| {
            Ok(Output { raw: row.get(0)?, model_id: row.get(1)?, model_version: row.get(2)? })
        });
        let output = output.optional().map_err(&when)?;
        let query = "SELECT reason FROM (SELECT reason, createdAt FROM biowatch_errors WHERE mediaID = ?1
             UNION ALL SELECT reason, -1 FROM biowatch_failed_jobs WHERE mediaID = ?1) ORDER BY createdAt DESC LIMIT 1";
        let mut statement = connection.prepare_cached(query).map_err(&when)?;
        let failure = statement.query_row([media_id], |row| row.get(0)).optional().map_err(&when)?;
        Ok(Record { medium, observations, output, failure })
    }

    /// Every deployment, in the order of their ids.
    pub(crate) fn deployments(
        &self,
        mut each: impl FnMut(Deployment) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let when = SqlError::when(READ);
        let query = "SELECT deploymentID, locationID, locationName, deploymentStart, deploymentEnd, latitude, longitude, \
             cameraModel, cameraID, coordinateUncertainty FROM deployments ORDER BY deploymentID";
        let mut statement = self.connection().prepare(query).map_err(&when)?;
        let mut rows = statement.query([]).map_err(&when)?;
        while let Some(row) = rows.next().map_err(&when)? {
            let mut deployment = deployment(row).map_err(&when)?;
            self.add_files(&mut deployment).map_err(&when)?;
            each(deployment)?;
        }
        Ok(())
    }

    fn add_files(&self, deployment: &mut Deployment) -> rusqlite::Result<()> {
        let connection = self.connection();
        // SQLite takes a bare column from the row that the only `min` or `max` is of.
        for (function, at) in [("min", &mut deployment.first_file), ("max", &mut deployment.last_file)] {
            let query = format!("SELECT timestamp, {function}({SECONDS}) FROM media WHERE deploymentID = ?1");
            let mut statement = connection.prepare_cached(&query)?;
            *at = statement.query_row([&deployment.id], |row| {
                let seconds: Option<i64> = row.get(1)?;
                Ok(row.get::<_, Option<String>>(0)?.filter(|_| seconds.is_some()))
            })?;
        }
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM media WHERE deploymentID = ?1")?;
        deployment.files = statement.query_row([&deployment.id], count)?;
        Ok(())
    }

    /// The folders that files were imported from, in the order of their names.
    pub(crate) fn import_folders(&self) -> Result<Vec<String>, SqlError> {
        let query =
            "SELECT DISTINCT importFolder FROM media WHERE importFolder IS NOT NULL ORDER BY importFolder";
        let when = SqlError::when(READ);
        let mut statement = self.connection().prepare(query).map_err(&when)?;
        let folders = statement.query_map([], |row| row.get(0)).map_err(&when)?;
        folders.collect::<Result<_, _>>().map_err(&when)
    }

    /// How many observations belong to no file.
    pub(crate) fn observations_without_file(&self) -> Result<u64, SqlError> {
        let query = "SELECT count(*) FROM observations WHERE mediaID IS NULL";
        self.connection().query_row(query, [], count).map_err(SqlError::when(READ))
    }

    /// How many files failed before they could be given a row of their own.
    pub(crate) fn failures_without_file(&self) -> Result<u64, SqlError> {
        let query = "SELECT count(DISTINCT filePath) FROM biowatch_errors WHERE mediaID IS NULL";
        self.connection().query_row(query, [], count).map_err(SqlError::when(READ))
    }

    /// Models that ran, as `id version`, and when the last run began.
    pub(crate) fn runs(&self) -> Result<(Vec<String>, Option<String>), SqlError> {
        let when = SqlError::when(READ);
        let query = "SELECT DISTINCT modelID || ' ' || modelVersion FROM model_runs ORDER BY 1";
        let mut statement = self.connection().prepare(query).map_err(&when)?;
        let models = statement.query_map([], |row| row.get(0)).map_err(&when)?;
        let models = models.collect::<Result<_, _>>().map_err(&when)?;
        let last = "SELECT max(startedAt) FROM model_runs";
        let last = self.connection().query_row(last, [], |row| row.get(0)).map_err(&when)?;
        Ok((models, last))
    }

    /// Title, description and contributors (JSON) of the study.
    pub(crate) fn headings(&self) -> Result<[Option<String>; 3], SqlError> {
        let query = "SELECT title, description, contributors FROM metadata LIMIT 1";
        let found = self.connection().query_row(query, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]));
        Ok(found.optional().map_err(SqlError::when(READ))?.unwrap_or_default())
    }
}

fn count(row: &Row<'_>) -> rusqlite::Result<u64> {
    row.get(0).map(i64::unsigned_abs)
}

fn medium(row: &Row<'_>) -> rusqlite::Result<Medium> {
    Ok(Medium {
        id: row.get(0)?,
        deployment_id: row.get(1)?,
        timestamp: row.get(2)?,
        path: row.get(3)?,
        name: row.get(4)?,
        import_folder: row.get(5)?,
        folder_name: row.get(6)?,
        media_type: row.get(7)?,
        exif: row.get(8)?,
        favourite: row.get(9)?,
    })
}

fn observation(row: &Row<'_>) -> rusqlite::Result<Observation> {
    let sides = [row.get(10)?, row.get(11)?, row.get(12)?, row.get::<_, Option<f64>>(13)?];
    let bbox = match sides {
        [Some(x), Some(y), Some(width), Some(height)] if width > 0.0 && height > 0.0 => {
            Some([x, y, width, height])
        }
        _ => None,
    };
    Ok(Observation {
        id: row.get(0)?,
        scientific_name: row.get(1)?,
        common_name: row.get(2)?,
        observation_type: row.get(3)?,
        probability: row.get(4)?,
        box_confidence: row.get(5)?,
        count: row.get(6)?,
        life_stage: row.get(7)?,
        sex: row.get(8)?,
        behaviour: row.get(9)?,
        bbox,
        method: row.get(14)?,
        classified_by: row.get(15)?,
        classified_at: row.get(16)?,
        output_id: row.get(17)?,
        run_started: row.get(18)?,
    })
}

fn deployment(row: &Row<'_>) -> rusqlite::Result<Deployment> {
    Ok(Deployment {
        id: row.get(0)?,
        location_id: row.get(1)?,
        location_name: row.get(2)?,
        start: row.get(3)?,
        end: row.get(4)?,
        latitude: row.get(5)?,
        longitude: row.get(6)?,
        camera_model: row.get(7)?,
        camera_id: row.get(8)?,
        uncertainty: row.get(9)?,
        ..Deployment::default()
    })
}
