//! A study at a glance.

use serde::Serialize;

use super::digest::{Digest, Standing};
use super::filter::shown;
use super::filter::{Filter, ShownKind};
use super::order::Sort;
use super::reader::{ReadError, Reader};
use super::tally::{efforts, tally};
use crate::export::kind::Kind;
use crate::sql;
use crate::sql::view::medium::stamp;

/// What a study says of itself, and its numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// UUID.
    pub id: String,
    /// As the user calls it.
    pub name: String,
    /// For publications.
    pub title: Option<String>,
    /// For publications.
    pub description: Option<String>,
    /// Seconds without a photo after which a new sequence begins.
    pub sequence_gap: u32,
    /// The whole in numbers.
    pub totals: OverviewTotals,
    /// Time of the first medium, as stored.
    pub first: Option<String>,
    /// Time of the last medium, as stored.
    pub last: Option<String>,
    /// By name.
    pub deployments: Vec<DeploymentCard>,
    /// Every name, the commonest first; people and vehicles among them.
    pub species: Vec<SpeciesCard>,
}

/// How much of what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OverviewTotals {
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Deployments.
    pub deployments: u64,
    /// Days from first to last medium of each deployment, both counted, summed up.
    pub trap_nights: u64,
    /// Names of animals.
    pub species: u64,
    /// Events: see [`crate::Study::events`].
    pub events: u64,
    /// Media with nothing on them.
    pub blank: u64,
    /// Media with something on them that could not be told.
    pub unknown: u64,
    /// Media that could not be predicted.
    pub failed: u64,
    /// Media at which nobody has looked.
    pub unprocessed: u64,
    /// Media without a time that can be read.
    pub undated: u64,
    /// Media at which a person looked.
    pub reviewed: u64,
    /// Media that a person marked.
    pub favourites: u64,
}

/// A camera at a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentCard {
    /// As other programs know it.
    pub id: String,
    /// Of the place, or the folder.
    pub name: String,
    /// Degrees, WGS 84.
    pub latitude: Option<f64>,
    /// Degrees, WGS 84.
    pub longitude: Option<f64>,
    /// As stored.
    pub start: Option<String>,
    /// As stored.
    pub end: Option<String>,
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Names of animals.
    pub species: u64,
    /// Days from first to last medium, both counted.
    pub trap_nights: u64,
}

/// A name with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeciesCard {
    /// As stored.
    pub scientific_name: String,
    /// As shown beside it.
    pub common_name: Option<String>,
    /// `animal`, `human`, `vehicle` or `unknown`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Photos and videos.
    pub media: u64,
    /// Events; a medium without a time is one of its own.
    pub events: u64,
    /// Sum over events of the largest number at once.
    pub individuals: u64,
    /// Media on which a person says so.
    pub reviewed: u64,
}

impl Reader {
    /// The study at a glance.
    pub fn overview(&self) -> Result<Overview, ReadError> {
        let digest = self.digest()?;
        let species = self.species_table(&Filter::default())?;
        let (totals, deployments) = sum_up(&digest);
        let mut dated =
            digest.by_time.iter().filter_map(|at| digest.item(*at).filter(|item| item.seconds.is_some()));
        let edges = (dated.clone().next().map(|item| item.rowid), dated.next_back().map(|item| item.rowid));
        self.with(|study| {
            let reading = study.database.reading();
            let about = sql::metadata::read(reading)?.unwrap_or_else(|| study.about.clone());
            let [title, description] = sql::metadata::headings(reading)?;
            let time = |row: Option<i64>| match row {
                Some(row) => stamp(reading, row).map(|stamp| stamp.and_then(|(_, time)| time)),
                None => Ok(None),
            };
            Ok(Overview {
                id: about.id,
                name: about.name,
                title,
                description,
                sequence_gap: about.sequence_gap,
                first: time(edges.0)?,
                last: time(edges.1)?,
                totals,
                deployments,
                species,
            })
        })
    }

    /// Names that are meant, with their numbers, the commonest first.
    pub fn species_table(&self, filter: &Filter) -> Result<Vec<SpeciesCard>, ReadError> {
        let digest = self.digest()?;
        let list = self.list(&digest, filter, Sort::Time)?;
        let tallies = tally(&digest, &list, &self.matching(filter, &digest));
        let counted = digest.species.iter().zip(tallies).filter(|(_, tally)| tally.media > 0);
        let mut cards: Vec<_> = counted
            .map(|(species, tally)| SpeciesCard {
                scientific_name: species.name.to_string(),
                common_name: species.common.as_deref().map(str::to_owned),
                kind: species.kind.word(),
                media: tally.media,
                events: tally.events,
                individuals: tally.individuals,
                reviewed: tally.reviewed,
            })
            .collect();
        cards.sort_by(|one, other| {
            other.media.cmp(&one.media).then_with(|| one.scientific_name.cmp(&other.scientific_name))
        });
        Ok(cards)
    }
}

fn sum_up(digest: &Digest) -> (OverviewTotals, Vec<DeploymentCard>) {
    let mut totals = OverviewTotals {
        deployments: digest.deployments.len() as u64,
        events: digest.events.len() as u64,
        ..OverviewTotals::default()
    };
    let mut seen = vec![vec![false; digest.species.len()]; digest.deployments.len()];
    let mut all = vec![false; digest.species.len()];
    let mut media = vec![(0, 0); digest.deployments.len()];
    for item in &digest.media {
        let (photo, video) = (u64::from(!item.is_video), u64::from(item.is_video));
        totals.photos += photo;
        totals.videos += video;
        totals.blank += u64::from(item.standing == Standing::Blank);
        totals.failed += u64::from(item.standing == Standing::Failed);
        totals.unprocessed += u64::from(item.standing == Standing::Waiting);
        totals.undated += u64::from(item.seconds.is_none());
        totals.reviewed += u64::from(item.is_reviewed);
        totals.favourites += u64::from(item.is_favourite);
        let rows = digest.rows(item);
        totals.unknown += u64::from(rows.iter().any(|row| shown(row.kind) == ShownKind::Unknown));
        let post = item.deployment.map(|at| at as usize);
        if let Some(media) = post.and_then(|at| media.get_mut(at)) {
            media.0 += photo;
            media.1 += video;
        }
        for species in rows.iter().filter(|row| row.kind == Kind::Animal).filter_map(|row| row.species) {
            let of_post = post.and_then(|at| seen.get_mut(at));
            for seen in [Some(&mut all), of_post].into_iter().flatten() {
                if let Some(seen) = seen.get_mut(species as usize) {
                    *seen = true;
                }
            }
        }
    }
    let efforts = efforts(digest, &digest.by_time);
    let count = |seen: &[bool]| seen.iter().filter(|seen| **seen).count() as u64;
    totals.species = count(&all);
    totals.trap_nights = efforts.iter().map(super::tally::Effort::trap_nights).sum();
    let cards = digest.deployments.iter().zip(&seen).zip(media).zip(&efforts);
    let mut cards: Vec<_> = cards
        .map(|(((one, seen), (photos, videos)), effort)| DeploymentCard {
            id: one.id.clone(),
            name: one.name.clone(),
            latitude: one.latitude,
            longitude: one.longitude,
            start: one.start.clone(),
            end: one.end.clone(),
            photos,
            videos,
            species: count(seen),
            trap_nights: effort.trap_nights(),
        })
        .collect();
    cards.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.id.cmp(&other.id)));
    (totals, cards)
}
