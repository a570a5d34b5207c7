//! `biowatch demo`, with nothing but the program.

use libtest_mimic::Trial;

use crate::biowatch::Sandbox;
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("demo::shows_what_it_finds", shows_what_it_finds),
        plain("demo::leaves_other_folders_alone", leaves_other_folders_alone),
        plain("demo::its_model_is_installed_without_a_network", its_model_is_installed),
    ]
}

fn shows_what_it_finds() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["demo", "--headless", "--engine", "built-in", "--folder", "out"]);
    ended.expect(0, &["24 rendered scenes", "24 of 24 files", "of no use for science", "models install"]);
    let right = ended.rows().iter().filter(|row| row.ends_with("right")).count();
    assert!(right >= 18, "{}", ended.stdout);
    for rule in ["geofence, rolled up to", "classifier, rolled up to"] {
        assert!(ended.stdout.contains(rule), "{rule} does not occur in\n{}", ended.stdout);
    }
    let out = sandbox.path("out");
    let names = |folder: &str| {
        let entries = fs_err::read_dir(out.join(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("pictures").len(), 24);
    assert_eq!(names("pictures"), names("scenes"));
    let page = fs_err::read_to_string(out.join("index.html")).unwrap();
    assert_eq!(page.matches("<figure>").count(), 24);
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
    let rows = fs_err::read_to_string(out.join("rows.ndjson")).unwrap();
    let scores = rows.lines().map(|row| {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        row["prediction_score"].as_f64().unwrap()
    });
    let scores: Vec<_> = scores.collect();
    assert_eq!(scores.len(), 24);
    // The sika deer is rolled up from two classes, whose scores add up to a little more than 1.
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
    let again = sandbox.run(&["predict", "out/model", "out/scenes", "--country", "SVN", "--quiet"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert_eq!(again.rows().len(), 24);
}

fn its_model_is_installed() {
    let sandbox = Sandbox::new();
    sandbox.run(&["models", "install", "demo", "--offline"]).expect(0, &["installed demo:1.0"]);
    sandbox.run(&["models", "verify", "demo"]).expect(0, &[]);
    let checked = sandbox.run(&["models", "check", "demo", "--engine", "built-in"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
}

fn leaves_other_folders_alone() {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("photos")).unwrap();
    fs_err::write(sandbox.path("photos/mine.jpg"), b"mine").unwrap();
    let ended = sandbox.run(&["demo", "--headless", "--folder", "photos"]);
    ended.expect(64, &["holds something else", "give a new or empty folder"]);
    assert_eq!(fs_err::read_dir(sandbox.path("photos")).unwrap().count(), 1);
}
