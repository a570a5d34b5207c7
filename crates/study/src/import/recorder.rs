//! Rows come in; outputs, observations, errors and the ends of jobs go out, a few files a transaction.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use biowatch_contract::Prediction;
use thiserror::Error;
use uuid::Uuid;

use super::{Claimed, Run, Shared};
use crate::instant::millis_now;
use crate::rows::{self, Mapped, VideoFacts};
use crate::sql::jobs::Job;
use crate::sql::{self, SqlError, Writing};
use crate::study::Study;

/// Files in one transaction, at most.
const MOST_FILES: usize = 64;
/// Rows are in the database no later than this after they came, as long as more come.
const LONGEST_WAIT: Duration = Duration::from_millis(400);
/// Attempts at a file when the model is at fault.
const MOST_ATTEMPTS: u32 = 3;
/// Pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Why rows could not be recorded. What was not recorded goes back to the queue.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The folder that is imported is not there any more.
    #[error("the folder `{}` is gone", .0.display())]
    FolderGone(PathBuf),
}

/// What became of files since the last answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Files with rows.
    pub predicted: u64,
    /// Files that stay without.
    pub failed: u64,
    /// Files that will be tried again.
    pub put_off: u64,
}

/// Takes rows in the order in which the model gives them.
#[derive(Debug)]
pub struct Recorder {
    study: Study,
    run: Arc<Run>,
    owner: String,
    shared: Arc<Shared>,
    folder: PathBuf,
    /// Rows of the file that may have more.
    open: Vec<Prediction>,
    /// Files with all their rows, not written yet.
    whole: Vec<Vec<Prediction>>,
    written: Instant,
}

impl Recorder {
    pub(super) fn new(
        study: Study,
        run: Arc<Run>,
        owner: &str,
        shared: Arc<Shared>,
        folder: PathBuf,
    ) -> Self {
        let owner = owner.to_owned();
        Self {
            study,
            run,
            owner,
            shared,
            folder,
            open: Vec::new(),
            whole: Vec::new(),
            written: Instant::now(),
        }
    }

    /// Takes a row. What it answers is in the database.
    pub fn row(&mut self, row: Prediction) -> Result<Recorded, RecordError> {
        let is_of_open = self.open.first().is_some_and(|first| first.filepath() == row.filepath());
        if !is_of_open {
            self.close();
        }
        // An error about a video comes without a frame, and ends it.
        let is_last = row.frame().is_none() && !is_foreign_frame(&row);
        self.open.push(row);
        if is_last {
            self.close();
        }
        if self.whole.len() >= MOST_FILES || self.written.elapsed() >= LONGEST_WAIT {
            return self.write();
        }
        Ok(Recorded::default())
    }

    /// The model is through with all it was given: a video in hand is whole, and a file without rows gets none.
    pub fn end(&mut self) -> Result<Recorded, RecordError> {
        self.close();
        let recorded = self.write()?;
        let left = self.put_off_rest("the model gave no row for it")?;
        Ok(recorded.and(left))
    }

    /// The model stopped in the middle of its work, for `reason`. Of the files of `batch` that have no rows the first `most` are
    /// to blame, perhaps: they are tried again, alone. The others go back to the queue as if never taken. A video in hand is
    /// not whole.
    pub fn broken(&mut self, reason: &str, batch: &[Claimed], most: usize) -> Result<Recorded, RecordError> {
        self.open.clear();
        let recorded = self.write()?;
        let blamed: Vec<Job> = {
            let mut in_flight = self.shared.in_flight();
            let paths = batch.iter().filter_map(|file| in_flight.remove(&file.path)).take(most);
            paths.flatten().collect()
        };
        let left = self.put_off(&blamed, reason)?;
        self.give_back()?;
        Ok(recorded.and(left))
    }

    /// Whatever was handed out and has no rows goes back to the queue as if never taken.
    pub fn give_back(&mut self) -> Result<(), RecordError> {
        self.open.clear();
        let rest: Vec<Job> = self.shared.in_flight().drain().flat_map(|(_, jobs)| jobs).collect();
        let owner = self.owner.clone();
        let _turn = self.shared.turn();
        self.study.database.write(|writing| {
            rest.iter().try_for_each(|job| sql::jobs::give_back(writing, &job.id, &owner))
        })?;
        Ok(())
    }

    /// The work is stopped on purpose: whole files are written, the rest goes back to the queue.
    pub fn stopped(&mut self) -> Result<Recorded, RecordError> {
        self.open.clear();
        self.write()
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.whole.push(std::mem::take(&mut self.open));
        }
    }

    fn put_off_rest(&mut self, reason: &str) -> Result<Recorded, RecordError> {
        let rest: Vec<Job> = self.shared.in_flight().drain().flat_map(|(_, jobs)| jobs).collect();
        self.put_off(&rest, reason)
    }

    fn put_off(&mut self, jobs: &[Job], reason: &str) -> Result<Recorded, RecordError> {
        let mut recorded = Recorded::default();
        if jobs.is_empty() {
            return Ok(recorded);
        }
        let (run, owner) = (Arc::clone(&self.run), self.owner.clone());
        let _turn = self.shared.turn();
        self.study.database.write(|writing| {
            for job in jobs {
                recorded = recorded.and(fail(writing, &run, &owner, job, (reason, false))?);
            }
            Ok::<_, SqlError>(())
        })?;
        Ok(recorded)
    }

    /// Writes whole files: all of them, or none where the database refuses.
    fn write(&mut self) -> Result<Recorded, RecordError> {
        self.written = Instant::now();
        if self.whole.is_empty() {
            return Ok(Recorded::default());
        }
        let files = std::mem::take(&mut self.whole);
        let has_failures = files.iter().flatten().any(Prediction::is_error);
        if has_failures && !self.folder.is_dir() {
            return Err(RecordError::FolderGone(self.folder.clone()));
        }
        let mut work = Vec::with_capacity(files.len());
        {
            let mut in_flight = self.shared.in_flight();
            for rows in files {
                let path = rows.first().map(Prediction::filepath).unwrap_or_default();
                // Rows of a file that nobody asked about have no job, and are no concern of ours.
                let jobs = in_flight.remove(path).unwrap_or_default();
                work.push((rows, jobs));
            }
        }
        let (run, owner) = (Arc::clone(&self.run), self.owner.clone());
        let mut recorded = Recorded::default();
        let _turn = self.shared.turn();
        self.study.database.write(|writing| {
            for (rows, jobs) in &work {
                for job in jobs {
                    recorded = recorded.and(record(writing, &run, &owner, job, rows)?);
                }
            }
            Ok::<_, SqlError>(())
        })?;
        Ok(recorded)
    }
}

impl Recorded {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            predicted: self.predicted + other.predicted,
            failed: self.failed + other.failed,
            put_off: self.put_off + other.put_off,
        }
    }
}

/// Whether another program's row is one of several of its file.
fn is_foreign_frame(row: &Prediction) -> bool {
    let Prediction::Foreign(row) = row else { return false };
    let value = serde_json::to_value(row).unwrap_or_default();
    value.get("frame_number").is_some_and(|number| !number.is_null())
}

fn record(
    writing: &Writing<'_>,
    run: &Run,
    owner: &str,
    job: &Job,
    rows: &[Prediction],
) -> Result<Recorded, SqlError> {
    if !sql::jobs::is_held(writing.reading(), &job.id, owner)? {
        return Ok(Recorded::default());
    }
    let Some(taken) = sql::media::taken(writing.reading(), &job.media)? else {
        sql::jobs::fail(writing, &job.id, "its medium was removed from the study")?;
        return Ok(Recorded { failed: 1, ..Recorded::default() });
    };
    let (raw, observations, video) = match rows::map(rows, &run.settings, &taken) {
        Mapped::Failed(reason) => return fail(writing, run, owner, job, (&reason, true)),
        Mapped::Predicted { raw, observations, video } => (raw, observations, video),
    };
    let output = Uuid::new_v4().to_string();
    if sql::outputs::insert(writing, &output, &job.media, &run.id, &raw)?
        && !sql::observations::has_human(writing.reading(), &job.media)?
    {
        sql::observations::clear_machine(writing, &job.media)?;
        for observation in &observations {
            let id = Uuid::new_v4().to_string();
            sql::observations::insert(writing, &id, &job.media, &output, observation)?;
        }
    }
    if let Some(video) = video {
        sql::media::set_exif(writing, &job.media, &with_video(taken.exif.as_deref(), video))?;
    }
    sql::errors::clear(writing, &run.id, &job.media)?;
    sql::jobs::complete(writing, &job.id)?;
    Ok(Recorded { predicted: 1, ..Recorded::default() })
}

/// Ends a job with an error, or puts it off where another attempt may do.
fn fail(
    writing: &Writing<'_>,
    run: &Run,
    owner: &str,
    job: &Job,
    (reason, is_final): (&str, bool),
) -> Result<Recorded, SqlError> {
    if !sql::jobs::is_held(writing.reading(), &job.id, owner)? {
        return Ok(Recorded::default());
    }
    if !is_final && job.attempts < MOST_ATTEMPTS {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(job.attempts.saturating_sub(1));
        let not_before = millis_now() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        sql::jobs::put_off(writing, &job.id, reason, not_before)?;
        return Ok(Recorded { put_off: 1, ..Recorded::default() });
    }
    sql::jobs::fail(writing, &job.id, reason)?;
    sql::errors::put(writing, &run.id, Some(&job.media), &job.path, (reason, job.attempts))?;
    Ok(Recorded { failed: 1, ..Recorded::default() })
}

/// `media.exifData` with what Biowatch keeps there of a video. Other keys stay.
fn with_video(exif: Option<&str>, video: VideoFacts) -> String {
    let mut object = match exif.and_then(|text| serde_json::from_str(text).ok()) {
        Some(serde_json::Value::Object(object)) => object,
        _ => serde_json::Map::new(),
    };
    object.insert("fps".to_owned(), video.fps.into());
    object.insert("duration".to_owned(), video.duration.into());
    object.insert("frameCount".to_owned(), ((video.duration * video.fps).round() as i64).into());
    serde_json::Value::Object(object).to_string()
}
