//! `biowatch predict --out FILE`, stopped in every way and run again.

use std::path::Path;

use libtest_mimic::Trial;

use crate::biowatch::{Running, Sandbox};
use crate::golden;
use crate::goldens::{model, photo};

const PHOTOS: usize = 8;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("resume::killed_and_run_again_nothing_is_lost_or_doubled", killed_and_run_again),
        golden("resume::a_torn_line_is_made_again", a_torn_line_is_made_again),
        golden("resume::errors_are_tried_again_and_good_rows_kept", errors_are_tried_again),
        golden("resume::other_settings_are_refused", other_settings_are_refused),
        #[cfg(unix)]
        golden("resume::ctrl_c_finishes_the_row_in_hand", ctrl_c_finishes_the_row_in_hand),
    ]
}

fn photos(sandbox: &Sandbox, count: usize) {
    for number in 0..count {
        sandbox.put(&photo("heron_small.jpg"), &format!("photos/{number:03}.jpg"));
    }
}

fn assert_whole(file: &Path, count: usize) {
    let text = fs_err::read_to_string(file).unwrap();
    let paths: Vec<_> = text.lines().map(|row| row.split('"').nth(3).unwrap().to_owned()).collect();
    let expected: Vec<_> = (0..count).map(|number| format!("photos/{number:03}.jpg")).collect();
    assert_eq!(paths, expected);
    assert!(text.ends_with("}\n"));
}

fn killed_and_run_again() {
    let sandbox = Sandbox::new();
    photos(&sandbox, PHOTOS);
    let model = model();
    let arguments = ["predict", &model, "photos", "--out", "rows.ndjson"];
    let mut kills = 0;
    while fs_err::read_to_string(sandbox.path("rows.ndjson")).map_or(0, |text| text.lines().count())
        < PHOTOS / 2
    {
        let mut running = Running::start(sandbox.command(&arguments));
        running.first_row();
        running.child.kill().unwrap();
        kills += 1;
        assert!(kills < PHOTOS, "no progress");
    }
    assert!(kills > 0);
    sandbox.run(&arguments).expect(0, &["continuing `rows.ndjson`"]);
    assert_whole(&sandbox.path("rows.ndjson"), PHOTOS);
    sandbox.run(&arguments).expect(0, &["nothing to do: all 8 files have their rows"]);
}

fn a_torn_line_is_made_again() {
    let sandbox = Sandbox::new();
    photos(&sandbox, 3);
    let file = sandbox.path("rows.ndjson");
    let model = model();
    let arguments = ["predict", &model, "photos", "--out", "rows.ndjson"];
    sandbox.run(&arguments).expect(0, &[]);
    let whole = fs_err::read(&file).unwrap();
    fs_err::write(&file, &whole[..whole.len() - 100]).unwrap();
    sandbox.run(&arguments).expect(0, &["1 of 1 files predicted"]);
    assert_eq!(fs_err::read(&file).unwrap(), whole);
}

fn errors_are_tried_again() {
    let sandbox = Sandbox::new();
    photos(&sandbox, 2);
    fs_err::write(sandbox.path("photos/002.jpg"), b"not a photo").unwrap();
    let model = model();
    let arguments = ["predict", &model, "photos", "--out", "rows.ndjson"];
    sandbox.run(&arguments).expect(2, &["2 of 3 files predicted, 1 failed"]);
    sandbox.run(&arguments).expect(2, &["0 of 1 files predicted, 1 failed"]);
    assert_whole(&sandbox.path("rows.ndjson"), 3);
    sandbox.put(&photo("heron_small.jpg"), "photos/002.jpg");
    sandbox.run(&arguments).expect(0, &["1 of 1 files predicted, 0 failed"]);
    assert_whole(&sandbox.path("rows.ndjson"), 3);
    assert!(!fs_err::read_to_string(sandbox.path("rows.ndjson")).unwrap().contains("error"));
}

fn other_settings_are_refused() {
    let sandbox = Sandbox::new();
    photos(&sandbox, 1);
    let model = model();
    let first = ["predict", &model, "photos", "--out", "rows.ndjson", "--country", "KEN"];
    sandbox.run(&first).expect(0, &[]);
    let before = fs_err::read(sandbox.path("rows.ndjson")).unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["--country", "FRA"], "country KEN"),
        (&["--country", "KEN", "--no-geofence"], "geofence on"),
        (&["--country", "KEN", "--answer-per", "animal"], "one answer per photo"),
        (&["--country", "KEN", "--sample-fps", "2"], "frames a second 1"),
    ];
    for (change, words) in cases {
        let ended = sandbox.run(&[&first[..5], change].concat());
        ended.expect(9, &[words, "hint: give another `--out` file"]);
    }
    assert_eq!(fs_err::read(sandbox.path("rows.ndjson")).unwrap(), before);
}

#[cfg(unix)]
fn ctrl_c_finishes_the_row_in_hand() {
    let sandbox = Sandbox::new();
    photos(&sandbox, PHOTOS);
    let model = model();
    let arguments = ["predict", &model, "photos", "--out", "rows.ndjson"];
    let running = Running::start(sandbox.command(&arguments));
    running.first_row();
    running.signal("INT");
    let ended = running.wait();
    ended.expect(130, &["stopping after the photo in hand", "run the same command again to continue"]);
    let text = fs_err::read_to_string(sandbox.path("rows.ndjson")).unwrap();
    assert!(text.ends_with("}\n") && text.lines().count() < PHOTOS, "{}", text.lines().count());
    sandbox.run(&arguments).expect(0, &[]);
    assert_whole(&sandbox.path("rows.ndjson"), PHOTOS);
}
