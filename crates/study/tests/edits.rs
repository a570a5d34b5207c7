//! What people say, undone and made again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/generated.rs"]
mod generated;

use std::path::Path;

use biowatch_study::{
    Action, At, Correction, EditError, Edited, Filter, Medium, Page, Reader, Saying, Sort, Study,
};
use generated::{Dice, SPECIES};
use rusqlite::Connection;
use rusqlite::types::Value;

/// Every column of every row that edits may touch.
fn dump(file: &Path) -> Vec<Vec<Value>> {
    let connection = Connection::open(file).unwrap();
    let mut rows = Vec::new();
    for query in ["SELECT * FROM observations ORDER BY observationID", "SELECT * FROM media ORDER BY mediaID"]
    {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let read = statement
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>());
        rows.extend(read.unwrap().map(Result::unwrap));
    }
    rows
}

fn ask(file: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(match row.get::<_, Value>(0)? {
            Value::Text(text) => text,
            Value::Null => "NULL".to_owned(),
            other => format!("{other:?}"),
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn media(reader: &Reader) -> Page<Medium> {
    reader.gallery(&Filter::default(), Sort::Name, &At::Offset(0), 1_000).unwrap()
}

fn saying(name: &str) -> Saying {
    Saying { scientific_name: Some(name.to_owned()), ..Saying::default() }
}

/// Does something, anything.
fn do_something(reader: &Reader, dice: &mut Dice, all: &[String]) -> Edited {
    let pick = |dice: &mut Dice| all[usize::try_from(dice.roll(all.len() as u64)).unwrap()].clone();
    let some: Vec<String> = (0..=dice.roll(6)).map(|_| pick(dice)).collect();
    let name = dice.pick(&SPECIES).to_owned();
    let action = match dice.roll(7) {
        0 => Action::Confirm,
        1 => Action::Relabel { scientific_name: name, common_name: None },
        2 => Action::Blank,
        3 => Action::Favourite(dice.chance(50)),
        _ => {
            let medium = pick(dice);
            let shown = reader.medium(&medium).unwrap().medium;
            let mut sayings: Vec<Saying> = Vec::new();
            for one in &shown.observations {
                if dice.chance(30) {
                    continue;
                }
                let name = if dice.chance(50) { one.scientific_name.clone() } else { Some(name.clone()) };
                sayings.push(Saying { id: Some(one.id.clone()), scientific_name: name, ..Saying::default() });
            }
            for _ in 0..dice.roll(3) {
                let bbox = dice.chance(50).then_some([0.0, 0.25, 1.0, 0.5]);
                sayings.push(Saying {
                    bbox,
                    count: Some(3),
                    sex: Some("male".into()),
                    ..saying(dice.pick(&SPECIES))
                });
            }
            return reader.say(&medium, &sayings, "Ada").unwrap();
        }
    };
    reader.edit(&some, &action, "Ada").unwrap()
}

#[test]
fn any_edits_undone_give_the_first_rows_back_and_made_again_the_last() {
    for seed in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let file = generated::study(folder.path(), seed, 60, 2);
        let mut dice = Dice(seed + 100);
        let reader = Reader::open(&file).unwrap();
        let all = reader.ids(&Filter::default(), Sort::Name, usize::MAX).unwrap();
        let mut states = vec![dump(&file)];
        while states.len() < 25 {
            let done = do_something(&reader, &mut dice, &all);
            let now = dump(&file);
            assert_eq!(
                done.edit.is_some(),
                now != *states.last().unwrap(),
                "an edit is kept if and only if rows changed"
            );
            if done.edit.is_some() {
                states.push(now);
            }
            assert_eq!(
                media(&reader),
                media(&Reader::open(&file).unwrap()),
                "what is shown is what stands there"
            );
        }
        // Undone some, made again some, in between by other programs that start anew.
        let mut at = states.len() - 1;
        for _ in 0..60 {
            let study = &mut Study::open(&file).unwrap();
            let moved = if dice.chance(60) {
                let undone = study.undo().unwrap();
                assert_eq!(undone.is_some(), at > 0);
                at -= usize::from(undone.is_some());
                undone
            } else {
                let redone = study.redo().unwrap();
                assert_eq!(redone.is_some(), at + 1 < states.len());
                at += usize::from(redone.is_some());
                redone
            };
            assert_eq!(moved.map_or(0, |moved| moved.left), 0);
            assert_eq!(dump(&file), states[at]);
        }
        reader.refresh().unwrap();
        while reader.undo().unwrap().is_some() {}
        assert_eq!(dump(&file), states[0]);
        while reader.redo().unwrap().is_some() {}
        assert_eq!(dump(&file), *states.last().unwrap());
        assert_eq!(media(&reader), media(&Reader::open(&file).unwrap()));
        assert_eq!(reader.edits(1_000).unwrap().len(), states.len() - 1);
        // Something new ends what could be made again.
        reader.undo().unwrap();
        reader.undo().unwrap();
        while do_something(&reader, &mut dice, &all).edit.is_none() {}
        assert!(reader.redo().unwrap().is_none());
        assert_eq!(reader.edits(1_000).unwrap().len(), states.len() - 2);
        while reader.undo().unwrap().is_some() {}
        assert_eq!(dump(&file), states[0]);
        assert!(
            Study::open(&file).unwrap().problems().unwrap().iter().all(|one| !one.what.contains("foreign"))
        );
    }
}

/// A study with one photo that a model took for a fox, in two boxes.
fn two_foxes(folder: &Path) -> (std::path::PathBuf, Reader) {
    let studies = biowatch_study::Studies::new(folder.join("studies"), folder.join(".staging"));
    let file = studies.create("foxes").unwrap().file().to_owned();
    let connection = Connection::open(&file).unwrap();
    let rows = "INSERT INTO model_runs (id, modelID, modelVersion, startedAt) VALUES ('r', 'deepfaune', '1.3', '2026');
        INSERT INTO media (mediaID, timestamp, filePath, fileName) VALUES ('m', '2026-05-01T06:00:00', '/m.jpg', 'm.jpg'),
            ('blank', '2026-05-01T07:00:00', '/b.jpg', 'b.jpg'), ('new', NULL, '/n.jpg', 'n.jpg');
        INSERT INTO model_outputs (id, mediaID, runID, rawOutput) VALUES ('o', 'm', 'r', '{}');
        INSERT INTO observations (observationID, mediaID, eventID, eventStart, scientificName, commonName, classificationProbability,
            count, bboxX, bboxY, bboxWidth, bboxHeight, modelOutputID, classificationMethod, classifiedBy, detectionConfidence)
        VALUES ('one', 'm', 'e', '2026-05-01T06:00:00', 'fox', 'fox', 0.75, 1, 0.1, 0.1, 0.2, 0.2, 'o', 'machine', 'deepfaune 1.3', 0.9),
            ('two', 'm', 'e', '2026-05-01T06:00:00', 'fox', 'fox', 0.75, 1, 0.5, 0.5, 0.2, 0.2, 'o', 'machine', 'deepfaune 1.3', 0.8),
            ('none', 'blank', 'f', '2026-05-01T07:00:00', NULL, NULL, 0.5, 1, NULL, NULL, NULL, NULL, NULL, 'machine', 'deepfaune 1.3', NULL);";
    connection.execute_batch(rows).unwrap();
    let reader = Reader::open(&file).unwrap();
    (file, reader)
}

const ROWS: &str = "SELECT observationID || '|' || ifnull(scientificName, '-') || '|' || ifnull(observationType, '-') || '|'
    || ifnull(commonName, '-') || '|' || ifnull(classificationProbability, '-') || '|' || ifnull(count, '-') || '|'
    || ifnull(bboxX, '-') || '|' || ifnull(detectionConfidence, '-') || '|' || classificationMethod || '|' || classifiedBy
    FROM observations WHERE mediaID = 'm' ORDER BY observationID";

#[test]
fn rows_are_left_as_biowatch_leaves_them() {
    let folder = tempfile::tempdir().unwrap();
    let (file, reader) = two_foxes(folder.path());
    let all = ["m", "blank", "new", "nobody"].map(str::to_owned);
    assert_eq!(reader.edit(&all, &Action::Confirm, "Ada").unwrap().media, 2);
    assert_eq!(
        ask(&file, ROWS),
        ["one|fox|-|fox|-|1|0.1|0.9|human|Ada", "two|fox|-|fox|-|1|0.5|0.8|human|Ada"]
    );
    assert_eq!(
        ask(
            &file,
            "SELECT observationType || classificationMethod FROM observations WHERE mediaID = 'blank'"
        ),
        ["blankhuman"]
    );
    assert_eq!(reader.edit(&all, &Action::Confirm, "Ada").unwrap(), Edited { edit: None, media: 0 });
    reader.undo().unwrap();

    let cub = Saying {
        id: Some("two".into()),
        life_stage: Some("juvenile".into()),
        count: Some(2),
        ..saying("  Canis   LUPUS ")
    };
    let man = Saying {
        bbox: Some([0.0, 0.0, 0.5, 1.0]),
        common_name: Some("human".into()),
        ..saying("homo sapiens")
    };
    reader.say("m", &[cub, man], "Ada").unwrap();
    let rows = ask(&file, ROWS);
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().any(|row| row.ends_with("|homo sapiens|human|human|-|1|0.0|-|human|Ada")),
        "{rows:?}"
    );
    assert!(rows.contains(&"two|canis lupus|-|-|-|2|0.5|0.8|human|Ada".to_owned()), "{rows:?}");
    assert_eq!(ask(&file, "SELECT DISTINCT eventID FROM observations WHERE mediaID = 'm'"), ["e"]);

    reader.say("m", &[], "Bob").unwrap();
    assert_eq!(ask(&file, "SELECT count(*) FROM observations WHERE mediaID = 'm'"), ["Integer(1)"]);
    assert!(ask(&file, ROWS)[0].ends_with("|-|blank|-|-|0|-|-|human|Bob"));
    let shown = reader.medium("m").unwrap();
    assert_eq!((shown.medium.observations.len(), shown.medium.observations[0].kind), (1, "blank"));
    assert_eq!(shown.medium.observations[0].count, 0);
    assert!(shown.history.iter().any(|one| one.undone && one.kind.as_deref() != Some("say")).eq(&false));

    let lynx = Action::Relabel { scientific_name: "Lynx lynx".into(), common_name: Some("lynx".into()) };
    assert_eq!(reader.edit(&all, &lynx, "Ada").unwrap().media, 3);
    let counts = "SELECT mediaID || count FROM observations WHERE scientificName = 'lynx lynx' ORDER BY 1";
    assert_eq!(ask(&file, counts), ["blank1", "m1", "new1"]);
    assert_eq!(reader.edit(&all, &Action::Favourite(true), "Ada").unwrap().media, 3);
    assert_eq!(reader.edit(&all[..1], &Action::Favourite(true), "Ada").unwrap().media, 0);
    while reader.undo().unwrap().is_some() {}
    assert_eq!(
        ask(&file, ROWS),
        [
            "one|fox|-|fox|0.75|1|0.1|0.9|machine|deepfaune 1.3",
            "two|fox|-|fox|0.75|1|0.5|0.8|machine|deepfaune 1.3"
        ]
    );
}

#[test]
fn a_correction_can_be_undone_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (file, reader) = two_foxes(folder.path());
    let before = dump(&file);
    let wolf = Correction {
        scientific_name: Some("canis lupus".into()),
        common_name: None,
        count: Some(3),
        by: "ada".into(),
    };
    let mut study = Study::open(&file).unwrap();
    study.correct("m.jpg", Some("two"), &wolf).unwrap();
    study.correct("n.jpg", None, &Correction { scientific_name: None, ..wolf }).unwrap();
    assert_eq!(ask(&file, ROWS)[1], "two|canis lupus|-|-|-|3|0.5|0.8|human|ada");
    assert_eq!(study.edits(10).unwrap().len(), 2);
    reader.undo().unwrap();
    reader.undo().unwrap();
    assert_eq!(dump(&file), before);
}

#[test]
fn what_others_changed_since_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (file, reader) = two_foxes(folder.path());
    let all = ["m", "blank"].map(str::to_owned);
    reader.edit(&all, &Action::Blank, "Ada").unwrap();
    let connection = Connection::open(&file).unwrap();
    connection.execute("UPDATE observations SET scientificName = 'hare' WHERE mediaID = 'm'", []).unwrap();
    let undone = reader.undo().unwrap().unwrap();
    assert_eq!((undone.left, undone.edit.undone), (1, true));
    assert_eq!(ask(&file, "SELECT scientificName FROM observations WHERE mediaID = 'm'"), ["hare"]);
    assert_eq!(ask(&file, "SELECT observationType FROM observations WHERE mediaID = 'blank'"), ["NULL"]);
    assert_eq!(reader.redo().unwrap().unwrap().left, 1);
    assert_eq!(ask(&file, "SELECT observationType FROM observations WHERE mediaID = 'blank'"), ["blank"]);
}

#[test]
fn what_cannot_be_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (file, reader) = two_foxes(folder.path());
    let before = dump(&file);
    let boxed = |bbox| Saying { bbox: Some(bbox), ..saying("fox") };
    for (wrong, message) in [
        (boxed([0.5, 0.5, 0.6, 0.1]), "must lie within the picture"),
        (boxed([0.5, 0.5, 0.0, 0.1]), "must lie within the picture"),
        (boxed([f64::NAN, 0.5, 0.1, 0.1]), "must lie within the picture"),
        (Saying { count: Some(0), ..saying("fox") }, "from 1 to 100000"),
        (Saying { sex: Some("both".into()), ..saying("fox") }, "`female`, `male` or `unknown`"),
        (Saying { life_stage: Some("egg".into()), ..saying("fox") }, "`adult`, `subadult` or `juvenile`"),
        (Saying { id: Some("none".into()), ..saying("fox") }, "there is no observation `none` on it"),
        (saying(&"x".repeat(600)), "at most 500 letters"),
    ] {
        let error = reader.say("m", &[saying("hare"), wrong], "Ada").unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(matches!(reader.say("nobody", &[], "Ada"), Err(EditError::NoMedium(_))));
    let many: Vec<_> = (0..10_001).map(|number| number.to_string()).collect();
    assert!(matches!(reader.edit(&many, &Action::Blank, "Ada"), Err(EditError::TooMany(10_001))));
    assert_eq!(dump(&file), before);
    assert!(reader.undo().unwrap().is_none());
}
