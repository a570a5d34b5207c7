//! How much of each species, and how long cameras stood.

use std::collections::HashMap;

use super::day;
use super::digest::{Digest, Item};
use super::filter::{Filter, Matching};

/// One species on one medium.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sighting<'a> {
    pub(crate) item: &'a Item,
    /// Place in the digest.
    pub(crate) species: u32,
    /// How many at once.
    pub(crate) number: u32,
    pub(crate) is_human: bool,
}

/// Numbers of a species.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) media: u64,
    /// A medium without a time is an event of its own.
    pub(crate) events: u64,
    /// Sum over events of the largest number at once.
    pub(crate) individuals: u64,
    /// Media on which a person says so.
    pub(crate) reviewed: u64,
}

/// Hands over each species on each medium of `list`, as far as the filter means its observations.
pub(crate) fn sightings<'a>(
    digest: &'a Digest,
    list: &[u32],
    matching: &Matching<'_>,
    each: &mut dyn FnMut(Sighting<'a>),
) {
    for item in list.iter().filter_map(|at| digest.item(*at)) {
        let mut found: Vec<Sighting<'a>> = Vec::new();
        for row in digest.rows(item).iter().filter(|row| matching.is_meant_row(row)) {
            let Some(species) = row.species else { continue };
            match found.iter_mut().find(|one| one.species == species) {
                Some(one) => {
                    one.number = one.number.saturating_add(row.count);
                    one.is_human |= row.is_human;
                }
                None => found.push(Sighting { item, species, number: row.count, is_human: row.is_human }),
            }
        }
        found.into_iter().for_each(&mut *each);
    }
}

/// Counts each species of the digest, in its order.
pub(crate) fn tally(digest: &Digest, list: &[u32], matching: &Matching<'_>) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); digest.species.len()];
    let mut most: HashMap<(u32, u32), u32> = HashMap::new();
    sightings(digest, list, matching, &mut |one| {
        let Some(tally) = tallies.get_mut(one.species as usize) else { return };
        tally.media += 1;
        tally.reviewed += u64::from(one.is_human);
        match one.item.event {
            Some((event, _)) => {
                let known = most.entry((one.species, event)).or_default();
                *known = (*known).max(one.number);
            }
            None => {
                tally.events += 1;
                tally.individuals += u64::from(one.number);
            }
        }
    });
    for ((species, _), number) in most {
        if let Some(tally) = tallies.get_mut(species as usize) {
            tally.events += 1;
            tally.individuals += u64::from(number);
        }
    }
    tallies
}

/// From when to when a camera stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Days with media, ascending.
    pub(crate) days: Vec<i64>,
}

impl Effort {
    /// Days from the first medium to the last, both counted.
    pub(crate) fn trap_nights(&self) -> u64 {
        match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) => (last - first + 1).unsigned_abs(),
            _ => 0,
        }
    }
}

/// What of a filter bears on how long cameras stood: deployments and dates. A camera that saw no fox stood all the same.
pub(crate) fn effort_filter(filter: &Filter) -> Filter {
    let Filter { deployments, from, to, .. } = filter;
    Filter { deployments: deployments.clone(), from: *from, to: *to, ..Filter::default() }
}

/// How long each deployment of the digest stood, in its order, by the media of `list`.
pub(crate) fn efforts(digest: &Digest, list: &[u32]) -> Vec<Effort> {
    let mut efforts = vec![Effort::default(); digest.deployments.len()];
    for item in list.iter().filter_map(|at| digest.item(*at)) {
        let effort = item.deployment.and_then(|at| efforts.get_mut(at as usize));
        let (Some(effort), Some(local)) = (effort, item.local) else { continue };
        let day = day::of(local);
        if effort.days.last() != Some(&day) {
            effort.days.push(day);
        }
    }
    for effort in &mut efforts {
        effort.days.sort_unstable();
        effort.days.dedup();
    }
    efforts
}
