//! A study with everything in it that an export can stumble over, built row by row.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};

use biowatch_study::{Studies, Study};
use rusqlite::{Connection, params};

/// Rows of a study, for a test to add to.
pub(crate) struct Builder {
    connection: Connection,
    /// The database.
    pub(crate) file: PathBuf,
    photos: PathBuf,
    number: u64,
}

/// One row of `observations`; what is not said is NULL.
#[derive(Clone, Copy, Default)]
pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) common: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) bbox: Option<[f64; 4]>,
    pub(crate) confidence: Option<f64>,
    pub(crate) probability: Option<f64>,
    pub(crate) count: i64,
    pub(crate) human: bool,
    /// Run whose answer it comes from; empty: none.
    pub(crate) run: &'a str,
}

impl Builder {
    /// An empty study in `folder`. `photos` is where its files are said to lie.
    pub(crate) fn new(folder: &Path, photos: &Path) -> Self {
        let studies = Studies::new(folder.join("studies"), folder.join(".staging"));
        let file = studies.create("Lynx, \"north\" & süd 🐾").unwrap().file().to_owned();
        let connection = Connection::open(&file).unwrap();
        connection.pragma_update(None, "foreign_keys", "ON").unwrap();
        Self { connection, file, photos: photos.to_owned(), number: 0 }
    }

    /// The study, opened.
    pub(crate) fn study(&self) -> Study {
        Study::open(&self.file).unwrap()
    }

    pub(crate) fn deployment(&self, id: &str, name: &str, place: Option<(f64, f64)>) {
        let (latitude, longitude) = place.unzip();
        let insert = "INSERT INTO deployments (deploymentID, locationID, locationName, latitude, longitude, cameraModel, \
             cameraID, coordinateUncertainty) VALUES (?1, ?2, ?3, ?4, ?5, 'Reconyx-PC800', 'SN-1', 0)";
        self.connection.execute(insert, params![id, id, name, latitude, longitude]).unwrap();
    }

    pub(crate) fn run(&self, id: &str, model: &str, version: &str, started: &str) {
        let insert = "INSERT INTO model_runs (id, modelID, modelVersion, startedAt, status) VALUES (?1, ?2, ?3, ?4, 'completed')";
        self.connection.execute(insert, params![id, model, version, started]).unwrap();
    }

    /// A file below the photos' folder; its id is its path.
    pub(crate) fn medium(&self, path: &str, deployment: &str, timestamp: Option<&str>, exif: Option<&str>) {
        let whole = self.photos.join(path);
        let media_type = if path.ends_with(".mp4") { "video/mp4" } else { "image/jpeg" };
        let folder = path.rsplit_once('/').map_or("photos", |(folder, _)| folder);
        let insert = "INSERT INTO media (mediaID, deploymentID, timestamp, filePath, fileName, importFolder, folderName, \
             fileMediatype, exifData, favorite) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
        let name = path.rsplit('/').next().unwrap();
        let deployment = Some(deployment).filter(|deployment| !deployment.is_empty());
        let photos = self.photos.to_str().unwrap();
        let values = params![
            path,
            deployment,
            timestamp,
            whole.to_str().unwrap(),
            name,
            photos,
            folder,
            media_type,
            exif
        ];
        self.connection.execute(insert, values).unwrap();
    }

    /// A model's answer to a file.
    pub(crate) fn output(&self, path: &str, run: &str, raw: &str) {
        let insert = "INSERT INTO model_outputs (id, mediaID, runID, rawOutput) VALUES (?1, ?2, ?3, ?4)";
        self.connection.execute(insert, params![format!("{run}/{path}"), path, run, raw]).unwrap();
    }

    pub(crate) fn observation(&mut self, path: &str, row: Row<'_>) {
        self.number += 1;
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let [x, y, width, height] = row.bbox.map_or([None; 4], |sides| sides.map(Some));
        let insert = "INSERT INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd, \
             scientificName, observationType, commonName, classificationProbability, count, lifeStage, sex, behavior, bboxX, \
             bboxY, bboxWidth, bboxHeight, modelOutputID, classificationMethod, classifiedBy, classificationTimestamp, \
             detectionConfidence) SELECT ?1, mediaID, deploymentID, ?1, timestamp, timestamp, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
             ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, '2026-06-01T10:00:00.000Z', ?18 FROM media WHERE mediaID = ?2";
        let (method, by) =
            if row.human { ("human", "Ada, \"the\" ranger") } else { ("machine", "speciesnet 4.0.2a") };
        let run = filled(row.run).map(|run| format!("{run}/{path}"));
        let adult = row.human.then_some("adult");
        let values = params![
            format!("o{}", self.number),
            path,
            filled(row.name),
            filled(row.kind),
            filled(row.common),
            row.probability,
            row.count,
            adult,
            row.human.then_some("unknown"),
            row.human.then_some(r#"["grazing","running"]"#),
            x,
            y,
            width,
            height,
            run,
            method,
            by,
            row.confidence,
        ];
        assert_eq!(self.connection.execute(insert, values).unwrap(), 1, "{path}");
    }

    pub(crate) fn failure(&self, path: &str, run: &str, reason: &str) {
        let insert = "INSERT INTO biowatch_errors (runID, mediaID, filePath, reason, attempts, createdAt) \
             VALUES (?1, (SELECT mediaID FROM media WHERE mediaID = ?2), ?2, ?3, 3, 0)";
        self.connection.execute(insert, params![run, path, reason]).unwrap();
    }
}

const FOX: &str = "f1;mammalia;carnivora;canidae;vulpes;vulpes;red fox";

/// A study of three cameras; see the calls for what is in it. Seventeen files.
pub(crate) fn varied(folder: &Path, photos: &Path) -> Builder {
    let mut study = Builder::new(folder, photos);
    study.deployment("A", "Bär, \"Wald\"\nzwei", Some((47.5, -8.25)));
    study.deployment("Б", "=HYPERLINK(\"http://x\")", Some((0.0, 0.0)));
    study.deployment("nowhere", "no GPS", None);
    study.run("r1", "speciesnet", "4.0.2a", "2026-06-01T09:00:00.000Z");
    study.run("r2", "deepfaune", "1.3", "2026-06-02T09:00:00.000Z");
    let fox = Row {
        name: "vulpes vulpes",
        common: "red fox",
        bbox: Some([0.1, 0.2, 0.3, 0.4]),
        confidence: Some(0.9),
        probability: Some(0.85),
        count: 1,
        run: "r1",
        ..Row::default()
    };
    let answer = |boxes: &str, prediction: &str| {
        format!(
            r#"{{"filepath": "/x.jpg", "classifications": {{"classes": ["{prediction}"], "scores": [0.85]}},
            "detections": [{boxes}], "prediction": "{prediction}", "prediction_score": 0.85,
            "prediction_source": "classifier", "model_version": "4.0.2a", "country": "FRA"}}"#
        )
    };
    let animal = r#"{"category": "1", "label": "animal", "conf": 0.9, "bbox": [0.1, 0.2, 0.3, 0.4]}"#;
    let faint = r#"{"category": "1", "label": "animal", "conf": 1, "bbox": [0.9, 0.9, 0.2, 0.2]}"#;

    // A sequence of three: one fox, two foxes, blank.
    study.medium("A/1.jpg", "A", Some("2026-05-01T06:00:00.000+02:00"), None);
    study.output("A/1.jpg", "r1", &answer(animal, FOX));
    study.observation("A/1.jpg", fox);
    study.medium(
        "A/2 ü,\"q\".jpg",
        "A",
        Some("2026-05-01T06:01:00+02:00"),
        Some(r#"{"ExifImageWidth": 2000, "ExifImageHeight": 1000}"#),
    );
    study.output("A/2 ü,\"q\".jpg", "r1", &answer(&format!("{animal}, {faint}"), FOX));
    study.observation("A/2 ü,\"q\".jpg", fox);
    study.observation(
        "A/2 ü,\"q\".jpg",
        Row { bbox: Some([0.9, 0.9, 0.2, 0.2]), confidence: Some(1.0), ..fox },
    );
    study.medium("A/3.jpg", "A", Some("2026-05-01T06:03:00+02:00"), None);
    study.output("A/3.jpg", "r1", &answer("", "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"));
    study.observation("A/3.jpg", Row { count: 1, run: "r1", ..Row::default() });
    // Two minutes and a second later, a person and a vehicle.
    study.medium("A/4.jpg", "A", Some("2026-05-01T06:05:01+02:00"), None);
    study.output("A/4.jpg", "r1", r#"{"detections": [{"category": "2", "conf": 0.8, "bbox": [0, 0, 0.5, 0.5]}, {"category": "3", "conf": 0.7, "bbox": [0.5, 0, 0.5, 0.5]}]}"#);
    study.observation("A/4.jpg", Row { name: "homo sapiens", common: "human", ..fox });
    study.observation("A/4.jpg", Row { name: "vehicle", common: "", ..fox });
    // A person calls the fox a hare.
    study.medium("A/5.jpg", "A", Some("2026-05-02T06:00:00+02:00"), None);
    study.output("A/5.jpg", "r1", &answer(animal, FOX));
    study.observation("A/5.jpg", Row { name: "lepus europaeus", common: "brown hare", human: true, ..fox });
    study.output("A/5.jpg", "r2", r#"{"detections": [], "prediction": "blank"}"#);
    study.observation("A/5.jpg", Row { run: "r2", count: 1, ..Row::default() });
    // A person says there is nothing.
    study.medium("A/6.jpg", "A", Some("2026-05-03T06:00:00+02:00"), None);
    study.output("A/6.jpg", "r1", &answer(animal, FOX));
    study.observation("A/6.jpg", fox);
    study.observation("A/6.jpg", Row { human: true, kind: "blank", ..Row::default() });
    // Two runs: the later one counts, and its model is another.
    study.medium("A/7.jpg", "A", Some("2026-05-04T06:00:00+02:00"), None);
    study.output("A/7.jpg", "r1", &answer(animal, FOX));
    study.observation("A/7.jpg", fox);
    study.output("A/7.jpg", "r2", r#"{"detections": [{"class": 0, "label": "animal", "conf": 0.6, "xywhn": [0.5, 0.5, 0.2, 0.2]}], "prediction": "badger", "prediction_score": 0.7}"#);
    study.observation(
        "A/7.jpg",
        Row { name: "badger", common: "badger", run: "r2", confidence: Some(0.6), ..fox },
    );
    // Failed, and not looked at yet.
    study.medium("A/8 broken.jpg", "A", Some("2026-05-05T06:00:00+02:00"), None);
    study.failure("A/8 broken.jpg", "r1", "the file is cut short, \"at\" byte 7");
    study.medium("A/9 waiting.jpg", "A", Some("2026-05-06T06:00:00+02:00"), None);
    // Something that SpeciesNet could not name.
    study.medium("A/a.jpg", "A", Some("2026-05-07T06:00:00+02:00"), None);
    study.output("A/a.jpg", "r1", &answer(animal, "f2efdae9-efb8-48fb-8a91-eccf79ab4ffb;no cv result;no cv result;no cv result;no cv result;no cv result;no cv result"));
    study.observation("A/a.jpg", Row { count: 1, run: "r1", ..Row::default() });
    // Without an offset, and a name that begins like a formula.
    study.medium("Б/=1+1.jpg", "Б", Some("2026-05-01T06:00:00"), None);
    study.observation("Б/=1+1.jpg", Row { name: "=cmd|' /c calc'!A0", run: "", ..fox });
    // Videos: of frames, failed, and only of a row.
    let frame = |number: u64, boxes: &str| {
        let answer = answer(boxes, FOX);
        format!(
            r#"{}, "frame_number": {number}, "metadata": {{"fps": 25.0, "duration": 10.0}}}}"#,
            &answer[..answer.len() - 1]
        )
    };
    study.medium("Б/clip.mp4", "Б", Some("2026-05-01T07:00:00"), Some(r#"{"fps": 25.0, "duration": 10.0}"#));
    study.output("Б/clip.mp4", "r1", &format!(r#"{{"frames": [{}, {}]}}"#, frame(0, ""), frame(3, animal)));
    study.observation("Б/clip.mp4", Row { bbox: None, ..fox });
    study.medium("Б/cut.mp4", "Б", Some("2026-05-01T08:00:00"), None);
    study.failure("Б/cut.mp4", "r1", "no frame could be read");
    study.medium("Б/old.mp4", "Б", Some("2026-05-01T09:00:00"), None);
    study.observation("Б/old.mp4", Row { bbox: None, run: "", human: true, ..fox });
    // What Camtrap DP cannot say.
    study.medium("Б/b..c.jpg", "Б", Some("2026-05-01T10:00:00"), None);
    study.observation("Б/b..c.jpg", Row { run: "", ..fox });
    study.medium("Б/no time.jpg", "Б", None, None);
    study.observation("Б/no time.jpg", Row { run: "", ..fox });
    study.medium("nowhere/1.jpg", "nowhere", Some("2026-05-01T10:00:00Z"), None);
    study.observation("nowhere/1.jpg", Row { run: "", ..fox });
    study
}
