//! `biowatch predict`.

use libtest_mimic::Trial;

use crate::biowatch::{Running, Sandbox};
use crate::goldens::{self, assert_same, expected, model, photo};
use crate::{golden, plain, with_onnxruntime};

const PHOTOS: usize = 19;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("predict::rows_are_the_reference_s", || rows_are_the_reference_s(&["--engine", "built-in"])),
        with_onnxruntime("predict::rows_are_the_reference_s_with_onnxruntime", |library| {
            rows_are_the_reference_s(&["--engine", "onnxruntime", "--engine-library", library]);
        }),
        golden("predict::stdout_is_data_and_stderr_is_talk", stdout_is_data_and_stderr_is_talk),
        golden("predict::the_geofence_can_be_left_out", the_geofence_can_be_left_out),
        golden("predict::one_answer_per_animal", one_answer_per_animal),
        golden("predict::a_reader_that_leaves_is_no_error", a_reader_that_leaves_is_no_error),
        golden("predict::bad_input_says_what_to_do", bad_input_says_what_to_do),
        golden("predict::an_installed_model_is_found_by_name", an_installed_model_is_found_by_name),
        plain("predict::usage_is_64", usage_is_64),
    ]
}

/// The photos of the recorded runs, as they were named there.
fn recorded(run: &str) -> Vec<(String, String)> {
    let rows = expected(run);
    let name = |row: &str| row.split('"').nth(3).unwrap().to_owned();
    rows.into_iter().map(|row| (name(&row), row)).collect()
}

fn rows_are_the_reference_s(engine: &[&str]) {
    let (good, bad) = (recorded("FRA.ndjson"), recorded("FRA-errors.ndjson"));
    assert_eq!((good.len(), bad.len()), (PHOTOS, 3));
    let sandbox = Sandbox::new();
    let names = good.iter().chain(&bad).map(|(name, _)| name.clone());
    let model = model();
    let options = [&["predict", &model, "--country", "FRA"], engine].concat();
    let arguments = options.into_iter().map(str::to_owned).chain(names);
    let output = sandbox.command(&arguments.collect::<Vec<_>>()).current_dir(goldens::root()).output();
    let ended = crate::biowatch::Ended::from(output.unwrap());
    ended.expect(2, &["19 of 22 files predicted, 3 failed"]);
    let rows = ended.rows();
    assert_eq!(rows.len(), PHOTOS + 3);
    for ((_, expected), found) in good.iter().zip(&rows) {
        assert_same(found, expected);
    }
    for ((_, expected), found) in bad.iter().zip(&rows[PHOTOS..]) {
        let found = found.split(r#", "reason": "#).next().unwrap().trim_end_matches('}').to_owned() + "}";
        assert_same(&found, expected);
    }
}

fn stdout_is_data_and_stderr_is_talk() {
    let sandbox = Sandbox::new();
    sandbox.put(&photo("heron_small.jpg"), "photos/b.JPG");
    sandbox.put(&photo("heron_small.jpg"), "photos/a/x.jpeg");
    sandbox.put(&photo("heron_small.jpg"), "photos/._b.JPG");
    fs_err::write(sandbox.path("photos/notes.txt"), b"").unwrap();
    let ended = sandbox.run(&["predict", &model(), "photos"]);
    ended.expect(0, &["2 of 2 files predicted, 0 failed"]);
    let paths: Vec<_> = ended.rows().iter().map(|row| row.split('"').nth(3).unwrap().to_owned()).collect();
    assert_eq!(paths, ["photos/a/x.jpeg", "photos/b.JPG"]);
    let quiet = sandbox.run(&["predict", "--quiet", "--log", "error", &model(), "photos"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    assert_eq!(quiet.stdout, ended.stdout);
}

fn the_geofence_can_be_left_out() {
    let expected = recorded("FRA-nogeofence.ndjson");
    let on = recorded("FRA.ndjson");
    let ((name, row), _) = expected.iter().zip(&on).find(|(off, on)| off.1 != on.1).unwrap();
    let sandbox = Sandbox::new();
    let arguments = ["predict", &model(), name, "--country", "FRA", "--no-geofence"];
    let output = sandbox.command(&arguments).current_dir(goldens::root()).output();
    let ended = crate::biowatch::Ended::from(output.unwrap());
    ended.expect(0, &[]);
    assert_same(ended.rows()[0], row);
}

fn one_answer_per_animal() {
    let sandbox = Sandbox::new();
    let elephants = photo("african_elephants.jpg").to_str().unwrap().to_owned();
    let ended = sandbox.run(&["predict", &model(), &elephants, "--answer-per", "animal"]);
    ended.expect(0, &[]);
    assert!(ended.stdout.contains("processed_classification"), "{}", ended.stdout);
}

fn a_reader_that_leaves_is_no_error() {
    let sandbox = Sandbox::new();
    for number in 0..3 {
        sandbox.put(&photo("heron_small.jpg"), &format!("photos/{number}.jpg"));
    }
    let mut running = Running::start(sandbox.command(&["predict", &model(), "photos"]));
    assert!(running.line().starts_with(r#"{"filepath": "photos/0.jpg""#));
    running.close_stdout();
    let ended = running.wait();
    ended.expect(0, &[]);
    assert!(!ended.stderr.contains("error:"), "{}", ended.stderr);
}

fn bad_input_says_what_to_do() {
    let sandbox = Sandbox::new();
    let heron = sandbox.put(&photo("heron_small.jpg"), "heron.jpg");
    let heron = heron.to_str().unwrap();
    for folder in ["empty", "not_a_model"] {
        fs_err::create_dir_all(sandbox.path(folder)).unwrap();
    }
    let corrupt = corrupt_model(&sandbox, |weights| weights[1000..3000].fill(0x55));
    let truncated = corrupt_model(&sandbox, |weights| weights.truncate(5000));
    let model = &model();
    let info = &format!("{model}/info.json");
    let cases: [(&[&str], i32, &str); 12] = [
        (&["predict", "nowhere/at/all", heron], 3, "there is no folder `nowhere/at/all`"),
        (&["predict", "speciesnet", heron], 3, "nor an installed model"),
        (&["predict", "kaggle:google/speciesnet", heron], 3, "models are folders here"),
        (&["predict", "not_a_model", heron], 4, "info.json"),
        (&["predict", info, heron], 4, "is a file"),
        (&["predict", &corrupt, heron], 4, "md_mini_a.0.0.pt"),
        (&["predict", &truncated, heron], 4, "md_mini_a.0.0.pt"),
        (&["predict", model, heron, "--country", "XYZ"], 6, "XYZ"),
        (&["predict", model, "empty"], 7, "no photos or videos in `empty`"),
        (&["predict", model, "gone.jpg"], 8, "there is no `gone.jpg`"),
        (&["predict", model, heron, "--out", "no/such/folder/x.ndjson"], 9, "cannot be opened"),
        (&["predict", model, heron, "--engine-library", "gone.so"], 10, "gone.so"),
    ];
    for (arguments, code, words) in cases {
        let ended = sandbox.run(arguments);
        ended.expect(code, &["error: ", words, "\n\nhint: "]);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
}

/// A copy of the model whose detector was changed.
fn corrupt_model(sandbox: &Sandbox, change: fn(&mut Vec<u8>)) -> String {
    let folder = tempfile::tempdir_in(sandbox.root()).unwrap().keep();
    for entry in fs_err::read_dir(model()).unwrap() {
        let entry = entry.unwrap();
        let mut bytes = fs_err::read(entry.path()).unwrap();
        if entry.file_name().to_string_lossy().starts_with("md_") {
            change(&mut bytes);
        }
        fs_err::write(folder.join(entry.file_name()), bytes).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

#[cfg(unix)]
fn an_installed_model_is_found_by_name() {
    let sandbox = Sandbox::new();
    let heron = sandbox.put(&photo("heron_small.jpg"), "heron.jpg");
    let zoo = sandbox.data().join("model-zoo/speciesnet");
    fs_err::create_dir_all(&zoo).unwrap();
    std::os::unix::fs::symlink(model(), zoo.join("4.0.2a")).unwrap();
    for name in ["speciesnet", "speciesnet:4.0.2a"] {
        sandbox.run(&["predict", name, heron.to_str().unwrap()]).expect(0, &["1 of 1 files predicted"]);
    }
    let ended = sandbox.run(&["predict", "speciesnet:9", heron.to_str().unwrap()]);
    ended.expect(3, &["installed versions: 4.0.2a"]);
}

#[cfg(not(unix))]
fn an_installed_model_is_found_by_name() {}

fn usage_is_64() {
    let sandbox = Sandbox::new();
    for arguments in [&["predict"][..], &["predict", "m"], &["fly"], &["serve", "m", "--port", "x"]] {
        sandbox.run(arguments).expect(64, &["error:", "--help"]);
    }
    let version = sandbox.run(&["--version"]);
    assert_eq!((version.code, version.stdout.starts_with("biowatch ")), (Some(0), true));
}
