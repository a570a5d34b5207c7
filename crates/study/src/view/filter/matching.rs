//! A filter made ready for one state of a study.

use jiff::tz::Offset;

use super::{Filter, Method, ShownKind};
use crate::export::kind::Kind;
use crate::view::digest::{Digest, Item, Seen, Standing};

/// A filter whose names are looked up.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    filter: &'a Filter,
    /// Whether each species of the digest is meant; none: all are.
    species: Option<Vec<bool>>,
    deployments: Option<Vec<bool>>,
    from: Option<i64>,
    to: Option<i64>,
    asks_of_rows: bool,
}

impl<'a> Matching<'a> {
    /// `lineage` tells the lineage of a stored name, `mammalia;carnivora;…`, where it is known.
    pub(crate) fn new(
        filter: &'a Filter,
        digest: &Digest,
        lineage: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Self {
        let species = (!filter.species.is_empty()).then(|| {
            let by_lineage = filter.species.iter().any(|wanted| wanted.contains(';'));
            let is_meant = |name: &str| {
                let lineage = by_lineage.then(|| lineage(name)).flatten();
                filter.species.iter().any(|wanted| is_within(name, lineage.as_deref(), wanted))
            };
            let mut is_meant = is_meant;
            digest.species.iter().map(|one| is_meant(&one.name)).collect()
        });
        let deployments = (!filter.deployments.is_empty())
            .then(|| digest.deployments.iter().map(|one| filter.deployments.contains(&one.id)).collect());
        let seconds = |time: &jiff::civil::DateTime| {
            Offset::UTC.to_timestamp(*time).map(|instant| instant.as_second()).unwrap_or_default()
        };
        let asks_of_rows = !filter.species.is_empty()
            || filter.method.is_some()
            || filter.min_confidence.is_some()
            || filter.max_confidence.is_some();
        let (from, to) = (filter.from.as_ref().map(seconds), filter.to.as_ref().map(seconds));
        Self { filter, species, deployments, from, to, asks_of_rows }
    }

    /// Whether a medium is meant.
    pub(crate) fn is_meant(&self, digest: &Digest, item: &Item) -> bool {
        let filter = self.filter;
        let is = |wanted: Option<bool>, value| wanted.is_none_or(|wanted| wanted == value);
        is(filter.video, item.is_video)
            && is(filter.favourite, item.is_favourite)
            && is(filter.reviewed, item.is_reviewed)
            && self.deployments.as_ref().is_none_or(|meant| {
                item.deployment.and_then(|at| meant.get(at as usize)).copied().unwrap_or(false)
            })
            && self.is_in_time(item.local)
            && self.has_kind(digest, item)
            && filter.search.as_ref().is_none_or(|part| item.name.to_lowercase().contains(part))
    }

    /// Whether an observation is what is asked for.
    pub(crate) fn is_meant_row(&self, row: &Seen) -> bool {
        let filter = self.filter;
        let in_range = |confidence: f64| {
            filter.min_confidence.is_none_or(|least| confidence >= least)
                && filter.max_confidence.is_none_or(|most| confidence <= most)
        };
        let asks_confidence = filter.min_confidence.is_some() || filter.max_confidence.is_some();
        (filter.kinds.is_empty() || filter.kinds.contains(&shown(row.kind)))
            && self.species.as_ref().is_none_or(|meant| {
                row.species.and_then(|at| meant.get(at as usize)).copied().unwrap_or(false)
            })
            && filter.method.is_none_or(|method| row.is_human == (method == Method::Human))
            && (!asks_confidence || row.confidence.is_some_and(in_range))
    }

    fn has_kind(&self, digest: &Digest, item: &Item) -> bool {
        let kinds = &self.filter.kinds;
        let without_rows = |kind| !self.asks_of_rows && (kinds.is_empty() || kinds.contains(&kind));
        match item.standing {
            Standing::Failed => without_rows(ShownKind::Failed),
            Standing::Waiting => without_rows(ShownKind::Unprocessed),
            Standing::Seen | Standing::Blank => digest.rows(item).iter().any(|row| self.is_meant_row(row)),
        }
    }

    fn is_in_time(&self, local: Option<i64>) -> bool {
        let (from, to) = (self.filter.hour_from, self.filter.hour_to);
        if self.from.is_none() && self.to.is_none() && from.is_none() && to.is_none() {
            return true;
        }
        let Some(local) = local else { return false };
        let hour = local.rem_euclid(86_400) / 3_600;
        let (first, end) = (i64::from(from.unwrap_or(0)), i64::from(to.unwrap_or(24)));
        let in_hours = match first.cmp(&end) {
            std::cmp::Ordering::Less => (first..end).contains(&hour),
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => hour >= first || hour < end,
        };
        in_hours && self.from.is_none_or(|from| local >= from) && self.to.is_none_or(|to| local <= to)
    }
}

/// Whether a stored name is `wanted`, a species of that genus, or below that taxon: with a `;`, if only at its end, a lineage
/// is meant.
fn is_within(name: &str, lineage: Option<&str>, wanted: &str) -> bool {
    let starts = |text: &str, wanted: &str, with: char| {
        text.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(with))
    };
    if wanted.contains(';') {
        return lineage.is_some_and(|lineage| starts(lineage, wanted.trim_end_matches(';'), ';'));
    }
    starts(&name.to_lowercase(), wanted, ' ')
}

/// A kind as filters and pages know it.
pub(crate) fn shown(kind: Kind) -> ShownKind {
    match kind {
        Kind::Animal => ShownKind::Animal,
        Kind::Human => ShownKind::Human,
        Kind::Vehicle => ShownKind::Vehicle,
        Kind::Blank => ShownKind::Blank,
        Kind::Unknown | Kind::Unclassified => ShownKind::Unknown,
    }
}
