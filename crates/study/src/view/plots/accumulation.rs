//! How many species after how many days of a camera: as it came, and on the average of all orders of the days.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::PlotTable;
use crate::export::kind::Kind;
use crate::view::day;
use crate::view::filter::Filter;
use crate::view::order::Sort;
use crate::view::reader::{ReadError, Reader};
use crate::view::tally::{effort_filter, efforts, sightings};

/// Points of a curve.
const MOST_POINTS: usize = 200;
/// Days of cameras that are looked at; more are not drawn.
const MOST_DAYS: u64 = 2_000_000;

pub(super) fn table(reader: &Reader, filter: &Filter) -> Result<PlotTable, ReadError> {
    let columns = vec!["trapDays", "observed", "expected"];
    let mut notes = vec![
        "A day of one camera is a sample; days without media between its first and its last count".to_owned(),
        "Observed: in the order of days. Expected: the mean over all orders of the samples".to_owned(),
    ];
    let digest = reader.digest()?;
    let stood = effort_filter(filter);
    let efforts = efforts(&digest, &reader.list(&digest, &stood, Sort::Time)?);
    if efforts.iter().map(|one| one.trap_nights()).sum::<u64>() > MOST_DAYS {
        notes.push(format!(
            "More than {MOST_DAYS} days of cameras are not drawn: filter by date or deployment"
        ));
        return Ok(PlotTable { columns, rows: Vec::new(), notes });
    }
    let mut samples: BTreeMap<(i64, usize), BTreeSet<u32>> = BTreeMap::new();
    for (at, effort) in efforts.iter().enumerate() {
        if let (Some(first), Some(last)) = (effort.days.first(), effort.days.last()) {
            samples.extend((*first..=*last).map(|day| ((day, at), BTreeSet::new())));
        }
    }
    let list = reader.list(&digest, filter, Sort::Time)?;
    sightings(&digest, &list, &reader.matching(filter, &digest), &mut |one| {
        let is_animal =
            digest.species.get(one.species as usize).is_some_and(|species| species.kind == Kind::Animal);
        let (Some(local), Some(post), true) = (one.item.local, one.item.deployment, is_animal) else {
            return;
        };
        if let Some(species) = samples.get_mut(&(day::of(local), post as usize)) {
            species.insert(one.species);
        }
    });
    let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
    let mut observed = Vec::with_capacity(samples.len());
    for species in samples.values() {
        for species in species {
            *seen.entry(*species).or_default() += 1;
        }
        observed.push(seen.len());
    }
    let days: Vec<usize> = points(observed.len());
    let expected = expected(observed.len(), &seen.into_values().collect::<Vec<_>>(), &days);
    let rows = days.iter().zip(expected).filter_map(|(day, expected)| {
        let observed = observed.get(day.checked_sub(1)?)?;
        Some(vec![json!(day), json!(observed), json!((expected * 1_000.0).round() / 1_000.0)])
    });
    Ok(PlotTable { columns, rows: rows.collect(), notes })
}

/// Numbers of samples at which the curve is drawn, from 1 to all.
fn points(samples: usize) -> Vec<usize> {
    let count = samples.min(MOST_POINTS);
    let mut points: Vec<usize> = (1..=count).map(|at| at * samples / count).collect();
    if samples > 1 {
        points.insert(0, 1);
    }
    points.dedup();
    points
}

/// Species to be expected among `days` of all samples drawn without putting back. `seen`: in how many samples each species is.
fn expected(samples: usize, seen: &[usize], days: &[usize]) -> Vec<f64> {
    let mut expected = vec![0.0; days.len()];
    for seen in seen {
        // How likely it is that the species is in none of the first samples.
        let mut missing = 1.0;
        let mut drawn = 0;
        for (day, expected) in days.iter().zip(&mut expected) {
            while drawn < *day && missing > 0.0 {
                let left = samples.saturating_sub(drawn);
                missing *= left.saturating_sub(*seen) as f64 / left.max(1) as f64;
                drawn += 1;
            }
            *expected += 1.0 - missing;
        }
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_over_all_orders_is_that_of_counting_them() {
        // Four samples: {a}, {a, b}, {}, {c}.
        let samples: [&[char]; 4] = [&['a'], &['a', 'b'], &[], &['c']];
        let mut sums = [0.0; 4];
        let mut orders = 0.0;
        for code in 0..256_usize {
            let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            if BTreeSet::from(order).len() < 4 {
                continue;
            }
            orders += 1.0;
            let mut seen: BTreeSet<char> = BTreeSet::new();
            for (sum, at) in sums.iter_mut().zip(order) {
                seen.extend(samples[at]);
                *sum += seen.len() as f64;
            }
        }
        let found = expected(4, &[2, 1, 1], &[1, 2, 3, 4]);
        for (found, sum) in found.iter().zip(sums) {
            assert!((found - sum / orders).abs() < 1e-12, "{found} {}", sum / orders);
        }
        assert_eq!((points(0), points(1), points(3)), (vec![], vec![1], vec![1, 2, 3]));
        assert_eq!((points(1_000).len(), points(1_000).last()), (201, Some(&1_000)));
    }
}
