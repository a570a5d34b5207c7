//! Events page by page.

use serde::Serialize;

use super::gallery::{At, MOST_OF_PAGE, Named, Page};
use super::order::{self, Key, Sort};
use super::reader::{ReadError, Reader};
use super::tally::sightings;
use super::{digest::Digest, filter::Filter, filter::Matching};
use crate::sql::SqlError;
use crate::sql::view::medium::stamp;
use crate::study::Study;

/// Most ids that an event names.
const MOST_IDS: usize = 1_000;

/// Media of one deployment that follow each other closely.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequence {
    /// As exports name it.
    pub id: String,
    /// None for media of no deployment.
    pub deployment: Option<Named>,
    /// Time of the first medium, as stored.
    pub start: Option<String>,
    /// Time of the last medium, as stored.
    pub end: Option<String>,
    /// Photos and videos.
    pub media: u32,
    /// Their ids in the order of time, 1,000 at most.
    pub media_ids: Vec<String>,
    /// What the filter means, with the largest number at once, the largest first.
    pub species: Vec<SpeciesNumber>,
    /// The medium to show for it: the surest of those that are meant.
    pub cover: Option<String>,
}

/// How many of a species.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeciesNumber {
    /// As stored.
    pub scientific_name: String,
    /// As shown beside it.
    pub common_name: Option<String>,
    /// How many.
    pub count: u32,
}

impl Reader {
    /// A page of the events with a medium that is meant, by the time of the first such medium; with [`Sort::TimeDown`] the
    /// latest first. Media without a time are in none. `limit`: 1 to 1,000.
    pub fn sequences(
        &self,
        filter: &Filter,
        sort: Sort,
        at: &At,
        limit: u32,
    ) -> Result<Page<Sequence>, ReadError> {
        let digest = self.digest()?;
        let sort = if sort == Sort::TimeDown { sort } else { Sort::Time };
        let list = self.list(&digest, filter, sort)?;
        let mut is_known = vec![false; digest.events.len()];
        // Place in the list of the first medium of each event, and the event.
        let mut events: Vec<(usize, u32)> = Vec::new();
        for (place, at) in list.iter().enumerate() {
            let Some((event, _)) = digest.item(*at).and_then(|item| item.event) else { continue };
            if let Some(known) = is_known.get_mut(event as usize).filter(|known| !**known) {
                *known = true;
                events.push((place, event));
            }
        }
        let begin = match at {
            At::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX).min(events.len()),
            At::Cursor(cursor) => {
                let key = Key::from_cursor(cursor).ok_or_else(|| ReadError::Cursor(cursor.clone()))?;
                let from = order::after(&digest, sort, &list, &key);
                events.partition_point(|(place, _)| *place < from)
            }
        };
        let end = begin.saturating_add(limit.clamp(1, MOST_OF_PAGE) as usize).min(events.len());
        let page = events.get(begin..end).unwrap_or_default();
        let matching = self.matching(filter, &digest);
        let items = self.with(|study| {
            let items = page.iter().map(|(_, event)| sequence(study, &digest, &matching, *event));
            Ok::<_, ReadError>(items.collect::<Result<_, _>>()?)
        })?;
        let last = page.last().filter(|_| end < events.len());
        let last = last.and_then(|(place, _)| digest.item(*list.get(*place)?));
        let next = last.map(|item| Key::of(sort, item).to_cursor());
        Ok(Page { items, next, total: events.len() as u64 })
    }
}

fn sequence(
    study: &Study,
    digest: &Digest,
    matching: &Matching<'_>,
    event: u32,
) -> Result<Sequence, SqlError> {
    let reading = study.database.reading();
    let places = digest.of_event(event);
    let stamp_at = |at: Option<&u32>| match at.and_then(|at| digest.item(*at)) {
        Some(item) => stamp(reading, item.rowid),
        None => Ok(None),
    };
    let mut media_ids = Vec::new();
    for at in places.iter().take(MOST_IDS) {
        media_ids.extend(stamp_at(Some(at))?.map(|(id, _)| id));
    }
    let meant =
        places.iter().filter(|at| digest.item(**at).is_some_and(|item| matching.is_meant(digest, item)));
    let meant: Vec<u32> = meant.copied().collect();
    let mut numbers: Vec<(u32, u32)> = Vec::new();
    sightings(digest, &meant, matching, &mut |one| match numbers
        .iter_mut()
        .find(|(species, _)| *species == one.species)
    {
        Some((_, number)) => *number = (*number).max(one.number),
        None => numbers.push((one.species, one.number)),
    });
    let species = numbers.into_iter().filter_map(|(at, count)| {
        let species = digest.species.get(at as usize)?;
        let common_name = species.common.as_deref().map(str::to_owned);
        Some(SpeciesNumber { scientific_name: species.name.to_string(), common_name, count })
    });
    let mut species: Vec<_> = species.collect();
    species.sort_by(|one, other| {
        other.count.cmp(&one.count).then_with(|| one.scientific_name.cmp(&other.scientific_name))
    });
    let confidence = |at: &&u32| digest.item(**at).and_then(|item| item.confidence).unwrap_or(-1.0);
    // Of equals the first is taken: `max_by` takes the last.
    let cover = meant.iter().rev().max_by(|one, other| confidence(one).total_cmp(&confidence(other)));
    let deployment = digest.events.get(event as usize).and_then(|span| digest.deployment(span.deployment));
    Ok(Sequence {
        id: digest.event_id(event),
        deployment: deployment.map(|one| Named { id: one.id.clone(), name: one.name.clone() }),
        start: stamp_at(places.first())?.and_then(|(_, time)| time),
        end: stamp_at(places.last())?.and_then(|(_, time)| time),
        media: u32::try_from(places.len()).unwrap_or(u32::MAX),
        media_ids,
        species,
        cover: stamp_at(cover)?.map(|(id, _)| id),
    })
}
