//! Exports of a study with every oddity, read again.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it fails"
)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use biowatch_study::export::{
    ExportError, Exported, Format, Options, People, Picture, check, export, export_painted,
};
use serde_json::Value;
use support::{Builder, Row, varied};

const FORMATS: [(Format, &str); 7] = [
    (Format::CamtrapDp, "camtrap-dp"),
    (Format::MegaDetector, "megadetector.json"),
    (Format::SpeciesNet, "speciesnet.json"),
    (Format::SpeciesNetPerAnimal, "speciesnet-per-animal.json"),
    (Format::Coco, "coco.json"),
    (Format::Csv, "csv"),
    (Format::SpeciesFolders, "species"),
];

/// Exports the varied study. The files stay in the build folder, where validators of other people look at them.
fn exported(format: Format, options: Options) -> (Exported, PathBuf) {
    let name = FORMATS.iter().find(|(known, _)| *known == format).unwrap().1;
    let folder = tempfile::tempdir().unwrap();
    let study = varied(folder.path(), Path::new("/photos")).study();
    let samples = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("exports")
        .join(if options.threshold.is_some() { "threshold" } else { "whole" });
    let out = samples.join(name);
    let _ = if out.is_dir() { fs_err::remove_dir_all(&out) } else { fs_err::remove_file(&out) };
    let exported = export(&study, format, options, &out, &mut |_| ()).unwrap();
    (exported, out)
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap()
}

fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn of<'a>(
    rows: &'a [BTreeMap<String, String>],
    column: &str,
    value: &str,
) -> Vec<&'a BTreeMap<String, String>> {
    rows.iter().filter(|row| row[column] == value).collect()
}

#[test]
fn camtrap_dp_says_what_was_seen_in_files_and_events() {
    let (exported, out) = exported(Format::CamtrapDp, Options::default());
    assert_eq!((exported.files, exported.failures), (14, 2));
    let left_out: Vec<_> = exported.left_out.into_iter().collect();
    assert_eq!(
        left_out,
        [
            ("deployments without coordinates", 1),
            ("files of no deployment with a place", 1),
            ("files whose path begins with `.` or `~` or holds `..`", 1),
            ("files without a time", 1),
        ]
    );
    let observations = table(&out.join("observations.csv"));
    let events = of(&observations, "observationLevel", "event");
    let first: Vec<_> = events.iter().filter(|row| row["eventID"] == "A_seq_0001").collect();
    assert_eq!(first.len(), 1);
    assert_eq!((&*first[0]["scientificName"], &*first[0]["count"]), ("Vulpes vulpes", "2"));
    assert_eq!(first[0]["eventStart"], "2026-05-01T06:00:00+02:00");
    assert_eq!(first[0]["eventEnd"], "2026-05-01T06:03:00+02:00");
    let kinds = |file: &str| {
        of(&observations, "mediaID", file).iter().map(|row| &*row["observationType"]).collect::<Vec<_>>()
    };
    assert_eq!(kinds("A/4.jpg"), ["human", "vehicle"]);
    assert_eq!(kinds("A/6.jpg"), ["blank"]);
    assert_eq!(kinds("A/8 broken.jpg"), ["unclassified"]);
    assert_eq!(kinds("A/9 waiting.jpg"), ["unclassified"]);
    assert_eq!(kinds("A/a.jpg"), ["unclassified"]);
    let hare = of(&observations, "mediaID", "A/5.jpg");
    assert_eq!(
        (&*hare[0]["scientificName"], &*hare[0]["classificationMethod"]),
        ("Lepus europaeus", "human")
    );
    assert_eq!((&*hare[0]["classificationProbability"], &*hare[0]["behavior"]), ("", "grazing|running"));
    assert_eq!(of(&observations, "mediaID", "A/7.jpg")[0]["scientificName"], "Badger");
    let media = table(&out.join("media.csv"));
    assert_eq!(of(&media, "mediaID", "Б/=1+1.jpg")[0]["timestamp"], "2026-05-01T06:00:00Z");
    let deployments = table(&out.join("deployments.csv"));
    assert_eq!(
        (deployments.len(), &*deployments[0]["timestampIssues"], &*deployments[1]["timestampIssues"]),
        (2, "", "true")
    );
    let package = json(&out.join("datapackage.json"));
    assert_eq!(package["temporal"]["start"], "2026-05-01");
    assert!(
        package["taxonomic"]
            .as_array()
            .unwrap()
            .iter()
            .any(|taxon| taxon["vernacularNames"]["eng"] == "red fox")
    );
}

#[test]
fn megadetector_results_keep_the_models_boxes_and_the_peoples_words() {
    let (exported, out) = exported(Format::MegaDetector, Options::default());
    assert_eq!((exported.files, exported.failures), (16, 2));
    let results = json(&out);
    let image = |file: &str| {
        results["images"].as_array().unwrap().iter().find(|image| image["file"] == file).unwrap()
    };
    assert_eq!(image("A/2 ü,\"q\".jpg")["detections"].as_array().unwrap().len(), 2);
    assert_eq!(image("A/3.jpg")["detections"], serde_json::json!([]));
    assert_eq!(image("A/6.jpg")["detections"], serde_json::json!([]));
    assert_eq!(image("A/8 broken.jpg")["detections"], Value::Null);
    assert_eq!(image("A/8 broken.jpg")["failure"], "image access failure");
    let clip = image("Б/clip.mp4");
    assert_eq!((&clip["frame_rate"], &clip["frames_processed"]), (&25.0.into(), &serde_json::json!([0, 75])));
    assert_eq!(clip["detections"][0]["frame_number"], 75);
    let name = |file: &str| {
        let id = image(file)["detections"][0]["classifications"][0][0].as_str().unwrap().to_owned();
        results["classification_categories"][id].clone()
    };
    assert_eq!(
        (name("A/1.jpg"), name("A/5.jpg"), name("A/7.jpg")),
        ("red fox".into(), "brown hare".into(), "badger".into())
    );
    assert_eq!(image("A/5.jpg")["detections"][0]["conf"], 1.0);
}

#[test]
fn speciesnet_predictions_are_given_in_either_form() {
    let (_, out) = exported(Format::SpeciesNet, Options::default());
    let photos = json(&out);
    let (exported, out) = exported(Format::SpeciesNetPerAnimal, Options::default());
    let animals = json(&out);
    let find = |all: &Value, file: &str| {
        all["predictions"].as_array().unwrap().iter().find(|one| one["filepath"] == file).cloned()
    };
    assert_eq!(exported.left_out["videos"], 3);
    assert_eq!(find(&photos, "A/1.jpg").unwrap()["prediction_score"], 0.85);
    let one = find(&animals, "A/1.jpg").unwrap();
    assert_eq!(one["detections"][0]["processed_classification"]["score"], 0.85);
    assert_eq!(one["prediction"], Value::Null);
    let hare = find(&photos, "A/5.jpg");
    assert_eq!(hare.unwrap()["prediction"], ";;;;lepus;europaeus;brown hare");
    assert!(find(&photos, "A/7.jpg").is_none(), "its latest answer is another model's");
    assert_eq!(find(&photos, "A/6.jpg").unwrap()["prediction_source"], "human");
    assert_eq!(find(&animals, "A/6.jpg").unwrap()["detections"], serde_json::json!([]));
    assert_eq!(
        find(&photos, "A/8 broken.jpg").unwrap()["failures"],
        serde_json::json!(["CLASSIFIER", "DETECTOR"])
    );
}

#[test]
fn what_the_app_could_not_predict_is_no_blank() {
    let folder = tempfile::tempdir().unwrap();
    let builder = varied(folder.path(), Path::new("/photos"));
    builder.failed_job("A/9 waiting.jpg", "fetch failed");
    // What has an answer from elsewhere has not failed.
    builder.failed_job("A/1.jpg", "fetch failed");
    let study = builder.study();
    let out = folder.path().join("md.json");
    let exported = export(&study, Format::MegaDetector, Options::default(), &out, &mut |_| ()).unwrap();
    assert_eq!(
        (exported.files, exported.failures, exported.left_out.get("not predicted yet")),
        (17, 3, None)
    );
    let results = json(&out);
    let image = |file: &str| {
        results["images"].as_array().unwrap().iter().find(|image| image["file"] == file).unwrap().clone()
    };
    assert_eq!(image("A/9 waiting.jpg")["failure_reason"], "fetch failed");
    assert!(image("A/1.jpg")["detections"].is_array());
}

#[test]
fn pictures_are_painted_with_the_rows_that_count_and_people_covered() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    for file in ["A/1.jpg", "A/4.jpg", "A/6.jpg", "A/8 broken.jpg", "A/9 waiting.jpg", "Б/clip.mp4"] {
        fs_err::create_dir_all(photos.join(file).parent().unwrap()).unwrap();
        fs_err::write(photos.join(file), file).unwrap();
    }
    let study = varied(folder.path(), &photos).study();
    let options = Options { blur_people: true, ..Options::default() };
    let mut asked = Vec::new();
    let mut paint = |picture: &Picture| {
        asked.push(picture.clone());
        Ok(vec![0xff, 0xd8, 0xff, 0xd9])
    };
    let out = folder.path().join("pictures");
    let exported =
        export_painted(&study, Format::AnnotatedPictures, options, &out, &mut |_| (), &mut paint).unwrap();
    assert_eq!(
        (exported.files, exported.left_out["videos"], exported.left_out["not predicted yet"]),
        (3, 1, 1)
    );
    assert_eq!(exported.left_out["photos that could not be predicted"], 1);
    let labels: Vec<Vec<_>> =
        asked.iter().map(|one| one.marks.iter().map(|mark| &*mark.label).collect()).collect();
    assert_eq!(labels, [vec!["red fox 0.85"], vec!["person 0.85", "vehicle 0.85"], vec![]]);
    assert_eq!(asked[0].people, People::Shown);
    // The model's box, and that of the row.
    assert_eq!(asked[1].people, People::Boxes(vec![[0.0, 0.0, 0.5, 0.5], [0.1, 0.2, 0.3, 0.4]]));
    assert!(out.join("A/4.jpg").is_file());
    let nobody = export(&study, Format::AnnotatedPictures, options, &folder.path().join("x"), &mut |_| ());
    assert!(matches!(nobody, Err(ExportError::NoPainter)));
}

#[test]
fn somebody_without_a_box_covers_the_whole_photo() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    fs_err::create_dir_all(&photos).unwrap();
    fs_err::write(photos.join("1.jpg"), "one").unwrap();
    let mut builder = Builder::new(folder.path(), &photos);
    builder.medium("1.jpg", "", None, None);
    builder.observation("1.jpg", Row { name: "homo sapiens", human: true, ..Row::default() });
    let study = builder.study();
    let mut people = None;
    let mut paint = |picture: &Picture| {
        people = Some(picture.people.clone());
        Ok(vec![0xff, 0xd8, 0xff, 0xd9])
    };
    let options = Options { blur_people: true, ..Options::default() };
    let out = folder.path().join("out");
    export_painted(&study, Format::SpeciesFolders, options, &out, &mut |_| (), &mut paint).unwrap();
    assert_eq!(people, Some(People::Everywhere));
    assert_eq!(fs_err::read(out.join("human/1.jpg")).unwrap(), [0xff, 0xd8, 0xff, 0xd9]);
    assert_eq!(fs_err::read(photos.join("1.jpg")).unwrap(), b"one");
}

#[test]
fn coco_has_an_annotation_for_every_image() {
    let (exported, out) = exported(Format::Coco, Options::default());
    assert_eq!(exported.files, 17);
    let coco = json(&out);
    let annotations = coco["annotations"].as_array().unwrap();
    let of = |image: &str| annotations.iter().filter(|one| one["image_id"] == image).collect::<Vec<_>>();
    assert_eq!(of("A/3.jpg")[0]["category_id"], 0);
    assert_eq!(of("A/2 ü,\"q\".jpg")[1]["bbox"], serde_json::json!([200.0, 200.0, 600.0, 400.0]));
    assert!(of("A/1.jpg")[0]["bbox_relative"].is_array());
    let images = coco["images"].as_array().unwrap();
    let image = images.iter().find(|image| image["id"] == "A/2 ü,\"q\".jpg").unwrap();
    assert_eq!((&image["seq_num_frames"], &image["frame_num"]), (&3.into(), &1.into()));
    assert!(images.iter().any(|image| image["corrupt"] == true));
}

#[test]
fn tables_hold_no_formula() {
    let (exported, out) = exported(Format::Csv, Options { byte_order_mark: true, ..Options::default() });
    assert_eq!(exported.files, 17);
    assert!(fs_err::read(out.join("files.csv")).unwrap().starts_with("\u{feff}".as_bytes()));
    let deployments = table(&out.join("deployments.csv"));
    assert_eq!(of(&deployments, "deployment_id", "Б")[0]["location_name"], "'=HYPERLINK(\"http://x\")");
    assert_eq!(of(&deployments, "deployment_id", "A")[0]["location_name"], "Bär, \"Wald\"\nzwei");
    assert_eq!(of(&deployments, "deployment_id", "A")[0]["longitude"], "-8.25");
    let detections = table(&out.join("detections.csv"));
    assert_eq!(of(&detections, "file_id", "'=1+1.jpg").len(), 0);
    assert!(of(&detections, "file_id", "Б/=1+1.jpg")[0]["scientific_name"].starts_with("'="));
    let counts = table(&out.join("counts.csv"));
    assert_eq!(of(&counts, "event_id", "A_seq_0001")[0]["count"], "2");
    let files = table(&out.join("files.csv"));
    assert_eq!(of(&files, "state", "failed").len(), 2);
    assert_eq!(of(&files, "state", "blank").len(), 2);
}

#[test]
fn a_threshold_makes_blanks_of_unsure_files_only() {
    let (_, out) = exported(Format::CamtrapDp, Options { threshold: Some(0.7), ..Options::default() });
    let observations = table(&out.join("observations.csv"));
    let kind = |file: &str| &*of(&observations, "mediaID", file)[0]["observationType"];
    assert_eq!((kind("A/7.jpg"), kind("A/1.jpg"), kind("A/5.jpg")), ("blank", "animal", "animal"));
    assert_eq!(of(&observations, "mediaID", "A/7.jpg")[0]["scientificName"], "");
}

#[test]
fn files_are_sorted_into_folders_and_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    for file in ["A/1.jpg", "A/3.jpg", "A/4.jpg", "A/8 broken.jpg", "Б/=1+1.jpg"] {
        fs_err::create_dir_all(photos.join(file).parent().unwrap()).unwrap();
        fs_err::write(photos.join(file), file).unwrap();
    }
    let study = varied(folder.path(), &photos).study();
    for link in [false, true] {
        let out = folder.path().join(format!("sorted-{link}"));
        let options = Options { link, ..Options::default() };
        let exported = export(&study, Format::SpeciesFolders, options, &out, &mut |_| ()).unwrap();
        assert_eq!((exported.files, exported.rows), (5, 6));
        for place in [
            "Vulpes vulpes/A/1.jpg",
            "blank/A/3.jpg",
            "human/A/4.jpg",
            "vehicle/A/4.jpg",
            "failed/A/8 broken.jpg",
        ] {
            let original = place.split_once('/').unwrap().1;
            assert_eq!(fs_err::read_to_string(out.join(place)).unwrap(), original);
        }
        assert!(photos.join("A/1.jpg").is_file());
    }
}

#[test]
fn nothing_is_overwritten_and_what_was_cut_off_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let study = varied(folder.path(), Path::new("/photos")).study();
    for (format, name) in FORMATS.into_iter().filter(|(format, _)| *format != Format::SpeciesFolders) {
        let out = folder.path().join(name);
        fs_err::create_dir_all(folder.path().join(format!(".{name}.partial/half"))).unwrap();
        export(&study, format, Options::default(), &out, &mut |_| ()).unwrap();
        let again = export(&study, format, Options::default(), &out, &mut |_| ());
        assert!(matches!(again, Err(ExportError::Taken(_))), "{name}");
        let names = fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("partial")));
    }
}

#[test]
fn a_study_without_places_has_no_camtrap_dp() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = support::Builder::new(folder.path(), Path::new("/photos"));
    study.medium("1.jpg", "", Some("2026-05-01T06:00:00Z"), None);
    study.observation("1.jpg", Row { name: "fox", ..Row::default() });
    let out = folder.path().join("out");
    let refused = export(&study.study(), Format::CamtrapDp, Options::default(), &out, &mut |_| ());
    assert!(matches!(refused, Err(ExportError::Nothing(_))));
    assert!(!out.exists() && !folder.path().join(".out.partial").exists());
}

/// Damages a good export in one place and expects the checker to say so.
#[test]
fn the_checker_sees_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let study = varied(folder.path(), Path::new("/photos")).study();
    for (format, name, file, from, to) in [
        (
            Format::CamtrapDp,
            "camtrap-dp",
            "observations.csv",
            "2026-05-01T06:00:00+02:00",
            "2026-05-01T06:00:00",
        ),
        (Format::CamtrapDp, "camtrap-dp", "observations.csv", ",vehicle,", ",car,"),
        (Format::CamtrapDp, "camtrap-dp", "media.csv", "A/1.jpg,A,", "A/1.jpg,Z,"),
        (Format::CamtrapDp, "camtrap-dp", "media.csv", ",A/1.jpg,false", ",/A/1.jpg,false"),
        (Format::CamtrapDp, "camtrap-dp", "deployments.csv", "47.5", "97.5"),
        (Format::CamtrapDp, "camtrap-dp", "datapackage.json", "\"taxonomic\"", "\"taxa\""),
        (Format::MegaDetector, "megadetector.json", "", "A/1.jpg", "/A/1.jpg"),
        (Format::MegaDetector, "megadetector.json", "", "A/1.jpg", "A/3.jpg"),
        (Format::MegaDetector, "megadetector.json", "", "\"conf\":0.9", "\"conf\":1"),
        (Format::MegaDetector, "megadetector.json", "", "\"detections\":null", "\"detections\":[]"),
        (Format::MegaDetector, "megadetector.json", "", "red fox", "animal"),
        (Format::SpeciesNet, "speciesnet.json", "", "\"prediction\":\"f1;", "\"prediction\":\""),
        (Format::SpeciesNetPerAnimal, "speciesnet-per-animal.json", "", "DETECTOR", "BOTH"),
        (Format::Coco, "coco.json", "", "\"image_id\":\"A/1.jpg\"", "\"image_id\":\"A/2.jpg\""),
        (Format::Coco, "coco.json", "", "\"name\":\"empty\"", "\"name\":\"blank\""),
        (Format::Csv, "csv", "detections.csv", "'=", "="),
        (Format::Csv, "csv", "detections.csv", "A/1.jpg,A,", "A/0.jpg,A,"),
    ] {
        let out = folder.path().join(name);
        if !out.exists() {
            export(&study, format, Options::default(), &out, &mut |_| ()).unwrap();
        }
        assert_eq!(check(format, &out).unwrap().problem_count, 0, "{name}");
        let file = if file.is_empty() { out.clone() } else { out.join(file) };
        let good = fs_err::read_to_string(&file).unwrap();
        assert!(good.contains(from), "{name} holds no `{from}`");
        fs_err::write(&file, good.replacen(from, to, 1)).unwrap();
        assert!(check(format, &out).unwrap().problem_count > 0, "{name}: `{from}` as `{to}` is not seen");
        fs_err::write(&file, good).unwrap();
    }
}
