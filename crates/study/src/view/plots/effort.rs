//! When cameras stood, and when they were silent.

use serde_json::json;

use super::PlotTable;
use crate::view::day;
use crate::view::filter::Filter;
use crate::view::order::Sort;
use crate::view::reader::{ReadError, Reader};
use crate::view::tally::{effort_filter, efforts};

/// Days without a medium after which a camera is taken to have been silent.
const SILENT: i64 = 7;

pub(super) fn table(reader: &Reader, filter: &Filter) -> Result<PlotTable, ReadError> {
    let digest = reader.digest()?;
    let filter = effort_filter(filter);
    let list = reader.list(&digest, &filter, Sort::Time)?;
    let mut rows = Vec::new();
    let mut without = 0;
    for (post, effort) in digest.deployments.iter().zip(efforts(&digest, &list)) {
        let Some(first) = effort.days.first().copied() else {
            without += 1;
            continue;
        };
        let mut add = |kind: &str, from: i64, to: i64| {
            let dates = [json!(day::date(from)), json!(day::date(to)), json!(to - from + 1)];
            let mut row = vec![json!(post.id), json!(post.name), json!(kind)];
            row.extend(dates);
            rows.push(row);
        };
        let (mut start, mut last) = (first, first);
        for day in effort.days.into_iter().skip(1) {
            if day - last > SILENT {
                add("active", start, last);
                add("gap", last + 1, day - 1);
                start = day;
            }
            last = day;
        }
        add("active", start, last);
    }
    let mut notes = vec![
        format!("A gap is more than {} days in a row without a photo or video", SILENT - 1),
        "Only deployments and dates of the filter count here: a camera that saw nothing of a kind stood all the same"
            .to_owned(),
    ];
    if without > 0 {
        notes.push(format!("{without} deployments without dated media are left out"));
    }
    let columns = vec!["deploymentId", "deployment", "state", "start", "end", "days"];
    Ok(PlotTable { columns, rows, notes })
}
