//! How much where: events per 100 trap-nights of each deployment.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::PlotTable;
use crate::view::filter::Filter;
use crate::view::order::Sort;
use crate::view::reader::{ReadError, Reader};
use crate::view::tally::{effort_filter, efforts, sightings};

pub(super) fn table(reader: &Reader, filter: &Filter) -> Result<PlotTable, ReadError> {
    let digest = reader.digest()?;
    let stood = effort_filter(filter);
    let efforts = efforts(&digest, &reader.list(&digest, &stood, Sort::Time)?);
    let list = reader.list(&digest, filter, Sort::Time)?;
    let mut events: BTreeMap<(u32, u32), HashSet<u32>> = BTreeMap::new();
    let mut undated = 0_u64;
    sightings(&digest, &list, &reader.matching(filter, &digest), &mut |one| match (
        one.item.deployment,
        one.item.event,
    ) {
        (Some(post), Some((event, _))) => {
            events.entry((post, one.species)).or_default().insert(event);
        }
        _ => undated += 1,
    });
    let mut rows = Vec::new();
    let mut without_place = 0;
    for ((at, post), effort) in (0..).zip(&digest.deployments).zip(&efforts) {
        if !filter.deployments.is_empty() && !filter.deployments.contains(&post.id) {
            continue;
        }
        without_place += u64::from(post.latitude.is_none() || post.longitude.is_none());
        let nights = effort.trap_nights();
        let start = vec![
            json!(post.id),
            json!(post.name),
            json!(post.latitude),
            json!(post.longitude),
            json!(nights),
        ];
        let before = rows.len();
        for ((_, species), events) in events.range((at, 0)..=(at, u32::MAX)) {
            let Some(species) = digest.species.get(*species as usize) else { continue };
            let rate =
                (nights > 0).then(|| (events.len() as f64 * 100_000.0 / nights as f64).round() / 1_000.0);
            let mut row = start.clone();
            row.extend([json!(species.name), json!(species.common), json!(events.len()), json!(rate)]);
            rows.push(row);
        }
        if rows.len() == before {
            let mut row = start;
            row.extend([
                Value::Null,
                Value::Null,
                json!(0),
                if nights > 0 { json!(0.0) } else { Value::Null },
            ]);
            rows.push(row);
        }
    }
    let mut notes = vec![
        "Rate: events per 100 trap-nights; a trap-night is a day from the first to the last medium of a deployment".to_owned(),
        "A deployment at which nothing was seen stands in one row without a name".to_owned(),
    ];
    if without_place > 0 {
        notes.push(format!("{without_place} deployments have no place"));
    }
    if undated > 0 {
        notes.push(format!("{undated} sightings without a time or a deployment are left out"));
    }
    let columns = vec![
        "deploymentId",
        "deployment",
        "latitude",
        "longitude",
        "trapNights",
        "scientificName",
        "commonName",
        "events",
        "ratePer100",
    ];
    Ok(PlotTable { columns, rows, notes })
}
