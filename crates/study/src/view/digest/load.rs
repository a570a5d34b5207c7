//! From rows of the database to the study in memory, all of it or the media that an edit touched.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sift::{Mark, sift};
use super::{Digest, Item, Seen, Span, Species, Standing};
use crate::export::instant::Clock;
use crate::export::kind::Kind;
use crate::sql::view::digest::{self as rows, MediumRow, ObservationRow};
use crate::sql::{self, Reading, SqlError};
use crate::study::DEFAULT_SEQUENCE_GAP;

static GENERATION: AtomicU64 = AtomicU64::new(1);

/// A row before it is known whether it counts.
type Found = (Seen, Option<(String, String)>);

impl Digest {
    /// Reads the whole study.
    pub(crate) fn load(reading: Reading<'_>) -> Result<Self, SqlError> {
        let deployments = rows::deployments(reading)?;
        let mut digest = Self {
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
            media: Vec::new(),
            rows: Vec::new(),
            deployments,
            species: Vec::new(),
            species_by_name: HashMap::new(),
            by_time: Vec::new(),
            in_events: Vec::new(),
            events: Vec::new(),
        };
        let mut at_id: HashMap<Box<str>, u32> = HashMap::new();
        let posts: HashMap<String, u32> =
            (0..).zip(&digest.deployments).map(|(at, one)| (one.id.clone(), at)).collect();
        let media = &mut digest.media;
        rows::media(reading, &mut |row| {
            // More media than 32 bits can count are more than one file of SQLite should hold; the rest is not shown.
            let Ok(at) = u32::try_from(media.len()) else { return };
            at_id.insert(row.id.into(), at);
            media.push(item(row, &posts));
        })?;
        rows::failed(reading, &mut |id| {
            if let Some(item) = at_id.get(id).and_then(|at| media.get_mut(*at as usize)) {
                item.standing = Standing::Failed;
            }
        })?;
        let mut answers = rows::answers(reading, None)?;
        let mut found: Vec<(u32, Found)> = Vec::new();
        rows::observations(reading, &mut |row| {
            let Some(at) = at_id.get(row.media).copied() else { return };
            found.push((at, (digest.seen(row), answers.remove(&row.rowid))));
        })?;
        drop(at_id);
        found.sort_by_key(|(at, _)| *at);
        let mut found = found.into_iter().peekable();
        while let Some((at, first)) = found.next() {
            let mut of_one = vec![first];
            while let Some((_, next)) = found.next_if(|(next, _)| *next == at) {
                of_one.push(next);
            }
            digest.settle(at, of_one);
        }
        digest.order(sql::metadata::read(reading)?.map_or(DEFAULT_SEQUENCE_GAP, |about| about.sequence_gap));
        Ok(digest)
    }

    /// Reads some media again: what is said of them and whether they are favourites.
    pub(crate) fn reload(&mut self, reading: Reading<'_>, media: &[String]) -> Result<(), SqlError> {
        self.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        for id in media {
            let (mut at, mut favourite) = (None, false);
            let mut found = Vec::new();
            let mut answers = rows::answers(reading, Some(id))?;
            rows::one(
                reading,
                id,
                &mut |row| {
                    (at, favourite) =
                        (self.media.binary_search_by_key(&row.rowid, |one| one.rowid).ok(), row.is_favourite)
                },
                &mut |row| found.push((row.rowid, self.seen_later(row))),
            )?;
            let found = found.into_iter().map(|(rowid, (row, name, common))| {
                let seen = Seen {
                    species: name.and_then(|name| self.named(&name, common.as_deref(), row.kind)),
                    ..row
                };
                (seen, answers.remove(&rowid))
            });
            let found: Vec<Found> = found.collect();
            let Some(item) = at.and_then(|at| self.media.get_mut(at)) else { continue };
            item.is_favourite = favourite;
            item.standing = if sql::view::gallery::error(reading, id)?.is_some() {
                Standing::Failed
            } else {
                Standing::Waiting
            };
            self.settle(at.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX), found);
        }
        Ok(())
    }

    /// An observation, with its name still to be looked up.
    fn seen_later(&self, row: ObservationRow<'_>) -> (Seen, Option<String>, Option<String>) {
        let name = row.name.filter(|name| !name.trim().is_empty()).map(str::to_owned);
        (seen(row), name, row.common.map(str::to_owned))
    }

    fn seen(&mut self, row: ObservationRow<'_>) -> Seen {
        let seen = seen(row);
        let name = row.name.filter(|name| !name.trim().is_empty());
        Seen { species: name.and_then(|name| self.named(name, row.common, seen.kind)), ..seen }
    }

    fn named(&mut self, name: &str, common: Option<&str>, kind: Kind) -> Option<u32> {
        let common = common.filter(|common| !common.trim().is_empty());
        let at = match self.species_by_name.get(name) {
            Some(at) => *at,
            None => {
                let at = u32::try_from(self.species.len()).ok()?;
                self.species.push(Species { name: name.into(), common: None, kind });
                self.species_by_name.insert(name.into(), at);
                at
            }
        };
        if let Some(species) = self.species.get_mut(at as usize)
            && species.common.is_none()
        {
            species.common = common.map(Into::into);
        }
        Some(at)
    }

    /// Gives a medium the rows that count.
    fn settle(&mut self, at: u32, mut found: Vec<Found>) {
        let is_reviewed = found.iter().any(|(seen, _)| seen.is_human);
        sift(&mut found, |(seen, answer)| Mark {
            kind: seen.kind,
            is_human: seen.is_human,
            answer: answer.clone(),
        });
        let first = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let Some(item) = self.media.get_mut(at as usize) else { return };
        item.is_reviewed = is_reviewed;
        item.first_row = first;
        item.row_count = u32::try_from(found.len()).unwrap_or_default();
        item.confidence = found.iter().filter_map(|(seen, _)| seen.confidence).reduce(f64::max);
        if let Some((first, _)) = found.first() {
            item.standing = if first.kind == Kind::Blank { Standing::Blank } else { Standing::Seen };
        }
        self.rows.extend(found.into_iter().map(|(seen, _)| seen));
    }

    /// Finds orders and events. `gap`: longest pause within an event, in seconds.
    fn order(&mut self, gap: u32) {
        let media = &self.media;
        let count = u32::try_from(media.len()).unwrap_or(u32::MAX);
        let key = |at: u32| {
            media.get(at as usize).map(|one| (one.seconds.is_none(), one.seconds, &one.name, one.rowid))
        };
        let mut by_time: Vec<u32> = (0..count).collect();
        by_time.sort_unstable_by(|one, other| key(*one).cmp(&key(*other)));
        let post = |at: u32| media.get(at as usize).and_then(|one| one.deployment);
        let mut in_events: Vec<u32> = by_time.clone();
        in_events.retain(|at| media.get(*at as usize).is_some_and(|one| one.seconds.is_some()));
        in_events.sort_by_key(|at| post(*at));
        self.by_time = by_time;
        self.in_events = in_events;
        self.find_events(i64::from(gap));
    }

    fn find_events(&mut self, gap: i64) {
        let mut last: Option<(Option<u32>, i64)> = None;
        for (start, at) in (0..).zip(&self.in_events) {
            let Some(item) = self.media.get_mut(*at as usize) else { continue };
            let seconds = item.seconds.unwrap_or_default();
            let follows = last.is_some_and(|(post, before)| {
                post == item.deployment && seconds.saturating_sub(before) <= gap
            });
            if !follows {
                let number = match self.events.last() {
                    Some(event) if event.deployment == item.deployment => event.number + 1,
                    _ => 1,
                };
                self.events.push(Span { deployment: item.deployment, number, start, len: 0 });
            }
            last = Some((item.deployment, seconds));
            let event = u32::try_from(self.events.len()).unwrap_or(u32::MAX).saturating_sub(1);
            if let Some(span) = self.events.last_mut() {
                item.event = Some((event, span.len));
                span.len += 1;
            }
        }
    }
}

fn item(row: MediumRow<'_>, posts: &HashMap<String, u32>) -> Item {
    let clock = row.timestamp.and_then(Clock::read);
    Item {
        rowid: row.rowid,
        name: row.name.into(),
        deployment: row.deployment.and_then(|id| posts.get(id)).copied(),
        seconds: clock.map(Clock::seconds),
        local: clock.map(Clock::local_seconds),
        has_offset: clock.is_some_and(Clock::has_offset),
        is_video: row.is_video,
        is_favourite: row.is_favourite,
        is_reviewed: false,
        standing: Standing::Waiting,
        confidence: None,
        first_row: 0,
        row_count: 0,
        event: None,
    }
}

fn seen(row: ObservationRow<'_>) -> Seen {
    let kind = match Kind::of_words(row.name, row.kind) {
        Kind::Unclassified => Kind::Unknown,
        kind => kind,
    };
    let count = u32::try_from(row.count.clamp(1, 100_000)).unwrap_or(1);
    Seen { species: None, kind, is_human: row.is_human, count, confidence: row.confidence }
}
