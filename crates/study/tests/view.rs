//! Overviews, events, trees, names and plots.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/generated.rs"]
mod generated;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use biowatch_study::{
    At, Filter, Plot, PlotTable, Reader, ReviseError, Revision, Sequence, Sort, Step, Studies, Taxon,
    TaxonNode,
};
use rusqlite::Connection;
use support::{Builder, Row};

fn filter(asked: &[(&str, &str)]) -> Filter {
    let mut filter = Filter::default();
    for (key, value) in asked {
        assert!(filter.set(key, value).unwrap());
    }
    filter
}

fn sequences(reader: &Reader, filter: &Filter, sort: Sort, limit: u32) -> Vec<Sequence> {
    let (mut at, mut all) = (At::Offset(0), Vec::new());
    loop {
        let page = reader.sequences(filter, sort, &at, limit).unwrap();
        all.extend(page.items);
        let Some(next) = page.next else {
            assert_eq!(page.total, all.len() as u64);
            return all;
        };
        at = At::Cursor(next);
    }
}

#[test]
fn sequences_are_the_events_of_the_study() {
    let folder = tempfile::tempdir().unwrap();
    let file = generated::study(folder.path(), 5, 600, 4);
    let reader = Reader::open(&file).unwrap();
    // What a person says hides what machines say in one and joins it in the other, so only times and media are compared.
    let mut events = Vec::new();
    let study = biowatch_study::Study::open(&file).unwrap();
    study
        .events(120, &mut |event| events.push((event.deployment, event.start, event.end, event.media)))
        .unwrap();
    let all = sequences(&reader, &Filter::default(), Sort::Time, 7);
    let mut told: Vec<_> = all
        .iter()
        .map(|one| {
            let deployment = one.deployment.as_ref().map(|one| one.id.clone());
            (deployment, one.start.clone().unwrap(), one.end.clone().unwrap(), u64::from(one.media))
        })
        .collect();
    events.sort();
    told.sort();
    assert_eq!(told, events);
    let media: BTreeSet<_> = all.iter().flat_map(|one| &one.media_ids).collect();
    assert_eq!(media.len(), all.iter().map(|one| one.media as usize).sum::<usize>());
    assert_eq!(reader.overview().unwrap().totals.events, all.len() as u64);
    // The latest first is the same the other way round where no medium is left out.
    let mut down: Vec<_> =
        sequences(&reader, &Filter::default(), Sort::TimeDown, 50).into_iter().map(|one| one.id).collect();
    let mut up: Vec<_> = all.iter().map(|one| one.id.clone()).collect();
    down.sort();
    up.sort();
    assert_eq!(down, up);
    let foxes = filter(&[("species", "vulpes vulpes")]);
    for one in sequences(&reader, &foxes, Sort::Time, 50) {
        assert_eq!(one.species.len(), 1, "{one:?}");
        assert!(one.species[0].scientific_name == "vulpes vulpes" && one.species[0].count >= 1);
        let cover = reader.medium(one.cover.as_ref().unwrap()).unwrap().medium;
        assert_eq!(cover.event.unwrap().id, one.id);
    }
}

#[test]
fn numbers_of_the_overview_are_those_of_the_gallery_and_the_exports() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    let study = support::varied(folder.path(), &photos);
    let reader = Reader::open(&study.file).unwrap();
    let overview = reader.overview().unwrap();
    let totals = &overview.totals;
    let count = |asked: &[(&str, &str)]| reader.count(&filter(asked)).unwrap();
    assert_eq!(totals.photos + totals.videos, count(&[]));
    assert_eq!(totals.videos, count(&[("video", "true")]));
    assert_eq!((totals.blank, totals.failed), (count(&[("kind", "blank")]), count(&[("kind", "failed")])));
    assert_eq!(totals.unprocessed, count(&[("kind", "unprocessed")]));
    assert_eq!(totals.reviewed, count(&[("reviewed", "true")]));
    assert_eq!((totals.failed, totals.unprocessed, totals.undated, totals.reviewed), (2, 1, 1, 3));
    // From 1 to 7 May, one day, and one day.
    assert_eq!(totals.trap_nights, 7 + 1 + 1);
    let of_a = overview.deployments.iter().find(|one| one.id == "A").unwrap();
    assert_eq!((of_a.trap_nights, of_a.photos, of_a.latitude), (7, 10, Some(47.5)));
    let foxes = overview.species.iter().find(|one| one.scientific_name == "vulpes vulpes").unwrap();
    assert_eq!(foxes.media, count(&[("species", "vulpes vulpes")]));
    // One, then two at once in the first event of A.
    let of_first = filter(&[("species", "vulpes vulpes"), ("deployment", "A"), ("to", "2026-05-01")]);
    let card = &reader.species_table(&of_first).unwrap()[0];
    assert_eq!(
        (card.media, card.events, card.individuals, card.common_name.as_deref()),
        (2, 1, 2, Some("red fox"))
    );
    assert_eq!(overview.first.as_deref(), Some("2026-05-01T06:00:00.000+02:00"));
    assert_eq!(reader.species_table(&Filter::default()).unwrap(), overview.species);
    let card =
        &Studies::new(folder.path().join("studies"), folder.path().join(".staging")).cards().unwrap()[0];
    assert_eq!((card.photos, card.videos, card.failed), (totals.photos, totals.videos, totals.failed));
    assert!(card.bytes > 0 && card.problem.is_none() && card.updated_at.is_some());
}

#[test]
fn a_video_says_at_which_second_and_details_say_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = Builder::new(folder.path(), &folder.path().join("photos"));
    study.deployment("A", "A", Some((47.5, 8.25)));
    study.run("r1", "deepfaune", "1.3", "2026-06-01T09:00:00.000Z");
    study.medium(
        "A/1.mp4",
        "A",
        Some("2026-05-01T06:00:00.000+02:00"),
        Some(r#"{"fps": 25.0, "duration": 10.0}"#),
    );
    study.output("A/1.mp4", "r1", r#"{"frames": [{"prediction_score": 0.30000000000000004}]}"#);
    study.observation("A/1.mp4", Row { name: "fox", count: 2, run: "r1", ..Row::default() });
    let connection = Connection::open(&study.file).unwrap();
    connection.execute("UPDATE observations SET eventStart = '2026-05-01T06:00:03.250+02:00'", []).unwrap();
    let details = Reader::open(&study.file).unwrap().medium("A/1.mp4").unwrap();
    let json = serde_json::to_string(&details).unwrap();
    assert_eq!(details.medium.observations[0].time, Some(3.25));
    assert_eq!((details.latitude, details.medium.kind), (Some(47.5), "video"));
    assert!(json.contains(r#""output":{"frames": [{"prediction_score": 0.30000000000000004}]}"#), "{json}");
    assert!(json.contains(r#""fileName":"1.mp4""#) && json.contains(r#""scientificName":"fox""#), "{json}");
    assert!(json.contains(r#""exif":{"duration":10.0,"fps":25.0}"#), "{json}");
}

/// Two deployments: foxes on three days at A, a lynx at B, one photo without a time.
fn small(folder: &Path) -> PathBuf {
    let mut study = Builder::new(folder, &folder.join("photos"));
    study.deployment("A", "=A", Some((47.0, 8.0)));
    study.deployment("B", "B", None);
    study.run("r1", "speciesnet", "4.0.2a", "2026-06-01T09:00:00.000Z");
    let fox = "u;mammalia;carnivora;canidae;vulpes;vulpes;red fox";
    let lynx = "u;mammalia;carnivora;felidae;lynx;lynx;eurasian lynx";
    let genus = "u;mammalia;lagomorpha;leporidae;lepus;;lepus species";
    for (path, time, label, name) in [
        ("A/1.jpg", Some("2026-06-20T05:40:00+02:00"), fox, "vulpes vulpes"),
        ("A/2.jpg", Some("2026-06-20T05:41:00+02:00"), fox, "vulpes vulpes"),
        ("A/3.jpg", Some("2026-06-22T23:10:00+02:00"), fox, "vulpes vulpes"),
        ("A/4.jpg", Some("2026-07-05T12:00:00+02:00"), genus, "lepus"),
        ("B/1.jpg", Some("2026-06-21T12:00:00+02:00"), lynx, "lynx lynx"),
        ("B/2.jpg", None, fox, "vulpes vulpes"),
        ("B/3.jpg", Some("2026-06-21T15:00:00+02:00"), "u;;;;;;blank", ""),
    ] {
        study.medium(path, path.split('/').next().unwrap(), time, None);
        study.output(path, "r1", &format!("{{\"prediction\": \"{label}\"}}"));
        study.observation(path, Row { name, count: 1, run: "r1", probability: Some(0.9), ..Row::default() });
    }
    study.file
}

#[test]
fn the_tree_counts_each_medium_once_on_every_level() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::open(&small(folder.path())).unwrap();
    let tree = reader.taxa(&Filter::default()).unwrap();
    fn walk(nodes: &[TaxonNode], reader: &Reader, told: &mut BTreeMap<String, u64>) {
        for node in nodes {
            let meant = filter(&[("species", &node.filter)]);
            assert_eq!(reader.count(&meant).unwrap(), node.media, "{node:?}");
            told.insert(format!("{} {}", node.rank.unwrap_or("-"), node.name), node.media);
            walk(&node.children, reader, told);
        }
    }
    let mut told = BTreeMap::new();
    walk(&tree, &reader, &mut told);
    let wanted = [
        ("class mammalia", 6),
        ("family canidae", 4),
        ("family felidae", 1),
        ("family leporidae", 1),
        ("genus lepus", 1),
        ("genus lynx", 1),
        ("genus vulpes", 4),
        ("order carnivora", 5),
        ("order lagomorpha", 1),
        ("species lynx lynx", 1),
        ("species vulpes vulpes", 4),
    ];
    assert_eq!(told, wanted.map(|(name, media)| (name.to_owned(), media)).into());
}

#[test]
fn names_are_found_in_the_study_among_recent_ones_and_in_the_models_list() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::open(&small(folder.path())).unwrap();
    let labels = [
        "u;mammalia;carnivora;canidae;vulpes;lagopus;arctic fox",
        "u;aves;strigiformes;;;;owl order",
        "u;;;;;;blank",
        "nonsense",
    ];
    reader.know(labels.iter().filter_map(|label| Taxon::of_label(label)).collect());
    let names = |search: &str| -> Vec<_> {
        reader.find_species(search, 3).unwrap().into_iter().map(|one| one.scientific_name).collect()
    };
    assert_eq!(names("fox"), ["vulpes lagopus"]);
    assert_eq!(names("vulpes"), ["vulpes vulpes", "vulpes lagopus"]);
    assert_eq!(names(""), ["vulpes vulpes", "lepus", "lynx lynx"]);
    let id = "A/4.jpg".to_owned();
    let lagopus =
        biowatch_study::Saying { scientific_name: Some("vulpes lagopus".into()), ..Default::default() };
    reader.say(&id, &[lagopus], "Ada").unwrap();
    let found = &reader.find_species("", 10).unwrap()[0];
    assert_eq!(
        (&*found.scientific_name, found.recent, found.in_study, found.rank),
        ("vulpes lagopus", true, true, Some("species"))
    );
    assert_eq!(found.common_name.as_deref(), Some("arctic fox"));
    // What was told of names places those that only a person gave.
    assert_eq!(reader.count(&filter(&[("species", "mammalia;carnivora;canidae")])).unwrap(), 5);
}

fn rows(table: &PlotTable) -> Vec<String> {
    let row =
        |row: &Vec<serde_json::Value>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    table.rows.iter().map(|one| row(one).replace('"', "")).collect()
}

#[test]
fn plots_say_what_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::open(&small(folder.path())).unwrap();
    let all = Filter::default();
    let plot = |plot| reader.plot(plot, &all).unwrap();
    assert_eq!(
        rows(&plot(Plot::SpeciesCounts)),
        ["vulpes vulpes null animal 4 3 3 0", "lepus null animal 1 1 1 0", "lynx lynx null animal 1 1 1 0"]
    );
    let seen = |table: &PlotTable| -> Vec<String> {
        rows(table).into_iter().filter(|row| !row.ends_with(" 0 0")).collect()
    };
    let activity = plot(Plot::Activity { sun: false });
    assert_eq!(activity.rows.len(), 3 * 24);
    assert_eq!(
        seen(&activity),
        [
            "vulpes vulpes null 5 1 2",
            "vulpes vulpes null 23 1 1",
            "lepus null 12 1 1",
            "lynx lynx null 12 1 1"
        ]
    );
    // The sun rises at 5:33 and sets at 21:26 there; B has no place.
    let by_sun = plot(Plot::Activity { sun: true });
    assert_eq!(seen(&by_sun), ["vulpes vulpes null 6 1 2", "vulpes vulpes null 20 1 1", "lepus null 10 1 1"]);
    assert!(
        by_sun.notes.iter().any(|note| note.starts_with("1 sightings of deployments without a place")),
        "{by_sun:?}"
    );
    assert_eq!(
        rows(&plot(Plot::OverTime(Step::Week))),
        [
            "2026-06-15 vulpes vulpes null 1 2",
            "2026-06-15 lynx lynx null 1 1",
            "2026-06-22 vulpes vulpes null 1 1",
            "2026-06-29 lepus null 1 1"
        ]
    );
    assert_eq!(rows(&plot(Plot::OverTime(Step::Month))).len(), 3);
    let effort = plot(Plot::Effort);
    assert_eq!(
        rows(&effort),
        [
            "A =A active 2026-06-20 2026-06-22 3",
            "A =A gap 2026-06-23 2026-07-04 12",
            "A =A active 2026-07-05 2026-07-05 1",
            "B B active 2026-06-21 2026-06-21 1"
        ]
    );
    let csv = String::from_utf8(effort.csv()).unwrap();
    assert!(
        csv.starts_with("deploymentId,deployment,state,start,end,days\nA,'=A,active,2026-06-20"),
        "{csv}"
    );
    let accumulation = plot(Plot::Accumulation);
    let curve: Vec<_> = accumulation.rows.iter().map(|row| row[1].as_u64().unwrap()).collect();
    assert_eq!((curve.len(), curve[0], curve[2], curve[16]), (17, 1, 2, 3));
    assert_eq!(accumulation.rows[16][2].as_f64(), Some(3.0));
    assert!((accumulation.rows[0][2].as_f64().unwrap() - 4.0 / 17.0).abs() < 0.001);
    let map = plot(Plot::Map);
    assert_eq!(
        rows(&map),
        [
            "A =A 47.0 8.0 16 vulpes vulpes null 2 12.5",
            "A =A 47.0 8.0 16 lepus null 1 6.25",
            "B B null null 1 lynx lynx null 1 100.0"
        ]
    );
    // A camera that saw no lynx stood all the same.
    let lynx = reader.plot(Plot::Map, &filter(&[("species", "lynx")])).unwrap();
    assert_eq!(rows(&lynx)[0], "A =A 47.0 8.0 16 null null 0 0.0");
    for name in ["species-counts", "activity", "over-time", "effort", "accumulation", "map"] {
        let table = reader
            .plot(Plot::read(name, false, Step::Day).unwrap(), &filter(&[("species", "nothing")]))
            .unwrap();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{name}");
    }
}

#[test]
fn what_a_study_says_of_itself_can_be_revised() {
    let folder = tempfile::tempdir().unwrap();
    let file = small(folder.path());
    let reader = Reader::open(&file).unwrap();
    let before = reader.overview().unwrap();
    assert_eq!((before.sequence_gap, before.totals.events), (120, 5));
    let revision = Revision {
        name: Some(" Jura ".into()),
        title: Some("Lynx".into()),
        sequence_gap: Some(30),
        ..Revision::default()
    };
    assert_eq!(reader.revise(&revision).unwrap().name, "Jura");
    let after = reader.overview().unwrap();
    assert_eq!(
        (&*after.name, after.title.as_deref(), after.sequence_gap, after.totals.events),
        ("Jura", Some("Lynx"), 30, 6)
    );
    reader.revise(&Revision { title: Some(String::new()), ..Revision::default() }).unwrap();
    assert_eq!(
        (reader.overview().unwrap().title, reader.overview().unwrap().name),
        (None, "Jura".to_owned())
    );
    let refused = |revision: Revision| reader.revise(&revision).unwrap_err();
    assert!(matches!(
        refused(Revision { name: Some(" ".into()), ..Revision::default() }),
        ReviseError::NoName
    ));
    assert!(matches!(
        refused(Revision { sequence_gap: Some(601), ..Revision::default() }),
        ReviseError::Gap(601)
    ));
}
