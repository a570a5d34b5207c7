//! At which hours of the day: each species counts once an event and hour.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use super::{PlotTable, sun};
use crate::view::digest::{Digest, Item};
use crate::view::filter::Filter;
use crate::view::order::Sort;
use crate::view::reader::{ReadError, Reader};
use crate::view::tally::sightings;

pub(super) fn table(reader: &Reader, filter: &Filter, by_sun: bool) -> Result<PlotTable, ReadError> {
    let digest = reader.digest()?;
    let list = reader.list(&digest, filter, Sort::Time)?;
    let matching = reader.matching(filter, &digest);
    let mut hours: BTreeMap<u32, [[u64; 2]; 24]> = BTreeMap::new();
    let mut known: HashSet<(u32, u32, usize)> = HashSet::new();
    let (mut undated, mut without_place, mut without_night, mut without_offset) =
        (0_u64, 0_u64, 0_u64, 0_u64);
    sightings(&digest, &list, &matching, &mut |one| {
        let Some(local) = one.item.local else {
            undated += 1;
            return;
        };
        let hour = if by_sun {
            match sun_hour(&digest, one.item) {
                Some(Ok(hour)) => {
                    without_offset += u64::from(!one.item.has_offset);
                    hour
                }
                Some(Err(NoNight)) => {
                    without_night += 1;
                    return;
                }
                None => {
                    without_place += 1;
                    return;
                }
            }
        } else {
            local.rem_euclid(86_400) as f64 / 3_600.0
        };
        let hour = (hour.floor() as usize).min(23);
        let event = one.item.event.map_or(u32::MAX, |(event, _)| event);
        let is_new = known.insert((one.species, event, hour));
        if let Some([media, events]) = hours.entry(one.species).or_default().get_mut(hour) {
            *media += 1;
            *events += u64::from(is_new);
        }
    });
    let mut rows = Vec::new();
    for (species, hours) in hours {
        let Some(species) = digest.species.get(species as usize) else { continue };
        for (hour, [media, events]) in hours.iter().enumerate() {
            let row = [json!(species.name), json!(species.common), json!(hour), json!(events), json!(media)];
            rows.push(row.to_vec());
        }
    }
    let mut notes = vec![if by_sun {
        "Hours by the sun: it rises at 6 and sets at 18; between them hours are stretched".to_owned()
    } else {
        "Hours by the clock of the camera".to_owned()
    }];
    let mut note = |count: u64, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    };
    note(undated, "sightings without a time are left out");
    note(without_place, "sightings of deployments without a place are left out");
    note(without_night, "sightings on days on which the sun does not rise or set are left out");
    note(
        without_offset,
        "sightings are by clocks whose zone is not known: the zone is taken from the longitude",
    );
    let columns = vec!["scientificName", "commonName", "hour", "events", "media"];
    Ok(PlotTable { columns, rows, notes })
}

/// The sun does not rise or set on that day.
struct NoNight;

/// Hour by the sun; none without a place.
fn sun_hour(digest: &Digest, item: &Item) -> Option<Result<f64, NoNight>> {
    let place = digest.deployment(item.deployment)?;
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    let seconds =
        if item.has_offset { item.seconds? } else { item.local? - (longitude / 15.0).round() as i64 * 3_600 };
    Some(sun::hour(seconds, latitude, longitude).ok_or(NoNight))
}
