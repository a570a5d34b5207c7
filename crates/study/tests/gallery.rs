//! Filters, orders and pages of generated studies, against a filter of the plainest kind over all rows.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/generated.rs"]
mod generated;

use std::cmp::Ordering;
use std::path::Path;

use biowatch_study::{At, Filter, Medium, Page, ReadError, Reader, Sort};
use generated::Dice;
use rusqlite::Connection;

/// A medium as the plain filter knows it.
struct Plain {
    rowid: i64,
    id: String,
    name: String,
    deployment: Option<String>,
    timestamp: Option<String>,
    is_video: bool,
    favourite: bool,
    failed: bool,
    rows: Vec<Row>,
    reviewed: bool,
}

#[derive(Clone)]
struct Row {
    id: String,
    name: String,
    kind: &'static str,
    human: bool,
    confidence: Option<f64>,
    answer: Option<(String, String)>,
}

fn read(file: &Path) -> Vec<Plain> {
    let connection = Connection::open(file).unwrap();
    let mut media = connection
        .prepare(
            "SELECT rowid, mediaID, fileName, deploymentID, timestamp, fileMediatype LIKE 'video%', favorite,
            EXISTS (SELECT 1 FROM biowatch_errors e WHERE e.mediaID = m.mediaID) FROM media m",
        )
        .unwrap();
    let mut rows = connection
        .prepare("SELECT observationID, coalesce(scientificName, ''), coalesce(observationType, ''), classificationMethod = 'human',
            coalesce(detectionConfidence, classificationProbability), startedAt, u.id FROM observations o
            LEFT JOIN model_outputs u ON u.id = o.modelOutputID LEFT JOIN model_runs r ON r.id = u.runID WHERE o.mediaID = ?1")
        .unwrap();
    let media = media.query_map([], |row| {
        let id: String = row.get(1)?;
        let found = rows.query_map([&id], |row| {
            let (name, stored): (String, String) = (row.get(1)?, row.get(2)?);
            let kind = match (name.as_str(), stored.as_str()) {
                ("homo sapiens", _) => "human",
                ("vehicle", _) => "vehicle",
                ("", "unknown") => "unknown",
                ("", _) => "blank",
                _ => "animal",
            };
            let answer = row.get::<_, Option<String>>(5)?.zip(row.get::<_, Option<String>>(6)?);
            Ok(Row { id: row.get(0)?, name, kind, human: row.get(3)?, confidence: row.get(4)?, answer })
        });
        let all: Vec<Row> = found.unwrap().map(Result::unwrap).collect();
        Ok(Plain {
            rowid: row.get(0)?,
            name: row.get(2)?,
            deployment: row.get(3)?,
            timestamp: row.get(4)?,
            is_video: row.get(5)?,
            favourite: row.get(6)?,
            failed: row.get(7)?,
            reviewed: all.iter().any(|row| row.human),
            rows: counting(all),
            id,
        })
    });
    media.unwrap().map(Result::unwrap).collect()
}

/// The rules of counting, once more.
fn counting(all: Vec<Row>) -> Vec<Row> {
    let latest =
        |human: bool| all.iter().filter(|row| !human || row.human).filter_map(|row| row.answer.clone()).max();
    let kept = latest(true).or(latest(false));
    let mut rows: Vec<Row> =
        all.into_iter().filter(|row| row.human || row.answer.is_none() || row.answer == kept).collect();
    let human: Vec<&str> = rows.iter().filter(|row| row.human).map(|row| row.kind).collect();
    if !human.is_empty() && human.iter().all(|kind| *kind == "blank") {
        rows.retain(|row| row.human);
    }
    if rows.iter().any(|row| row.kind != "blank") {
        rows.retain(|row| row.kind != "blank");
    } else if let Some(human) = rows.iter().find(|row| row.human).cloned() {
        rows = vec![human];
    } else {
        rows.truncate(1);
    }
    rows
}

/// Local seconds and seconds of UTC.
fn times(stamp: Option<&str>) -> Option<(i64, i64)> {
    let stamp = stamp.filter(|stamp| stamp.len() >= 19)?;
    let local = format!("{}Z", &stamp[..19]).parse::<jiff::Timestamp>().ok()?.as_second();
    Some((local, local - if stamp.ends_with("+02:00") { 7_200 } else { 0 }))
}

fn value(asked: &[(&str, String)], key: &str) -> Option<String> {
    asked.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone())
}

fn is_meant(one: &Plain, asked: &[(&str, String)]) -> bool {
    let all = |key: &str| {
        asked.iter().filter(|(known, _)| *known == key).map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let yes = |key: &str, is: bool| value(asked, key).is_none_or(|wanted| wanted == is.to_string());
    let (kinds, species) = (all("kind"), all("species"));
    let (least, most) = (value(asked, "minConfidence"), value(asked, "maxConfidence"));
    let number =
        |text: &Option<String>, other: f64| text.as_ref().map_or(other, |text| text.parse().unwrap());
    let row_is_meant = |row: &Row| {
        (kinds.is_empty() || kinds.iter().any(|kind| kind == row.kind))
            && (species.is_empty()
                || species.iter().any(|name| match name.as_str() {
                    "mammalia;carnivora;canidae" => row.name == "vulpes vulpes",
                    "mammalia;" => row.name == "vulpes vulpes" || row.name == "lynx lynx",
                    name => row.name == *name || row.name.starts_with(&format!("{name} ")),
                }))
            && value(asked, "method").is_none_or(|method| (method == "human") == row.human)
            && ((least.is_none() && most.is_none())
                || row.confidence.is_some_and(|c| c >= number(&least, 0.0) && c <= number(&most, 1.0)))
    };
    let asks_rows =
        !species.is_empty() || least.is_some() || most.is_some() || value(asked, "method").is_some();
    let by_rows = if one.rows.is_empty() {
        let state = if one.failed { "failed" } else { "unprocessed" };
        !asks_rows && (kinds.is_empty() || kinds.iter().any(|kind| kind == state))
    } else {
        one.rows.iter().any(row_is_meant)
    };
    let in_time = ["from", "to", "hourFrom", "hourTo"].iter().all(|key| value(asked, key).is_none())
        || times(one.timestamp.as_deref()).is_some_and(|(local, _)| {
            let hour = local.rem_euclid(86_400) / 3_600;
            let hours = |key: &str, other: i64| value(asked, key).map_or(other, |text| text.parse().unwrap());
            let (first, end) = (hours("hourFrom", 0), hours("hourTo", 24));
            let in_hours = if first < end {
                hour >= first && hour < end
            } else {
                first == end || hour >= first || hour < end
            };
            let date = &one.timestamp.as_deref().unwrap()[..10];
            in_hours
                && value(asked, "from").is_none_or(|from| date >= from.as_str())
                && value(asked, "to").is_none_or(|to| date <= to.as_str())
        });
    by_rows
        && in_time
        && yes("reviewed", one.reviewed)
        && yes("favourite", one.favourite)
        && yes("video", one.is_video)
        && (all("deployment").is_empty()
            || one.deployment.as_ref().is_some_and(|id| all("deployment").contains(id)))
        && value(asked, "search").is_none_or(|part| one.name.to_lowercase().contains(&part.to_lowercase()))
}

fn ordered(media: &[Plain], asked: &[(&str, String)], sort: &str) -> Vec<String> {
    let mut meant: Vec<&Plain> = media.iter().filter(|one| is_meant(one, asked)).collect();
    let key = |one: &Plain| match sort {
        "time" | "-time" => times(one.timestamp.as_deref()).map(|(_, utc)| utc as f64),
        "name" => None,
        _ => one.rows.iter().filter_map(|row| row.confidence).reduce(f64::max),
    };
    meant.sort_by(|one, other| {
        let names = one.name.cmp(&other.name).then(one.rowid.cmp(&other.rowid));
        let values = match (key(one), key(other)) {
            (Some(a), Some(b)) if sort.starts_with('-') => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        values.then(if sort == "-time" { names.reverse() } else { names })
    });
    meant.into_iter().map(|one| one.id.clone()).collect()
}

fn asked(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let mut asked = Vec::new();
    let mut maybe = |dice: &mut Dice, key: &'static str, values: &[&str]| {
        if dice.chance(18) {
            asked.push((key, dice.pick(values).to_owned()));
        }
    };
    maybe(dice, "species", &["vulpes", "lynx lynx", "mammalia;carnivora;canidae", "mammalia;", "vulpes vul"]);
    maybe(dice, "species", &["meles meles", "animal"]);
    maybe(dice, "deployment", &["d000", "d001"]);
    maybe(dice, "deployment", &["d002", "nowhere"]);
    maybe(dice, "from", &["2026-01-02", "2026-01-20"]);
    maybe(dice, "to", &["2026-01-09", "2026-02-01"]);
    maybe(dice, "hourFrom", &["0", "6", "20"]);
    maybe(dice, "hourTo", &["6", "20", "24"]);
    maybe(dice, "minConfidence", &["0.2", "0.8"]);
    maybe(dice, "maxConfidence", &["0.5", "0.9"]);
    maybe(dice, "kind", &["animal", "human", "vehicle", "blank"]);
    maybe(dice, "kind", &["unknown", "unprocessed", "failed"]);
    maybe(dice, "method", &["human", "machine"]);
    maybe(dice, "reviewed", &["true", "false"]);
    maybe(dice, "favourite", &["true", "false"]);
    maybe(dice, "video", &["true", "false"]);
    maybe(dice, "search", &["IMG", "99", ".mp4"]);
    asked
}

fn filter(asked: &[(&str, String)]) -> Filter {
    let mut filter = Filter::default();
    for (key, value) in asked {
        assert!(filter.set(key, value).unwrap(), "{key}");
    }
    filter
}

fn ids(page: &Page<Medium>) -> Vec<String> {
    page.items.iter().map(|one| one.id.clone()).collect()
}

#[test]
fn every_filter_and_order_is_that_of_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = generated::study(folder.path(), 1, 1_500, 5);
    let media = read(&file);
    let reader = Reader::open(&file).unwrap();
    let mut dice = Dice(7);
    let mut found = 0;
    for round in 0..400 {
        let asked = if round == 0 { Vec::new() } else { asked(&mut dice) };
        let sort = dice.pick(&["time", "-time", "confidence", "-confidence", "name"]);
        let (filter, order) = (filter(&asked), Sort::read(sort).unwrap());
        let wanted = ordered(&media, &asked, sort);
        assert_eq!(reader.ids(&filter, order, usize::MAX).unwrap(), wanted, "{asked:?} {sort}");
        assert_eq!(reader.count(&filter).unwrap(), wanted.len() as u64);
        // Pages by cursor, and one by offset.
        let (mut at, mut paged) = (At::Offset(0), Vec::new());
        loop {
            let page = reader.gallery(&filter, order, &at, 397).unwrap();
            assert_eq!(page.total, wanted.len() as u64);
            paged.extend(ids(&page));
            let Some(next) = page.next else { break };
            at = At::Cursor(next);
        }
        assert_eq!(paged, wanted, "{asked:?} {sort}");
        let from = dice.roll(1_600);
        let page = reader.gallery(&filter, order, &At::Offset(from), 10).unwrap();
        let begin = usize::try_from(from).unwrap().min(wanted.len());
        assert_eq!(ids(&page), wanted[begin..(begin + 10).min(wanted.len())]);
        found += usize::from(!wanted.is_empty());
    }
    assert!(found > 150, "only {found} filters found anything");
}

#[test]
fn a_medium_is_shown_with_the_rows_that_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = generated::study(folder.path(), 2, 400, 3);
    let media = read(&file);
    let reader = Reader::open(&file).unwrap();
    let page = reader.gallery(&Filter::default(), Sort::Time, &At::Offset(0), 1_000).unwrap();
    for shown in &page.items {
        let plain = media.iter().find(|one| one.id == shown.id).unwrap();
        let mut told: Vec<_> = shown.observations.iter().map(|one| (one.id.clone(), one.kind)).collect();
        let mut wanted: Vec<_> = plain.rows.iter().map(|row| (row.id.clone(), row.kind)).collect();
        told.sort();
        wanted.sort();
        if wanted.first().is_some_and(|(_, kind)| *kind == "blank") && !plain.reviewed {
            // Of several blanks any may stay.
            assert_eq!((told.len(), told[0].1), (1, "blank"));
        } else {
            assert_eq!(told, wanted, "{}", shown.id);
        }
        assert_eq!((shown.reviewed, shown.favourite, shown.found), (plain.reviewed, plain.favourite, false));
        assert_eq!(shown.error.is_some(), plain.failed && plain.rows.is_empty());
        assert_eq!(shown.event.is_some(), times(plain.timestamp.as_deref()).is_some());
        assert_eq!(reader.medium(&shown.id).unwrap().medium, *shown);
    }
    assert!(matches!(reader.medium("nobody"), Err(ReadError::NoMedium(_))));
    let wrong = reader.gallery(&Filter::default(), Sort::Time, &At::Cursor("zz".into()), 10);
    assert!(matches!(wrong, Err(ReadError::Cursor(_))));
}

#[test]
fn a_cursor_goes_on_where_it_was_when_media_came_and_went() {
    let folder = tempfile::tempdir().unwrap();
    let file = generated::study(folder.path(), 3, 300, 2);
    let reader = Reader::open(&file).unwrap();
    for sort in [Sort::Time, Sort::TimeDown, Sort::ConfidenceDown, Sort::Name] {
        let all = reader.ids(&Filter::default(), sort, usize::MAX).unwrap();
        let page = reader.gallery(&Filter::default(), sort, &At::Offset(0), 50).unwrap();
        let connection = Connection::open(&file).unwrap();
        connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
        // The medium at which the page ended, and one before it.
        connection.execute("DELETE FROM media WHERE mediaID IN (?1, ?2)", [&all[49], &all[20]]).unwrap();
        reader.refresh().unwrap();
        let next = reader.gallery(&Filter::default(), sort, &At::Cursor(page.next.unwrap()), 50).unwrap();
        assert_eq!(ids(&next), all[50..100], "{sort:?}");
        assert_eq!(next.total, all.len() as u64 - 2);
    }
}

#[test]
fn wrong_filters_say_what_may_stand_there() {
    let mut filter = Filter::default();
    for (key, value) in [
        ("from", "yesterday"),
        ("hourFrom", "25"),
        ("minConfidence", "2"),
        ("minConfidence", "NaN"),
        ("kind", "ghost"),
        ("method", "both"),
        ("reviewed", "perhaps"),
    ] {
        let error = filter.set(key, value).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{key}={value}`: it must be")), "{error}");
    }
    assert!(!filter.set("limit", "10").unwrap() && filter.set("species", "").unwrap());
    assert_eq!(filter, Filter::default());
    let many = (0..2_000).try_for_each(|number| filter.set("deployment", &number.to_string()).map(drop));
    assert!(many.unwrap_err().to_string().ends_with("there are too many of them"));
}
