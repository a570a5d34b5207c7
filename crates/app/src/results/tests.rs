use super::*;

fn settings() -> RowSettings {
    RowSettings {
        model: "speciesnet".into(),
        model_version: "4".into(),
        country: Some("KEN".into()),
        admin1_region: None,
        geofence: true,
        answer_per: "photo".into(),
        precision: "f32".into(),
        options: String::new(),
        sample_fps: 1.0,
    }
}

fn good(name: &str) -> String {
    format!(r#"{{"filepath": "{name}", "country": "KEN", "prediction": "x", "model_version": "4"}}"#) + "\n"
}

fn bad(name: &str) -> String {
    format!(r#"{{"filepath": "{name}", "prediction": "error", "error": "no", "model_version": "unknown"}}"#)
        + "\n"
}

fn failed(name: &str) -> String {
    format!(r#"{{"filepath": "{name}", "failures": ["DETECTOR"], "country": "KEN", "model_version": "4"}}"#)
        + "\n"
}

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(content: &str) -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        fs_err::write(case.file(), content).unwrap();
        case
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("rows.ndjson")
    }

    fn text(&self) -> String {
        fs_err::read_to_string(self.file()).unwrap()
    }
}

#[test]
fn whole_rows_stay_and_the_rest_is_done_again() {
    let (a, b, c) = (good("a"), good("b"), good("c"));
    let cases = [
        (String::new(), String::new(), 0),
        (a.clone() + &b, a.clone() + &b, 2),
        (a.clone() + &b + r#"{"filepath": "c", "pred"#, a.clone() + &b, 2),
        (a.clone() + r#"{"fi"#, a.clone(), 1),
        (r#"{"filepath": "c", "pred"#.to_owned(), String::new(), 0),
        (a.clone() + c.trim_end(), a.clone(), 1),
        (a.clone() + &bad("b") + &c, a.clone() + &c, 2),
        (bad("a") + &failed("b"), String::new(), 0),
        (bad("a") + &good("a"), good("a"), 1),
        (a.clone() + &b + &a + &bad("x") + "{", a.clone() + &b, 2),
    ];
    for (before, after, done) in cases {
        let case = Case::new(&before);
        let mut results = Results::open(&case.file(), &settings()).unwrap();
        assert_eq!((case.text(), results.done().len()), (after.clone(), done), "{before}");
        results.append(good("new").trim_end().into()).unwrap();
        results.finish(true).unwrap();
        assert_eq!(case.text(), after + &good("new"));
    }
}

#[test]
fn a_new_file_is_made_and_remembers_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.ndjson");
    let mut results = Results::open(&file, &settings()).unwrap();
    assert!(matches!(Results::open(&file, &settings()), Err(OpenResultsError::InUse(_))));
    results.append(good("é").trim_end().into()).unwrap();
    drop(results);
    let results = Results::open(&file, &settings()).unwrap();
    assert!(results.done().contains("é") && !results.done().contains("e"));
    drop(results);
    let geofence_off = RowSettings { geofence: false, ..settings() };
    let error = Results::open(&file, &geofence_off).unwrap_err().to_string();
    assert!(error.contains("geofence on") && error.contains("geofence off"), "{error}");
}

#[test]
fn rows_of_other_settings_and_other_files_are_left_alone() {
    let cases: [(String, &str); 6] = [
        (good("a").replace("\"4\"", "\"3\""), "model version 3"),
        (good("a").replace("KEN", "FRA"), "country FRA"),
        (good("a").replace(r#""country": "KEN", "#, ""), "country none"),
        ("holiday,notes\n".to_owned(), "line 1 of"),
        (good("a") + "\n" + &good("b"), "line 2 of"),
        ("binary without a newline".to_owned(), "line 1 of"),
    ];
    for (before, expected) in cases {
        let case = Case::new(&before);
        let error = Results::open(&case.file(), &settings()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
        assert_eq!(case.text(), before);
    }
}

#[test]
fn settings_without_rows_bind_nobody() {
    let case = Case::new("");
    drop(Results::open(&case.file(), &settings()).unwrap());
    let other = RowSettings { country: None, ..settings() };
    drop(Results::open(&case.file(), &other).unwrap());
    fs_err::write(beside(&case.file(), ".settings.json"), "{\"model\": \"spec").unwrap();
    drop(Results::open(&case.file(), &other).unwrap());
}

#[test]
fn a_file_cut_anywhere_keeps_its_whole_rows() {
    let whole = good("a") + &good("é") + &good("c");
    for length in 0..=whole.len() {
        let case = Case::new("");
        fs_err::write(case.file(), &whole.as_bytes()[..length]).unwrap();
        let results = Results::open(&case.file(), &settings()).unwrap();
        let rows = whole.as_bytes()[..length].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((results.done().len(), case.text().lines().count()), (rows, rows), "{length}");
        assert!(whole.starts_with(&case.text()));
    }
}

fn frame(name: &str, number: u64) -> String {
    good(name).replace(", \"prediction\"", &format!(", \"frame_number\": {number}, \"prediction\""))
}

#[test]
fn a_video_is_kept_whole_or_not_at_all() {
    let video = |name: &str| frame(name, 0) + &frame(name, 1) + &frame(name, 2);
    let cut_short = frame("v", 0) + &frame("v", 1);
    let cases = [
        (good("a") + &video("v") + &good("b"), good("a") + &video("v") + &good("b"), 3),
        (good("a") + &cut_short, good("a"), 1),
        (good("a") + &cut_short + r#"{"filepath": "v", "fra"#, good("a"), 1),
        (video("u") + &video("v"), video("u"), 1),
        (cut_short.clone() + &bad("v") + &good("b"), good("b"), 1),
        (video("v") + &good("b") + &video("v") + &good("c"), video("v") + &good("b") + &good("c"), 3),
    ];
    for (before, after, done) in cases {
        let case = Case::new(&before);
        let results = Results::open(&case.file(), &settings()).unwrap();
        assert_eq!((case.text(), results.done().len()), (after, done), "{before}");
    }
}

#[test]
fn the_last_video_of_a_run_that_ended_is_whole() {
    for (ended, kept) in [(true, 2), (false, 0)] {
        let case = Case::new("");
        let mut results = Results::open(&case.file(), &settings()).unwrap();
        for number in 0..2 {
            results.append(frame("v", number).trim_end().into()).unwrap();
        }
        results.finish(ended).unwrap();
        let results = Results::open(&case.file(), &settings()).unwrap();
        assert_eq!((case.text().lines().count(), results.done().contains("v")), (kept, ended));
    }
}
