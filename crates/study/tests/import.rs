//! Folders with photos written by hand, a model that is a closure, and what the study holds afterwards.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../src/facts/sample.rs"]
mod sample;

use std::path::{Path, PathBuf};

use biowatch_contract::Prediction;
use biowatch_contract::prediction::{DetectionRow, ErrorRow, Frame, LabelledBox, VideoMetadata};
use biowatch_study::{
    Clock, Correction, Counts, DeploymentsFile, Event, Import, Recorded, RunSettings, ScanSettings, Scanned,
    Studies, Study,
};
use rusqlite::Connection;

use sample::Sample;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn photos(&self) -> PathBuf {
        self.folder.path().join("photos")
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.photos().join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(&file, bytes).unwrap();
        file
    }

    fn study(&self) -> Study {
        let root = self.folder.path();
        Studies::new(root.join("studies"), root.join(".staging")).open_or_create("s").unwrap()
    }

    /// The first column of every row of a query.
    fn ask(&self, query: &str) -> Vec<String> {
        let connection = Connection::open(self.study().file()).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| {
            let value: rusqlite::types::Value = row.get(0)?;
            Ok(match value {
                rusqlite::types::Value::Null => "NULL".to_owned(),
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Real(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Blob(bytes) => format!("{} bytes", bytes.len()),
            })
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

fn run(model: &str, folder: &Path) -> RunSettings {
    RunSettings {
        model_id: model.to_owned(),
        model_version: "1.3".to_owned(),
        country: None,
        import_path: folder.to_str().unwrap().to_owned(),
        details: format!("{{\"model\":\"{model}\"}}"),
        threshold: 0.5,
        sample_fps: 1.0,
    }
}

/// Imports with a model that answers with `rows`.
fn import_with(
    place: &Place,
    model: &str,
    scan: &ScanSettings,
    rows: &dyn Fn(&str) -> Vec<Prediction>,
) -> (Scanned, Counts) {
    let mut study = place.study();
    let import = Import::begin(&mut study, run(model, &scan.folder)).unwrap();
    let scanned = import.scan(scan).unwrap();
    let mut claims = import.claims().unwrap();
    let mut recorder = import.recorder(&scan.folder).unwrap();
    loop {
        let batch = claims.batch(usize::MAX).unwrap();
        if batch.is_empty() {
            break;
        }
        for claimed in batch {
            for row in rows(&claimed.path) {
                recorder.row(row).unwrap();
            }
        }
        recorder.end().unwrap();
    }
    let counts = import.finish(&mut study, None).unwrap();
    assert_eq!(study.problems().unwrap(), []);
    (scanned, counts)
}

fn scan(place: &Place) -> ScanSettings {
    ScanSettings { folder: place.photos(), clock: Clock::default(), deployments: DeploymentsFile::default() }
}

fn named(path: &str, label: &str) -> Prediction {
    Prediction::Detections(DetectionRow {
        filepath: path.to_owned(),
        prediction: label.to_owned(),
        prediction_score: Some(0.75),
        model_version: "1.3".to_owned(),
        ..DetectionRow::default()
    })
}

fn error(path: &str) -> Prediction {
    let (error, reason) = (format!("Cannot decode image: '{path}'"), None);
    Prediction::Error(ErrorRow { filepath: path.to_owned(), error, model_version: "1.3".to_owned(), reason })
}

#[test]
fn photos_bring_their_time_and_place_and_deployments_come_from_folders() {
    let place = Place::new();
    let dated = |date, salt| Sample { date: Some(date), salt, ..Sample::default() };
    place.put("north/1.jpg", &Sample { gps: Some((46.5, 7.25)), ..dated("2021:07:03 20:15:30", 1) }.jpeg());
    // Cameras write hundreds of kilobytes before the EXIF.
    place.put("north/2.jpg", &Sample { before: 300_000, ..dated("2021:07:05 06:00:00", 2) }.jpeg());
    place.put("south/1.jpg", &Sample { gps: Some((0.0, 0.0)), ..dated("2021:07:04 06:00:00", 3) }.jpeg());
    place.put("south/20210704_070000.jpg", &Sample { salt: 4, ..Sample::default() }.jpeg());
    place.put("south/empty.jpg", b"");
    let file = place.folder.path().join("deployments.csv");
    fs_err::write(&file, "folder,locationName,latitude,longitude\nsouth,South ridge,45.0,6.5\n").unwrap();
    let settings = ScanSettings {
        clock: Clock::parse(Some("Europe/Paris"), None).unwrap(),
        deployments: DeploymentsFile::read(&file).unwrap(),
        ..scan(&place)
    };
    let (scanned, counts) = import_with(&place, "deepfaune", &settings, &|path| {
        vec![if path.ends_with("empty.jpg") { error(path) } else { named(path, "fox") }]
    });
    assert_eq!((scanned.added, scanned.undated, scanned.unreadable), (5, 1, 0));
    assert_eq!((counts.completed, counts.failed), (4, 1));
    let times = [
        "2021-07-03T20:15:30.000+02:00",
        "2021-07-05T06:00:00.000+02:00",
        "2021-07-04T06:00:00.000+02:00",
        "2021-07-04T07:00:00.000+02:00",
        "NULL",
    ];
    assert_eq!(place.ask("SELECT timestamp FROM media ORDER BY filePath"), times);
    assert_eq!(
        place.ask("SELECT timestampSource FROM biowatch_media WHERE timestampSource = 'file name'").len(),
        1
    );
    let deployments = place.study().deployments().unwrap();
    let told: Vec<_> = deployments.iter().map(|one| (one.name.as_str(), one.latitude, one.media)).collect();
    assert_eq!(told, [("South ridge", Some(45.0), 3), ("north", Some(46.5), 2)]);
    assert_eq!(deployments[1].end.as_deref(), Some("2021-07-05T06:00:00.000+02:00"));
    assert_eq!(place.ask("SELECT cameraModel FROM deployments"), ["Acme-Trap 7", "Acme-Trap 7"]);
    assert_eq!(place.ask("SELECT startDate || ' ' || endDate FROM metadata"), ["2021-07-03 2021-07-05"]);
    let totals = place.study().totals().unwrap();
    assert_eq!((totals.photos, totals.failed, totals.blank, totals.undated), (5, 1, 0, 1));
}

#[test]
fn rows_are_those_of_biowatch() {
    let place = Place::new();
    let file = place.put("1.jpg", &Sample { date: Some("2021:07:03 20:15:30"), ..Sample::default() }.jpeg());
    import_with(&place, "deepfaune", &scan(&place), &|path| {
        let bbox = LabelledBox {
            class: 0,
            label: "animal".to_owned(),
            conf: 0.9,
            xyxy: [0.0; 4],
            xywhn: [0.5, 0.5, 0.25, 0.5],
            classifications: None,
        };
        let Prediction::Detections(row) = named(path, "roe deer") else { return vec![] };
        vec![Prediction::Detections(DetectionRow { detections: vec![bbox], ..row })]
    });
    let row = "SELECT eventStart || '|' || scientificName || '|' || ifnull(observationType, '') || '|' || commonName || '|'
        || classificationProbability || '|' || count || '|' || bboxX || ',' || bboxY || ',' || bboxWidth || ',' || bboxHeight || '|'
        || classificationMethod || '|' || classifiedBy || '|' || detectionConfidence FROM observations";
    let expected =
        "2021-07-03T20:15:30.000|roe deer||roe deer|0.75|1|0.375,0.25,0.25,0.5|machine|deepfaune 1.3|0.9";
    assert_eq!(place.ask(row), [expected]);
    let media = "SELECT filePath || '|' || fileName || '|' || importFolder || '|' || folderName || '|' || fileMediatype FROM media";
    let photos = place.photos();
    let expected = format!("{}|1.jpg|{}|photos|image/jpeg", file.display(), photos.display());
    assert_eq!(place.ask(media), [expected]);
    let raw = place.ask("SELECT rawOutput FROM model_outputs").remove(0);
    assert!(raw.starts_with("{\"filepath\": ") && raw.contains("\"prediction\": \"roe deer\""), "{raw}");
    let job =
        place.ask("SELECT kind || '|' || topic || '|' || status || '|' || attempts FROM jobs").remove(0);
    assert_eq!(job, "ml-inference|deepfaune:1.3|completed|1");
    let payload = "SELECT json_extract(payload, '$.mediaId') = (SELECT mediaID FROM media) FROM jobs";
    assert_eq!(place.ask(payload), ["1"]);
}

#[test]
fn a_video_is_one_observation_with_its_seconds() {
    let place = Place::new();
    place.put("20210703_201530.avi", b"RIFF....AVI video");
    place.put("z.jpg", b"photo");
    import_with(&place, "deepfaune", &scan(&place), &|path| {
        if path.ends_with("z.jpg") {
            return vec![named(path, "blank")];
        }
        let frame = |number| {
            let metadata = VideoMetadata { fps: 25.0, duration: 4.0 };
            let mut row = named(path, if number == 2 { "fox" } else { "blank" });
            row.set_frame(Frame { frame_number: number, metadata, frame_time: Some(number as f64 * 1.5) });
            row
        };
        (0..4).map(frame).collect()
    });
    let video =
        "SELECT eventStart || '|' || scientificName || '|' || classificationProbability FROM observations
        WHERE scientificName IS NOT NULL";
    assert_eq!(place.ask(video), ["2021-07-03T20:15:33.000|fox|0.75"]);
    assert_eq!(place.ask("SELECT json_array_length(rawOutput, '$.frames') FROM model_outputs WHERE rawOutput LIKE '{\"frames%'"), ["4"]);
    assert_eq!(
        place.ask("SELECT exifData FROM media WHERE exifData IS NOT NULL"),
        ["{\"duration\":4.0,\"fps\":25.0,\"frameCount\":100}"]
    );
}

#[test]
fn a_second_model_replaces_machine_rows_and_never_the_word_of_a_person() {
    let place = Place::new();
    place.put("1.jpg", b"one");
    place.put("2.jpg", b"two");
    import_with(&place, "deepfaune", &scan(&place), &|path| vec![named(path, "fox")]);
    let wolf = Correction {
        scientific_name: Some("canis lupus".to_owned()),
        common_name: None,
        count: Some(3),
        by: "ada".to_owned(),
    };
    place.study().correct("2.jpg", None, &wolf).unwrap();
    let (scanned, counts) = import_with(&place, "manas", &scan(&place), &|path| vec![named(path, "canidae")]);
    assert_eq!((scanned.added, scanned.known, counts.completed), (0, 2, 2));
    let said = "SELECT m.fileName || ' ' || scientificName || ' ' || classificationMethod || ' ' || classifiedBy || ' ' || count
        FROM observations o JOIN media m USING (mediaID) ORDER BY m.fileName";
    assert_eq!(place.ask(said), ["1.jpg canidae machine manas 1.3 1", "2.jpg canis lupus human ada 3"]);
    assert_eq!(place.ask("SELECT count(*) FROM model_outputs"), ["4"]);
    assert_eq!(
        place.ask("SELECT json_extract(before, '$.scientificName') FROM biowatch_corrections"),
        ["fox"]
    );
    assert_eq!(place.study().species().unwrap().len(), 2);
}

#[test]
fn what_biowatch_left_undone_is_taken_over() {
    let place = Place::new();
    let file =
        place.put("cam/1.jpg", &Sample { date: Some("2021:07:03 20:15:30"), ..Sample::default() }.jpeg());
    let study = place.study();
    let connection = Connection::open(study.file()).unwrap();
    let text = format!(
        "INSERT INTO deployments (deploymentID, locationID) VALUES ('d', 'cam');
        INSERT INTO media (mediaID, deploymentID, filePath, fileName, importFolder, folderName)
            VALUES ('m', 'd', '{file}', '1.jpg', '{folder}', 'cam');
        INSERT INTO jobs (id, kind, topic, status, payload, createdAt)
            VALUES ('j', 'ml-inference', 'deepfaune:1.3', 'processing', '{{\"mediaId\":\"m\"}}', '2021');",
        file = file.display(),
        folder = place.photos().display()
    );
    connection.execute_batch(&text).unwrap();
    drop((connection, study));
    let (scanned, counts) = import_with(&place, "deepfaune", &scan(&place), &|path| vec![named(path, "fox")]);
    assert_eq!((scanned.added, scanned.known, counts.completed), (0, 1, 1));
    assert_eq!(
        place.ask("SELECT timestamp || ' ' || deploymentID FROM media"),
        ["2021-07-03T20:15:30.000 d"]
    );
    assert_eq!(place.ask("SELECT status FROM jobs WHERE id = 'j'"), ["completed"]);
    assert_eq!(place.ask("SELECT count(*) FROM jobs"), ["1"]);
}

#[test]
fn moved_files_are_the_same_media_and_replaced_ones_are_new() {
    let place = Place::new();
    let first = place.put("a/1.jpg", b"one");
    place.put("a/2.jpg", b"two");
    let fox = |path: &str| vec![named(path, "fox")];
    import_with(&place, "deepfaune", &scan(&place), &fox);
    fs_err::rename(first, place.photos().join("moved.jpg")).unwrap();
    let (scanned, counts) = import_with(&place, "deepfaune", &scan(&place), &fox);
    assert_eq!((scanned.added, scanned.known, scanned.moved, counts.completed), (0, 1, 1, 2));
    place.put("a/2.jpg", b"something else on the card");
    let (scanned, counts) = import_with(&place, "deepfaune", &scan(&place), &fox);
    assert_eq!((scanned.added, scanned.known, counts.completed), (1, 1, 3));
    let (scanned, _) = import_with(&place, "deepfaune", &scan(&place), &fox);
    assert_eq!((scanned.added, scanned.known), (0, 2));
}

#[test]
fn events_hold_the_largest_number_at_once() {
    let place = Place::new();
    for (name, salt) in [("1", 1), ("2", 2), ("3", 3)] {
        let date = match name {
            "1" => "2021:07:03 20:00:00",
            "2" => "2021:07:03 20:02:00",
            _ => "2021:07:03 20:04:01",
        };
        place.put(&format!("{name}.jpg"), &Sample { date: Some(date), salt, ..Sample::default() }.jpeg());
    }
    import_with(&place, "deepfaune", &scan(&place), &|path| {
        let bbox = |conf| LabelledBox {
            class: 0,
            label: "animal".to_owned(),
            conf,
            xyxy: [0.0; 4],
            xywhn: [0.5, 0.5, 0.25, 0.5],
            classifications: None,
        };
        let Prediction::Detections(row) = named(path, "fox") else { return vec![] };
        let detections = if path.ends_with("2.jpg") { vec![bbox(0.9), bbox(0.8)] } else { vec![bbox(0.9)] };
        vec![Prediction::Detections(DetectionRow { detections, ..row })]
    });
    let mut events: Vec<Event> = Vec::new();
    place.study().events(120, &mut |event| events.push(event)).unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.media, event.species.clone())).collect();
    assert_eq!(told, [(2, vec![("fox".to_owned(), 2)]), (1, vec![("fox".to_owned(), 1)])]);
}

/// The machine slept, another importer took over, and the first one wakes with rows in hand.
#[test]
fn a_lease_that_ran_out_doubles_no_row() {
    let place = Place::new();
    place.put("1.jpg", b"one");
    let mut study = place.study();
    let asleep = Import::begin(&mut study, run("deepfaune", &place.photos())).unwrap();
    asleep.scan(&scan(&place)).unwrap();
    let mut claims = asleep.claims().unwrap();
    let mut recorder = asleep.recorder(&place.photos()).unwrap();
    let held = claims.batch(usize::MAX).unwrap();
    assert_eq!(held.len(), 1);
    let connection = Connection::open(study.file()).unwrap();
    connection.execute("UPDATE biowatch_jobs SET leaseUntil = 1", []).unwrap();
    let (_, counts) = import_with(&place, "deepfaune", &scan(&place), &|path| vec![named(path, "fox")]);
    assert_eq!((counts.completed, counts.processing), (1, 0));
    recorder.row(named(&held[0].path, "wolf")).unwrap();
    assert_eq!(recorder.end().unwrap(), Recorded::default());
    drop((claims, recorder));
    asleep.finish(&mut study, None).unwrap();
    assert_eq!(place.ask("SELECT scientificName FROM observations"), ["fox"]);
    assert_eq!(place.ask("SELECT count(*) FROM model_outputs"), ["1"]);
    assert_eq!(place.ask("SELECT attempts FROM jobs"), ["1"]);
    assert_eq!(study.problems().unwrap(), []);
}
