//! How much when: each species counts once an event and step.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use super::{PlotTable, Step};
use crate::view::day;
use crate::view::filter::Filter;
use crate::view::order::Sort;
use crate::view::reader::{ReadError, Reader};
use crate::view::tally::sightings;

pub(super) fn table(reader: &Reader, filter: &Filter, step: Step) -> Result<PlotTable, ReadError> {
    let digest = reader.digest()?;
    let list = reader.list(&digest, filter, Sort::Time)?;
    let matching = reader.matching(filter, &digest);
    let mut periods: BTreeMap<(i64, u32), [u64; 2]> = BTreeMap::new();
    let mut known: HashSet<(i64, u32, u32)> = HashSet::new();
    let mut undated = 0_u64;
    sightings(&digest, &list, &matching, &mut |one| {
        let (Some(local), Some((event, _))) = (one.item.local, one.item.event) else {
            undated += 1;
            return;
        };
        let day = day::of(local);
        let period = match step {
            Step::Day => day,
            Step::Week => day::monday(day),
            Step::Month => day::month(day),
        };
        let [media, events] = periods.entry((period, one.species)).or_default();
        *media += 1;
        *events += u64::from(known.insert((period, one.species, event)));
    });
    let rows = periods.into_iter().filter_map(|((period, species), [media, events])| {
        let species = digest.species.get(species as usize)?;
        Some(vec![
            json!(day::date(period)),
            json!(species.name),
            json!(species.common),
            json!(events),
            json!(media),
        ])
    });
    let rows = rows.collect();
    let mut notes = vec![match step {
        Step::Day => "Days by the clock of the camera; days without sightings are left out".to_owned(),
        Step::Week => "Weeks by their Monday; weeks without sightings are left out".to_owned(),
        Step::Month => "Months by their first day; months without sightings are left out".to_owned(),
    }];
    if undated > 0 {
        notes.push(format!("{undated} sightings without a time are left out"));
    }
    let columns = vec!["from", "scientificName", "commonName", "events", "media"];
    Ok(PlotTable { columns, rows, notes })
}
