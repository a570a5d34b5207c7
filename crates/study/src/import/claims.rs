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
/// A batch that is used up in less is worth doubling, one that takes four times as long halving: what a batch costs is then
/// little beside what it brings, and importers that share the work end at about the same time.
const SHORT: Duration = Duration::from_secs(6);
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

/// Gives out files to predict, a batch at a time. A file that must be alone makes a batch of its own.
#[derive(Debug)]
pub struct Claims {
    study: Study,
    run: Arc<Run>,
    owner: String,
    shared: Arc<Shared>,
    batch: VecDeque<Job>,
    size: usize,
    claimed: Option<Instant>,
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
        }
    }

    /// The next files to predict, `most` of them at most: once the rows of those before are recorded. Waits while the queue is
    /// empty and may fill. None: there will be no more, or [`super::Import::stop`] was called.
    pub fn batch(&mut self, most: usize) -> Result<Vec<Claimed>, SqlError> {
        let mut files = Vec::new();
        if !self.wait()? {
            return Ok(files);
        }
        while files.len() < most
            && let Some(job) = self.take()
        {
            let path = job.path.clone();
            if files.is_empty() {
                let folder = Path::new(&path).parent().unwrap_or(Path::new(""));
                if let Ok(mut current) = self.shared.current.lock() {
                    *current = folder.to_string_lossy().into_owned();
                }
            }
            let mut in_flight = self.shared.in_flight();
            let jobs = in_flight.entry(path.clone()).or_default();
            jobs.push(job);
            // Two media that were at one path share its rows.
            if jobs.len() == 1 {
                files.push(Claimed { path });
            }
        }
        Ok(files)
    }

    /// Waits until there is a file to predict. False when there will be none.
    fn wait(&mut self) -> Result<bool, SqlError> {
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
        self.size = match self.claimed.map(|claimed| claimed.elapsed()) {
            None => BATCH,
            Some(taken) if taken < SHORT => (self.size * 2).min(LARGEST_BATCH),
            Some(taken) if taken > SHORT * 4 => (self.size / 2).max(BATCH),
            Some(_) => self.size,
        };
        let _turn = self.shared.turn();
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
