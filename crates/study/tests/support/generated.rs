//! Studies of any size, with everything in them that rules of counting are about; the same for the same seed.

use std::path::{Path, PathBuf};

use biowatch_study::Studies;
use rusqlite::{Connection, params};

/// Numbers that look random.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }

    fn share(&mut self) -> f64 {
        self.roll(1_000) as f64 / 1_000.0
    }
}

pub(crate) const SPECIES: [&str; 7] = [
    "vulpes vulpes",
    "vulpes lagopus",
    "lynx lynx",
    "capreolus capreolus",
    "vulpes",
    "animal",
    "meles meles",
];

/// Makes a study with so many media at so many deployments; tells where its database is.
pub(crate) fn study(folder: &Path, seed: u64, media: u64, posts: u64) -> PathBuf {
    let studies = Studies::new(folder.join("studies"), folder.join(".staging"));
    let file = studies.create("generated").unwrap().file().to_owned();
    let mut connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "foreign_keys", "ON").unwrap();
    let transaction = connection.transaction().unwrap();
    let mut dice = Dice(seed);
    for (run, model, started) in [("r1", "deepfaune", "2026-06-01"), ("r2", "speciesnet", "2026-06-02")] {
        let sql = "INSERT INTO model_runs (id, modelID, modelVersion, startedAt, status) VALUES (?1, ?2, '1', ?3, 'completed')";
        transaction.execute(sql, params![run, model, format!("{started}T09:00:00.000Z")]).unwrap();
    }
    for post in 0..posts {
        let place = (post % 4 != 3).then(|| (46.0 + post as f64 / 10.0, 7.0 + post as f64));
        let sql = "INSERT INTO deployments (deploymentID, locationID, locationName, latitude, longitude) VALUES (?1, ?1, ?2, ?3, ?4)";
        let (latitude, longitude) = place.unzip();
        transaction
            .execute(sql, params![format!("d{post:03}"), format!("Post {post}"), latitude, longitude])
            .unwrap();
    }
    let mut seconds = vec![1_767_225_600_i64; usize::try_from(posts).unwrap()];
    for number in 0..media {
        one(&transaction, &mut dice, number, &mut seconds);
    }
    transaction.commit().unwrap();
    file
}

fn one(connection: &Connection, dice: &mut Dice, number: u64, seconds: &mut [i64]) {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    let post = dice.roll(seconds.len() as u64);
    let clock = &mut seconds[usize::try_from(post).unwrap()];
    *clock += [0, 1, 60, 120, 121, 4_000, 40_000][usize::try_from(dice.roll(7)).unwrap()];
    let stamp = jiff::Timestamp::from_second(*clock).unwrap().strftime("%Y-%m-%dT%H:%M:%S.000").to_string();
    let zone = ["", "Z", "+02:00"][usize::try_from(post % 3).unwrap()];
    let timestamp = match dice.roll(40) {
        0 => None,
        1 => Some("long ago".to_owned()),
        _ => Some(format!("{stamp}{zone}")),
    };
    let is_video = dice.chance(8);
    let name = format!(
        "{}_{:04}.{}",
        dice.pick(&["IMG", "img", "RCNX"]),
        dice.roll(9_999),
        if is_video { "mp4" } else { "JPG" }
    );
    let deployment = (!dice.chance(2)).then(|| format!("d{post:03}"));
    let kind = if is_video { "video/mp4" } else { "image/jpeg" };
    let sql = "INSERT INTO media (mediaID, deploymentID, timestamp, filePath, fileName, importFolder, folderName, fileMediatype, favorite)
        VALUES (?1, ?2, ?3, ?4, ?5, '/photos', ?6, ?7, ?8)";
    let path = format!("/photos/d{post:03}/{number}/{name}");
    let values = params![id, deployment, timestamp, path, name, format!("d{post:03}"), kind, dice.chance(5)];
    connection.prepare_cached(sql).unwrap().execute(values).unwrap();
    if dice.chance(4) {
        let sql = "INSERT INTO biowatch_errors (runID, mediaID, filePath, reason, attempts, createdAt) VALUES ('r1', ?1, ?2, 'cut short', 1, 0)";
        connection.execute(sql, params![id, path]).unwrap();
    }
    if dice.chance(8) {
        return;
    }
    let runs: &[&str] = if dice.chance(5) { &["r1", "r2"] } else { &["r1"] };
    for run in runs {
        let output = format!("{run}/{id}");
        let raw = r#"{"prediction": "u;mammalia;carnivora;canidae;vulpes;vulpes;red fox", "classifications": {"classes": ["u;mammalia;carnivora;felidae;lynx;lynx;eurasian lynx"]}}"#;
        let sql = "INSERT INTO model_outputs (id, mediaID, runID, rawOutput) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql).unwrap().execute(params![output, id, run, raw]).unwrap();
        for row in 0..=u64::from(dice.chance(50)) {
            observation(connection, dice, &id, &output, &format!("{run}/{row}/{id}"));
        }
    }
}

fn observation(connection: &Connection, dice: &mut Dice, media: &str, output: &str, id: &str) {
    let (name, kind) = match dice.roll(20) {
        0..=2 => (None, None),
        3 => (None, Some("blank")),
        4 => (None, Some("unknown")),
        5 => (Some("homo sapiens"), None),
        6 => (Some("vehicle"), Some("vehicle")),
        _ => (Some(dice.pick(&SPECIES)), None),
    };
    let boxed = name.is_some() && dice.chance(80);
    let side = |dice: &mut Dice| boxed.then(|| dice.share() / 2.0 + 0.001);
    let human = dice.chance(6);
    let sql = "INSERT INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd, scientificName,
            observationType, commonName, classificationProbability, count, bboxX, bboxY, bboxWidth, bboxHeight, modelOutputID,
            classificationMethod, classifiedBy, classificationTimestamp, detectionConfidence)
        SELECT ?1, mediaID, deploymentID, ?2, timestamp, timestamp, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
            '2026-06-01T10:00:00.000Z', ?15 FROM media WHERE mediaID = ?2";
    let values = params![
        id,
        media,
        name,
        kind,
        name.filter(|name| *name == "vulpes vulpes").map(|_| "red fox"),
        (!human).then(|| dice.share()),
        [1, 1, 1, 2, 5][usize::try_from(dice.roll(5)).unwrap()],
        side(dice),
        side(dice),
        side(dice),
        side(dice),
        (!dice.chance(3)).then_some(output),
        if human { "human" } else { "machine" },
        if human { "Ada" } else { "deepfaune 1" },
        boxed.then(|| dice.share()),
    ];
    connection.prepare_cached(sql).unwrap().execute(values).unwrap();
}
