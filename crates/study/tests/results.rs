//! Results of other programs come in, and what goes out comes back the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it fails"
)]

mod support;

use std::path::{Path, PathBuf};

use biowatch_study::export::{Format, Options, check, export};
use biowatch_study::{Results, ResultsError, Studies, Study, TakenIn, Watch};
use serde_json::{Value, json};
use support::{Builder, Row, varied};

/// A new study in `folder`.
fn empty(folder: &Path) -> Study {
    Studies::new(folder.join("studies"), folder.join(".staging")).create("again").unwrap()
}

fn take_in(study: &mut Study, results: &Path, media: &Path) -> TakenIn {
    let mut watch = Watch { progress: &mut |_| (), is_stopped: &|| false };
    let taken_in = Results::open(results).unwrap().import(study, media, &mut watch).unwrap();
    assert!(taken_in.is_whole);
    assert_eq!(study.problems().unwrap(), []);
    taken_in
}

fn write(study: &Study, format: Format, out: &Path) {
    export(study, format, Options::default(), out, &mut |_| ()).unwrap();
    assert_eq!(check(format, out).unwrap().problem_count, 0);
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap()
}

fn rows(file: &Path) -> Vec<String> {
    let mut rows: Vec<_> = fs_err::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

/// The same content whatever the order of files and boxes and the numbers of categories: names stand for them.
fn plain(file: &Path) -> Value {
    let mut whole = json(file);
    let names = |map: &str| whole.get(map).cloned().unwrap_or_default();
    let (categories, classes, descriptions) = (
        names("detection_categories"),
        names("classification_categories"),
        names("classification_category_descriptions"),
    );
    let key = if whole.get("images").is_some() { "images" } else { "predictions" };
    let mut files = whole[key].as_array().unwrap().clone();
    for image in &mut files {
        let human: Vec<_> =
            image["human"]["detections"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        if let Some(human) = image.get_mut("human").and_then(Value::as_object_mut) {
            human.remove("detections");
        }
        let Some(detections) = image.get_mut("detections").and_then(Value::as_array_mut) else { continue };
        for (place, one) in detections.iter_mut().enumerate() {
            if key == "images" {
                one["category"] = categories[one["category"].as_str().unwrap()].clone();
                one["human"] = human.contains(&(place as u64)).into();
                for class in
                    one.get_mut("classifications").and_then(Value::as_array_mut).into_iter().flatten()
                {
                    let id = class[0].as_str().unwrap().to_owned();
                    class[0] = json!([classes[&id], descriptions.get(&id)]);
                }
            }
        }
        detections.sort_by_key(Value::to_string);
    }
    files.sort_by_key(|image| image.get("file").or(image.get("filepath")).unwrap().to_string());
    let object = whole.as_object_mut().unwrap();
    object.retain(|key, _| key == "info");
    if let Some(info) = object.get_mut("info").and_then(Value::as_object_mut) {
        // Named fields: when the last model ran, and which study it is.
        info.remove("detection_completion_time");
        info.remove("biowatch");
    }
    json!([whole, files])
}

/// Out, in, out: the second time it is what it was the first time.
fn assert_comes_back(study: &Study, folder: &Path, format: Format) -> TakenIn {
    let [first, second] = ["first", "second"].map(|name| folder.join(format!("{name}-{format:?}")));
    write(study, format, &first);
    let home = folder.join(format!("home-{format:?}"));
    let mut again = empty(&home);
    let taken_in = take_in(&mut again, &first, Path::new("/elsewhere/photos"));
    write(&again, format, &second);
    if format == Format::CamtrapDp {
        for table in ["deployments", "media", "observations"] {
            let name = format!("{table}.csv");
            assert_eq!(rows(&first.join(&name)), rows(&second.join(&name)), "{table}");
        }
        let package = |out: &Path| {
            let mut package = json(&out.join("datapackage.json"));
            // Named fields: which study it is, and when it was written.
            package
                .as_object_mut()
                .unwrap()
                .retain(|key, _| !["id", "name", "created"].contains(&key.as_str()));
            package
        };
        assert_eq!(package(&first), package(&second));
    } else {
        assert_eq!(plain(&first), plain(&second));
    }
    // Once more changes nothing.
    let more = take_in(&mut again, &first, Path::new("/elsewhere/photos"));
    assert_eq!((more.added, more.observations, more.files), (0, 0, taken_in.files));
    taken_in
}

const FORMATS: [Format; 4] =
    [Format::MegaDetector, Format::SpeciesNet, Format::SpeciesNetPerAnimal, Format::CamtrapDp];

#[test]
fn what_goes_out_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let study = varied(folder.path(), Path::new("/photos"));
    // Names are kept in lower case, and this one is none.
    study.rename_species("=cmd|' /c calc'!A0", "=cmd|' /c calc'!a0");
    let study = study.study();
    let taken_in = FORMATS.map(|format| assert_comes_back(&study, folder.path(), format));
    leave_for_others(folder.path());
    assert_eq!(taken_in.each_ref().map(|one| (one.files, one.failures)), [(16, 2), (7, 1), (7, 1), (14, 2)]);
    assert_eq!(taken_in[0].not_found, 16);
}

/// What was written the second time goes where validators of other people look; COCO of the study that came back as a package, too.
fn leave_for_others(folder: &Path) {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exports/again");
    let _ = fs_err::remove_dir_all(&place);
    fs_err::create_dir_all(place.join("camtrap-dp")).unwrap();
    for (format, name) in
        FORMATS.into_iter().zip(["megadetector.json", "speciesnet.json", "speciesnet-per-animal.json"])
    {
        fs_err::copy(folder.join(format!("second-{format:?}")), place.join(name)).unwrap();
    }
    for entry in fs_err::read_dir(folder.join("second-CamtrapDp")).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), place.join("camtrap-dp").join(entry.file_name())).unwrap();
    }
    let studies = folder.join("home-CamtrapDp/studies");
    let study = fs_err::read_dir(studies).unwrap().next().unwrap().unwrap().path().join("study.db");
    write(&Study::open(&study).unwrap(), Format::Coco, &place.join("coco.json"));
}

/// Numbers that look drawn by lot and are the same every time.
struct Lots(u64);

impl Lots {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }

    fn part(&mut self) -> f64 {
        self.below(1_000_001) as f64 / 1e6
    }
}

/// A study of files that are seen, blank, failed, waiting, reviewed, with boxes in all places.
fn drawn(folder: &Path, seed: u64) -> Builder {
    const LABELS: [&str; 4] = [
        "f1;mammalia;carnivora;canidae;vulpes;vulpes;red fox",
        "f2;mammalia;carnivora;canidae;;;canine family",
        "f3;mammalia;artiodactyla;cervidae;capreolus;capreolus;european roe deer",
        "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal",
    ];
    let mut lots = Lots(seed);
    let mut study = Builder::new(folder, Path::new("/photos"));
    study.deployment("d1", "one", Some((47.0, 8.0)));
    study.deployment("d2", "две", Some((-3.5, 37.25)));
    study.run("r1", "speciesnet", "4.0.2a", "2026-06-01T09:00:00.000Z");
    for number in 0..40 {
        let camera = lots.below(2) + 1;
        let path = format!("d{camera}/фото é {number}.jpg");
        let offset = if camera == 1 { "+02:00" } else { "" };
        let time = format!("2026-05-{:02}T06:{:02}:00{offset}", lots.below(28) + 1, number);
        study.medium(&path, &format!("d{camera}"), Some(&time), None);
        let kind = lots.below(10);
        if kind < 2 {
            if kind == 0 {
                study.failure(&path, "r1", "the file is cut short");
            }
            continue;
        }
        let label = LABELS[lots.below(4) as usize];
        let (score, person) = (lots.part(), lots.below(4) == 0);
        let mut boxes = Vec::new();
        for _ in 0..lots.below(4) {
            let [x, y] = [lots.part(), lots.part()];
            let bbox = [x, y, lots.part() * (1.0 - x), lots.part() * (1.0 - y)];
            boxes.push((bbox, lots.part()));
        }
        let detections = boxes.iter().map(|(bbox, confidence)| {
            json!({
                "category": "1", "label": "animal", "conf": confidence, "bbox": bbox,
            })
        });
        let answer = json!({
            "filepath": path, "detections": detections.collect::<Vec<_>>(), "prediction": label,
            "classifications": {"classes": [label], "scores": [score]},
            "prediction_score": score, "prediction_source": "classifier", "model_version": "4.0.2a",
        });
        study.output(&path, "r1", &answer.to_string());
        let names = ["vulpes vulpes", "canine family", "capreolus capreolus", "animal"];
        let row = Row {
            name: names[LABELS.iter().position(|known| *known == label).unwrap()],
            common: if label.contains("vulpes") { "red fox" } else { "" },
            probability: Some(score),
            count: 1,
            human: person,
            run: "r1",
            ..Row::default()
        };
        match boxes.as_slice() {
            [] => study.observation(&path, Row { kind: if person { "blank" } else { "" }, name: "", ..row }),
            boxes => {
                for (bbox, confidence) in boxes {
                    study.observation(&path, Row { bbox: Some(*bbox), confidence: Some(*confidence), ..row });
                }
            }
        }
    }
    study
}

#[test]
fn drawn_studies_come_back_the_same() {
    for seed in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let study = drawn(folder.path(), seed).study();
        for format in FORMATS {
            assert_comes_back(&study, folder.path(), format);
        }
    }
}

fn results(folder: &Path, name: &str, content: &Value) -> PathBuf {
    let file = folder.join(name);
    fs_err::write(&file, content.to_string()).unwrap();
    file
}

fn count(study: &Study, query: &str) -> i64 {
    let connection = rusqlite::Connection::open(study.file()).unwrap();
    connection.query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn hostile_entries_cost_an_error_each_and_no_path_leads_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = empty(folder.path());
    let good = json!({"category": "1", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2]});
    let image = |file: &str, detection: Value| json!({"file": file, "detections": [detection]});
    let images = json!([
        image("a/1.jpg", good.clone()),
        image("a\\2.jpg", good.clone()),
        image("a/1.jpg", good.clone()),
        image("../out.jpg", good.clone()),
        image("/etc/../out.jpg", good.clone()),
        image("a/notes.txt", good.clone()),
        image("", good.clone()),
        image("a/3.jpg", json!({"category": "9", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2]})),
        image("a/4.jpg", json!({"category": "1", "conf": 7, "bbox": [0.1, 0.1, 0.2, 0.2]})),
        image("a/5.jpg", json!({"category": "1", "conf": 0.9, "bbox": [100, 100, 640, 480]})),
        image("a/6.jpg", json!({"category": "1", "conf": 0.9})),
        {"file": "a/7.jpg"},
        {"file": "a/8.jpg", "failure": "image access failure", "detections": null},
        3,
    ]);
    let file = results(
        folder.path(),
        "md.json",
        &json!({
            "images": images, "detection_categories": {"1": "animal"}, "info": {"detector": "/w/md_v5a.0.1.pt"}, "extra": 1,
        }),
    );
    let taken_in = take_in(&mut study, &file, folder.path());
    assert_eq!((taken_in.files, taken_in.added, taken_in.known, taken_in.failures), (14, 8, 1, 11));
    assert_eq!(
        count(&study, "SELECT count(*) FROM media WHERE filePath LIKE '%out%' OR filePath LIKE '%..%'"),
        0
    );
    assert_eq!(count(&study, "SELECT count(*) FROM observations"), 2);
    assert_eq!(count(&study, "SELECT count(*) FROM biowatch_errors WHERE mediaID IS NOT NULL"), 6);
    let run =
        "SELECT count(*) FROM model_runs WHERE modelID = 'megadetector' AND modelVersion = 'md_v5a.0.1.pt'";
    assert_eq!(count(&study, run), 1);
}

#[test]
fn what_is_no_result_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (content, wanted) in [
        ("", "no JSON object"),
        ("not json", "no JSON object"),
        (r#"{"images": [{"file": "a.jpg", "detections": [{"conf": NaN}]}], "info": {}}"#, "no JSON object"),
        (r#"{"images": [{"file": "a.jpg""#, "no JSON object"),
        (r#"{"images": [], "annotations": [], "categories": []}"#, "COCO"),
        (r#"{"instances": []}"#, "a list of photos for SpeciesNet"),
        (r#"{"a": 1}"#, "neither MegaDetector results"),
        ("PK\u{3}\u{4}nonsense", "the zip file is damaged"),
    ] {
        let file = folder.path().join("x.json");
        fs_err::write(&file, content).unwrap();
        let error = Results::open(&file).unwrap_err().to_string();
        assert!(error.contains(wanted), "{content}: {error}");
    }
    assert!(matches!(Results::open(folder.path()), Err(ResultsError::NotResults { .. })));
    fs_err::write(
        folder.path().join("datapackage.json"),
        r#"{"profile": "https://x/camtrap-dp/0.1.6/p.json"}"#,
    )
    .unwrap();
    let error = Results::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("Camtrap DP 0.1.6"), "{error}");
}

#[test]
fn media_that_turn_up_later_are_the_same_media() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = empty(folder.path());
    let detection = json!({"category": "1", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2]});
    // The results spell the folder as Linux does, the disk as a Mac does.
    let file = results(
        folder.path(),
        "md.json",
        &json!({
            "images": [{"file": "for\u{ea}t/1.jpg", "detections": [detection], "datetime": "2026:05:01 06:00:00"},
                {"file": "2.jpg", "detections": []}],
            "detection_categories": {"1": "animal"}, "info": {},
        }),
    );
    let taken_in = take_in(&mut study, &file, &folder.path().join("gone"));
    assert_eq!((taken_in.added, taken_in.not_found), (2, 2));
    let photos = folder.path().join("photos");
    fs_err::create_dir_all(photos.join("fore\u{302}t")).unwrap();
    fs_err::write(photos.join("fore\u{302}t/1.jpg"), "one").unwrap();
    fs_err::write(photos.join("2.jpg"), "two").unwrap();
    let relinked = study.relink(&photos).unwrap();
    assert_eq!((relinked.lost, relinked.found), (2, 2));
    let taken_in = take_in(&mut study, &file, &photos);
    assert_eq!((taken_in.added, taken_in.not_found, taken_in.known), (0, 0, 2));
    assert_eq!(count(&study, "SELECT count(*) FROM media WHERE filePath LIKE '%fore\u{302}t/1.jpg'"), 1);
    assert_eq!(count(&study, "SELECT count(*) FROM media WHERE timestamp = '2026-05-01T06:00:00'"), 1);
}

#[test]
fn results_name_another_folder_and_are_taken_in_again_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = empty(folder.path());
    let file = results(
        folder.path(),
        "sn.json",
        &json!({"predictions": [
            {"filepath": "D:\\cards\\A\\1.jpg", "detections": [], "prediction": "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank",
                "prediction_score": 0.9, "model_version": "4.0.2a", "latitude": 47.5, "longitude": 8.5},
            {"filepath": "D:\\cards\\B\\1.jpg", "failures": ["DETECTOR"]},
        ]}),
    );
    let results = Results::open(&file).unwrap();
    assert_eq!(results.media_folder(), Path::new("D:/cards"));
    let taken_in = take_in(&mut study, &file, &folder.path().join("first"));
    assert_eq!((taken_in.added, taken_in.not_found, taken_in.failures), (2, 2, 1));
    let photos = folder.path().join("second");
    fs_err::create_dir_all(photos.join("A")).unwrap();
    fs_err::write(photos.join("A/1.jpg"), "one").unwrap();
    let taken_in = take_in(&mut study, &file, &photos);
    assert_eq!((taken_in.added, taken_in.not_found, taken_in.known), (0, 1, 1));
    assert_eq!(count(&study, "SELECT count(*) FROM deployments WHERE latitude = 47.5"), 1);
    assert_eq!(count(&study, "SELECT count(*) FROM biowatch_media WHERE contentHash IS NOT NULL"), 1);
}

#[test]
fn people_who_have_spoken_are_not_overruled() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = empty(folder.path());
    let class = "f1;mammalia;carnivora;canidae;vulpes;vulpes;red fox";
    let one = |score: f64| {
        json!({"predictions": [{"filepath": "A/1.jpg", "prediction": class, "prediction_score": score,
        "detections": [{"category": "1", "label": "animal", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2]}], "model_version": "1"}]})
    };
    take_in(&mut study, &results(folder.path(), "one.json", &one(0.5)), folder.path());
    let hare = biowatch_study::Correction {
        scientific_name: Some("lepus europaeus".to_owned()),
        common_name: None,
        count: None,
        by: "Ada".to_owned(),
    };
    study.correct("1.jpg", None, &hare).unwrap();
    let taken_in = take_in(&mut study, &results(folder.path(), "two.json", &one(0.9)), folder.path());
    assert_eq!((taken_in.spoken, taken_in.observations), (1, 0));
    assert_eq!(
        count(&study, "SELECT count(*) FROM observations WHERE scientificName = 'lepus europaeus'"),
        1
    );
    assert_eq!(count(&study, "SELECT count(*) FROM observations"), 1);
}

/// Zips the files of a folder.
fn zipped(folder: &Path, out: &Path) {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(fs_err::File::create(out).unwrap());
    for entry in fs_err::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("package/{}", entry.file_name().to_str().unwrap());
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs_err::read(entry.path()).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn events_reach_their_files_and_a_zip_is_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    fs_err::create_dir(&package).unwrap();
    let resource = |name: &str| json!({"name": name, "path": format!("{name}.csv")});
    let resources = ["deployments", "media", "observations"].map(resource);
    let described = json!({
        "profile": "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0/camtrap-dp-profile.json", "name": "p",
        "resources": resources,
        "taxonomic": [{"scientificName": "Vulpes vulpes", "vernacularNames": {"eng": "red fox"}}],
    });
    fs_err::write(package.join("datapackage.json"), described.to_string()).unwrap();
    let tables = [
        (
            "deployments",
            "deploymentID,latitude,longitude,deploymentStart,deploymentEnd,habitat\n\
            d,47,8,2026-05-01T00:00:00Z,2026-05-02T00:00:00Z,forest\n",
        ),
        (
            "media",
            "mediaID,deploymentID,timestamp,filePath,filePublic,fileMediatype,favorite\n\
            1,d,2026-05-01T06:00:00+0200,a.jpg,false,image/jpeg,true\n2,d,2026-05-01T06:01:00+02:00,b.jpg,false,image/jpeg,\n\
            3,d,2026-05-01T07:00:00+02:00,https://x/c.jpg,true,image/jpeg,\n4,lost,2026-05-01T07:00:00+02:00,../d.jpg,false,image/jpeg,\n",
        ),
        (
            "observations",
            "observationID,deploymentID,mediaID,eventID,eventStart,eventEnd,observationLevel,observationType,\
            scientificName,count,classificationMethod,classificationProbability,bboxX,bboxY,bboxWidth,bboxHeight\n\
            o1,d,,e1,2026-05-01T06:00:00+02:00,2026-05-01T06:01:00+02:00,event,animal,Vulpes vulpes,2,human,,,,,\n\
            o2,d,,e2,2026-05-01T07:00:00+02:00,2026-05-01T07:00:00+02:00,event,human,,1,human,,,,,\n\
            o3,d,3,e2,2026-05-01T07:00:00+02:00,2026-05-01T07:00:00+02:00,media,vehicle,,1,machine,0.75,0.1,0.1,0.2,0.2\n\
            o4,d,9,e2,2026-05-01T07:00:00+02:00,2026-05-01T07:00:00+02:00,media,animal,,1,,,,,,\n\
            o5,d,,e3,2026-05-01T09:00:00+02:00,2026-05-01T09:00:00+02:00,event,animal,Lepus,1,human,,,,,\n",
        ),
    ];
    for (name, content) in tables {
        fs_err::write(package.join(format!("{name}.csv")), content).unwrap();
    }
    let archive = folder.path().join("package.zip");
    zipped(&package, &archive);
    let mut study = empty(folder.path());
    let taken_in = take_in(&mut study, &archive, &package);
    assert_eq!((taken_in.files, taken_in.added, taken_in.failures, taken_in.observations), (4, 3, 1, 4));
    assert_eq!(taken_in.left_out["values of `habitat` in deployments"], 1);
    assert_eq!(taken_in.left_out["observations of files that the package does not list"], 1);
    let of =
        |media: &str| count(&study, &format!("SELECT count(*) FROM observations WHERE mediaID = '{media}'"));
    assert_eq!([of("1"), of("2"), of("3")], [1, 1, 1]);
    let fox = "SELECT count(*) FROM observations WHERE scientificName = 'vulpes vulpes' AND commonName = 'red fox' AND count = 2";
    assert_eq!(count(&study, fox), 2);
    assert_eq!(
        count(&study, "SELECT count(*) FROM observations WHERE mediaID IS NULL AND observationID = 'o5'"),
        1
    );
    let again = take_in(&mut study, &package, &package);
    assert_eq!((again.added, again.observations, again.known), (0, 0, 3));
}

#[test]
fn a_package_that_breaks_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let study = varied(folder.path(), Path::new("/photos")).study();
    let out = folder.path().join("package");
    write(&study, Format::CamtrapDp, &out);
    let mut again = empty(&folder.path().join("again"));
    let results = Results::open(&out).unwrap();
    let seen = std::cell::Cell::new(0);
    let mut watch = Watch { progress: &mut |files| seen.set(files), is_stopped: &|| seen.get() >= 5 };
    let taken_in = results.import(&mut again, &out, &mut watch).unwrap();
    assert!(!taken_in.is_whole);
    assert_eq!(count(&again, "SELECT count(*) FROM media"), 0);
    let media = out.join("media.csv");
    let cut: Vec<u8> = fs_err::read(&media).unwrap().into_iter().chain([0xff, 0xfe, b'\n']).collect();
    fs_err::write(&media, cut).unwrap();
    let mut watch = Watch { progress: &mut |_| (), is_stopped: &|| false };
    assert!(results.import(&mut again, &out, &mut watch).is_err());
    assert_eq!(count(&again, "SELECT count(*) FROM media"), 0);
}

#[test]
fn videos_keep_their_frames() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = empty(folder.path());
    let one = |frame: u64| json!({"category": "1", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2], "frame_number": frame});
    let file = results(
        folder.path(),
        "md.json",
        &json!({
            "images": [
                {"file": "a.mp4", "frame_rate": 25.0, "frames_processed": [0, 50, 100], "detections": [one(50), one(50), one(100)],
                    "datetime": "2026-05-01 06:00:00"},
                {"file": "b.mp4", "frame_rate": 30.0, "frames_processed": [], "detections": null, "failure": "inference failure"},
                {"file": "c.mp4", "detections": [one(9)]},
            ],
            "detection_categories": {"1": "lion"}, "info": {"format_version": "1.4"},
        }),
    );
    let taken_in = take_in(&mut study, &file, folder.path());
    assert_eq!((taken_in.added, taken_in.observations, taken_in.failures), (3, 2, 1));
    let seen = "SELECT count(*) FROM observations WHERE eventStart = '2026-05-01T06:00:02.000'
        AND eventEnd = '2026-05-01T06:00:04.000' AND count = 2 AND scientificName = 'lion'";
    assert_eq!(count(&study, seen), 1);
}
