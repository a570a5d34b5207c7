//! What goes out of a study, and what comes in from other programs: every format, with the demo's model and scenes.

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::biowatch::Sandbox;
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("results::every_format_goes_out_and_what_can_comes_back", goes_out_and_comes_back),
        plain("results::what_is_no_result_is_refused", refused),
        plain("results::people_are_covered", people_are_covered),
    ]
}

const FORMATS: [(&str, &str); 8] = [
    ("camtrap-dp", "dp"),
    ("megadetector", "md.json"),
    ("speciesnet", "sn.json"),
    ("speciesnet-per-animal", "sn2.json"),
    ("coco", "coco.json"),
    ("csv", "csv"),
    ("species-folders", "species"),
    ("annotated-pictures", "pictures"),
];

/// A study of the demo's scenes, called `scenes`.
fn imported() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--headless", "--engine", "built-in", "--folder", "out"]).expect(0, &[]);
    let places = "folder,latitude,longitude\nscenes,46.0,14.5\n";
    fs_err::write(sandbox.path("places.csv"), places).unwrap();
    let import = [
        "import",
        "out/scenes",
        "--study",
        "scenes",
        "--model",
        "out/model",
        "--country",
        "SVN",
        "--engine",
        "built-in",
        "--deployments",
        "places.csv",
        "--quiet",
    ];
    sandbox.run(&import).expect(0, &[]);
    sandbox
}

fn show(sandbox: &Sandbox, study: &str) -> Value {
    let ended = sandbox.run(&["studies", "show", study, "--json"]);
    ended.expect(0, &[]);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn goes_out_and_comes_back() {
    let sandbox = imported();
    for (format, out) in FORMATS {
        let ended = sandbox.run(&["export", "scenes", out, "--format", format]);
        ended.expect(0, &["24 files", "checked"]);
        // A photo of two species is in two folders, so that those tell places and not files.
        let holds = if format == "species-folders" { "24 rows" } else { "holds: 24 files" };
        sandbox.run(&["export", "--check", out, "--format", format]).expect(0, &[holds]);
        sandbox.run(&["export", "scenes", out, "--format", format]).expect(1, &["exists already"]);
    }
    let drawn = fs_err::read_dir(sandbox.path("pictures")).unwrap().count();
    assert_eq!(drawn, 24);
    let species = |study: &str| show(&sandbox, study)["species"].clone();
    for results in ["sn.json", "sn2.json", "dp"] {
        let import = ["studies", "import", results, "--study", results, "--media", "out/scenes"];
        sandbox.run(&import).expect(0, &["24 files, 24 new"]);
        let mut came_back = species(results);
        if results == "sn2.json" {
            // One answer a detection: a box that the classifier never saw says no more than that it is an animal.
            came_back.as_array_mut().unwrap().retain(|one| one["name"] != "animal");
        }
        assert_eq!(came_back, species("scenes"), "{results}");
        sandbox.run(&import).expect(0, &["24 files, 0 new, 24 there before"]);
        sandbox.run(&["studies", "check", results]).expect(0, &[]);
    }
    let import = ["studies", "import", "md.json", "--study", "md", "--media", "nowhere"];
    sandbox.run(&import).expect(0, &["24 not on this machine", "biowatch studies relink 'md' FOLDER"]);
    sandbox.run(&["studies", "relink", "md", "out/scenes"]).expect(0, &["24 of them were found"]);
    sandbox.run(&["export", "md", "md2.json", "--format", "megadetector"]).expect(0, &["24 files"]);
    let boxes = |file: &str| {
        let whole: Value = serde_json::from_slice(&fs_err::read(sandbox.path(file)).unwrap()).unwrap();
        let mut images: Vec<_> = whole["images"].as_array().unwrap().clone();
        images.sort_by_key(|image| image["file"].to_string());
        let boxes = images.iter().flat_map(|image| image["detections"].as_array().unwrap().clone());
        boxes.map(|one| json!([one["bbox"], one["conf"]])).collect::<Vec<_>>()
    };
    assert!(!boxes("md.json").is_empty());
    assert_eq!(boxes("md.json"), boxes("md2.json"));
}

fn refused() {
    let sandbox = Sandbox::new();
    let import = |what: &str| sandbox.run(&["studies", "import", what, "--study", "s"]);
    fs_err::create_dir(sandbox.path("photos")).unwrap();
    fs_err::write(sandbox.path("notes.txt"), "notes").unwrap();
    fs_err::write(sandbox.path("coco.json"), r#"{"images": [], "annotations": []}"#).unwrap();
    import("nothing.json").expect(8, &["nothing.json", "check the spelling"]);
    import("photos").expect(9, &["without `datapackage.json`", "biowatch import"]);
    import("notes.txt").expect(9, &["is no JSON object", "what comes in"]);
    import("coco.json").expect(9, &["COCO annotations"]);
    sandbox.run(&["import", "notes.txt", "--study", "s", "--model", "m"]).expect(8, &["studies import"]);
    let ended = sandbox.run(&["studies", "list", "--json"]);
    assert_eq!(ended.stdout.trim_start_matches(['[', ']', '\n']).trim(), "", "no study was made: {ended:?}");
}

fn people_are_covered() {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--headless", "--engine", "built-in", "--folder", "out"]).expect(0, &[]);
    let mut scenes: Vec<_> = fs_err::read_dir(sandbox.path("out/scenes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    scenes.sort();
    let names: Vec<_> = scenes.iter().map(|name| name.to_str().unwrap()).collect();
    let one = |category: &str| json!({"category": category, "conf": 0.9, "bbox": [0.25, 0.25, 0.5, 0.5]});
    let results = json!({
        "images": [
            {"file": names[0], "detections": [one("2")]},
            {"file": names[1], "detections": [one("1")]},
            {"file": names[2], "detections": null, "failure": "image access failure"},
        ],
        "detection_categories": {"1": "animal", "2": "person"}, "info": {},
    });
    fs_err::write(sandbox.path("md.json"), results.to_string()).unwrap();
    let import = ["studies", "import", "md.json", "--study", "s", "--media", "out/scenes"];
    sandbox.run(&import).expect(2, &["1 without an answer"]);
    let export = ["export", "s", "given", "--format", "species-folders", "--blur-people"];
    sandbox.run(&export).expect(0, &["2 files", "1 files that nobody looked through"]);
    let bytes = |file: String| fs_err::read(sandbox.path(&file)).unwrap();
    assert_eq!(bytes(format!("given/Animalia/{}", names[1])), bytes(format!("out/scenes/{}", names[1])));
    let covered = bytes(format!("given/human/{}", names[0]));
    assert_ne!(covered, bytes(format!("out/scenes/{}", names[0])));
    assert!(covered.starts_with(&[0xff, 0xd8]) && !covered.windows(4).any(|word| word == b"Exif"));
    sandbox
        .run(&["export", "s", "pictures", "--format", "annotated-pictures", "--blur-people"])
        .expect(0, &["2 files"]);
    sandbox.run(&["export", "s", "x", "--format", "csv", "--blur-people"]).expect(64, &["holds no pictures"]);
    let both = ["export", "s", "x", "--format", "species-folders", "--blur-people", "--link"];
    assert_eq!(sandbox.run(&both).code, Some(64));
}
