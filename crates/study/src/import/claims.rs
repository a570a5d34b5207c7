//! Files to predict, leased from the queue a few at a time.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::presence::lease_end;
use super::{Run, Shared};
use crate::sql::jobs::Job;
use crate::sql::{self, SqlError};
use crate::study::Study;

/// Jobs that are leased at once, unless they are done so fast that more pay.
const BATCH: usize = 5;
/// Jobs that are leased at once, at most.
const LARGEST_BATCH: usize = 160;
/// A batch that is used up in less is worth doubling.
const SHORT: Duration = Duration::from_millis(500);
/// Pause before the queue is looked at again, while it is empty and may fill.
const PAUSE: Duration = Duration::from_millis(50);
/// Leases of one job that may be lost, most of them while it was worked on alone, before it is given up.
const MOST_LOSSES: u32 = 10;

/// A file to predict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Absolute path. Rows are recognised by it.
    pub path: String,
}

/// Yields files to predict. Ends when the queue is empty and nothing more will come, on [`super::Import::stop`], and before and
/// after a file that must be alone: to be asked again once rows are in hand, as long as [`Claims::wait`] says so.
#[derive(Debug)]
pub struct Claims {
    study: Study,
    run: Arc<Run>,
    owner: String,
    shared: Arc<Shared>,
    batch: VecDeque<Job>,
    size: usize,
    claimed: Option<Instant>,
    error: Option<SqlError>,
}

impl Claims {
    pub(super) fn new(study: Study, run: Arc<Run>, owner: &str, shared: Arc<Shared>) -> Self {
        Self {
            study,
            run,
            owner: owner.to_owned(),
            shared,
            batch: VecDeque::new(),
            size: BATCH,
            claimed: None,
            error: None,
        }
    }

    /// Why the claims ended, when the database was the reason.
    pub fn take_error(&mut self) -> Option<SqlError> {
        self.error.take()
    }

    /// Waits until there is a file to predict. False when there will be none.
    pub fn wait(&mut self) -> Result<bool, SqlError> {
        loop {
            if self.shared.stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            if !self.batch.is_empty() {
                return Ok(true);
            }
            // Read before the queue is: what is queued last must not be missed.
            let may_come = self.shared.is_scanning.load(Ordering::Acquire);
            self.claim()?;
            if self.batch.is_empty() {
                let waits = sql::jobs::is_any_pending(self.study.database.reading(), &self.run.id)?;
                if !may_come && !waits {
                    return Ok(false);
                }
                thread::sleep(PAUSE);
            }
        }
    }

    fn claim(&mut self) -> Result<(), SqlError> {
        let is_short = self.claimed.is_some_and(|claimed| claimed.elapsed() < SHORT);
        self.size = if is_short { (self.size * 2).min(LARGEST_BATCH) } else { BATCH };
        let (run, owner, size) = (&self.run, &self.owner, self.size);
        let jobs = self.study.database.write(|writing| {
            let jobs = sql::jobs::claim(writing, &run.id, owner, size, lease_end())?;
            let (given_up, jobs): (Vec<_>, Vec<_>) =
                jobs.into_iter().partition(|job| job.losses >= MOST_LOSSES);
            for job in given_up {
                let reason = format!("{} importers ended while this file was in hand", job.losses);
                sql::jobs::fail(writing, &job.id, &reason)?;
                sql::errors::put(writing, &run.id, Some(&job.media), &job.path, (&reason, job.attempts))?;
            }
            Ok::<_, SqlError>(jobs)
        })?;
        if !jobs.is_empty() {
            self.claimed = Some(Instant::now());
        }
        self.batch.extend(jobs);
        Ok(())
    }

    /// The next job, unless it or one in hand must be alone.
    fn take(&mut self) -> Option<Job> {
        let in_flight = self.shared.in_flight();
        let front = self.batch.front()?;
        let must_wait = |job: &Job| job.is_suspect();
        let is_blocked =
            in_flight.values().flatten().any(must_wait) || (must_wait(front) && !in_flight.is_empty());
        drop(in_flight);
        if is_blocked { None } else { self.batch.pop_front() }
    }
}

impl Iterator for Claims {
    type Item = Claimed;

    fn next(&mut self) -> Option<Claimed> {
        loop {
            // Whoever holds a file that must be alone is to get no other before its row.
            if self.shared.in_flight().values().flatten().any(Job::is_suspect) {
                return None;
            }
            match self.wait() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.error = Some(error);
                    return None;
                }
            }
            let job = self.take()?;
            let path = job.path.clone();
            let folder = Path::new(&path).parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
            if let Ok(mut current) = self.shared.current.lock() {
                *current = folder;
            }
            let mut in_flight = self.shared.in_flight();
            let jobs = in_flight.entry(path.clone()).or_default();
            jobs.push(job);
            // Two media that were at one path share its rows.
            if jobs.len() == 1 {
                return Some(Claimed { path });
            }
        }
    }
}
