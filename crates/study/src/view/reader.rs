//! A study, opened for many who look at it at once.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

use super::digest::Digest;
use super::filter::{Filter, Matching};
use super::order::{self, Sort};
use super::taxa::Taxonomy;
use crate::sql::{self, SqlError};
use crate::study::{OpenStudyError, Study};

/// Connections that are kept for the next question.
const MOST_IDLE: usize = 4;
/// Media that are read again one by one; with more it is quicker to read the whole study.
const MOST_AGAIN: usize = 1_000;
/// Lists that are kept for the next page.
const MOST_LISTS: usize = 16;
/// While others write, at most one part in so many of the time goes into reading the study again.
const SHARE: u32 = 10;

/// A study as the pages ask for it. Shared between threads; every call blocks while the database is read.
///
/// What others write is seen at once, except while they write without pause: then it may be up to ten times as old as
/// reading the study takes (2 seconds with 100,000 media). What is edited through the same `Reader` is seen at once.
#[derive(Debug)]
pub struct Reader {
    file: PathBuf,
    /// A connection that never writes: it sees that others did.
    watcher: Mutex<Study>,
    idle: Mutex<Vec<Study>>,
    held: Mutex<Option<Held>>,
    lists: Mutex<VecDeque<List>>,
    pub(super) taxonomy: Mutex<Taxonomy>,
}

#[derive(Debug)]
struct Held {
    digest: Arc<Digest>,
    version: i64,
    read_at: Instant,
    took: Duration,
}

#[derive(Debug)]
struct List {
    generation: u64,
    filter: Filter,
    sort: Sort,
    places: Arc<[u32]>,
}

/// Why something could not be shown.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The study could not be opened again.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
    /// It was deleted, or never there.
    #[error("there is no photo or video `{0}` in the study")]
    NoMedium(String),
    /// Not one that a page gave.
    #[error("`{0}` is not the begin of a page")]
    Cursor(String),
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reader {
    /// Opens the study in `file`, and adds tables that it lacks.
    pub fn open(file: &Path) -> Result<Self, OpenStudyError> {
        let watcher = Mutex::new(Study::open(file)?);
        let (idle, held, lists) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { file: file.to_owned(), watcher, idle, held, lists, taxonomy: Mutex::default() })
    }

    /// The database file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Runs `work` with a connection of its own.
    pub fn with<T, E: From<OpenStudyError>>(
        &self,
        work: impl FnOnce(&mut Study) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = lock(&self.idle).pop();
        let mut study = match idle {
            Some(study) => study,
            None => Study::open(&self.file)?,
        };
        let done = work(&mut study);
        let mut idle = lock(&self.idle);
        if idle.len() < MOST_IDLE {
            idle.push(study);
        }
        done
    }

    /// Reads the study again if anything has changed, however often it does.
    pub fn refresh(&self) -> Result<(), ReadError> {
        self.digest_not_older(Some(Duration::ZERO)).map(drop)
    }

    /// The study as it stands.
    pub(crate) fn digest(&self) -> Result<Arc<Digest>, ReadError> {
        self.digest_not_older(None)
    }

    fn version(&self) -> Result<i64, SqlError> {
        sql::view::digest::version(lock(&self.watcher).database.reading())
    }

    fn digest_not_older(&self, age: Option<Duration>) -> Result<Arc<Digest>, ReadError> {
        let mut held = lock(&self.held);
        // Asked before reading: what is written meanwhile is found changed the next time.
        let version = self.version()?;
        if let Some(held) = &*held {
            let bound = age.unwrap_or(held.took.saturating_mul(SHARE));
            if held.version == version || held.read_at.elapsed() < bound {
                return Ok(Arc::clone(&held.digest));
            }
        }
        let begin = Instant::now();
        let digest = self.with(|study| study.database.snapshot(Digest::load).map_err(ReadError::from))?;
        let digest = Arc::new(digest);
        let read_at = Instant::now();
        *held = Some(Held { digest: Arc::clone(&digest), version, read_at, took: begin.elapsed() });
        Ok(digest)
    }

    /// Makes `edit`, which tells the media that it touched (none: more than media), and sees to it that the next question
    /// knows.
    pub(crate) fn editing<T, E>(
        &self,
        edit: impl FnOnce(&mut Study) -> Result<(T, Option<Vec<String>>), E>,
    ) -> Result<T, E>
    where
        E: From<OpenStudyError> + From<SqlError>,
    {
        self.with(|study| {
            let mut held = lock(&self.held);
            let before = (self.version()?, sql::view::digest::version(study.database.reading())?);
            let (value, touched) = edit(study)?;
            let taken_over = held.as_mut().filter(|known| known.version == before.0).and_then(|known| {
                let touched = touched.filter(|touched| touched.len() <= MOST_AGAIN)?;
                let after = self.version().ok()?;
                // This connection's number changes only when others wrote: then all is read again.
                let reading = study.database.reading();
                let alone = sql::view::digest::version(reading).ok()? == before.1;
                alone
                    .then(|| Arc::make_mut(&mut known.digest).reload(reading, &touched))
                    .transpose()
                    .ok()??;
                known.version = after;
                Some(())
            });
            if taken_over.is_none() {
                *held = None;
            }
            Ok(value)
        })
    }

    /// The filter, made ready.
    pub(crate) fn matching<'a>(&self, filter: &'a Filter, digest: &Digest) -> Matching<'a> {
        Matching::new(filter, digest, &mut |name| self.taxon(name).map(|taxon| taxon.lineage()))
    }

    /// Forgets what was listed.
    pub(super) fn forget_lists(&self) {
        lock(&self.lists).clear();
    }

    /// Places of the media that are meant, in order.
    pub(crate) fn list(&self, digest: &Digest, filter: &Filter, sort: Sort) -> Result<Arc<[u32]>, ReadError> {
        {
            let mut lists = lock(&self.lists);
            lists.retain(|list| list.generation == digest.generation);
            let known = lists.iter().find(|list| list.sort == sort && list.filter == *filter);
            if let Some(list) = known {
                return Ok(Arc::clone(&list.places));
            }
        }
        let matching = self.matching(filter, digest);
        let meant = digest.by_time.iter().copied();
        let meant = meant.filter(|at| digest.item(*at).is_some_and(|item| matching.is_meant(digest, item)));
        let mut places: Vec<u32> = meant.collect();
        order::arrange(digest, sort, &mut places);
        let places: Arc<[u32]> = places.into();
        let mut lists = lock(&self.lists);
        if lists.len() >= MOST_LISTS {
            lists.pop_front();
        }
        let list =
            List { generation: digest.generation, filter: filter.clone(), sort, places: Arc::clone(&places) };
        lists.push_back(list);
        Ok(places)
    }
}
