//! `biowatch engine`.

use std::env;
use std::path::PathBuf;

use libtest_mimic::Trial;

use crate::biowatch::Sandbox;
use crate::plain;

/// A wheel, npm package or release archive of ONNX Runtime for this machine that the program knows.
const ARCHIVE: &str = "BIOWATCH_TEST_ENGINE_ARCHIVE";

pub(crate) fn trials() -> Vec<Trial> {
    let real =
        plain("engine::a_real_archive_is_installed_and_removed", a_real_archive_is_installed_and_removed);
    let real = match env::var_os(ARCHIVE) {
        Some(_) => real,
        None => real.with_kind(format!("set {ARCHIVE}")).with_ignored_flag(true),
    };
    vec![
        real,
        plain("engine::says_what_to_get", says_what_to_get),
        plain("engine::what_is_not_known_or_does_not_work_is_refused", refused_archives),
        plain("engine::the_built_in_one_is_always_there", the_built_in_one_is_always_there),
        plain("engine::removing_what_is_not_there_is_an_error", removing_what_is_not_there),
    ]
}

fn says_what_to_get() {
    let ended = Sandbox::new().run(&["engine", "install", "--offline"]);
    let here = [env::consts::OS, env::consts::ARCH];
    let fetched = [["linux", "x86_64"], ["linux", "aarch64"], ["macos", "aarch64"], ["windows", "x86_64"]];
    let (code, words) =
        if fetched.contains(&here) { (12, "this run is offline") } else { (10, "needs a file") };
    ended.expect(code, &[words, "\n\nhint: ", "--from", "onnxruntime"]);
}

/// The data folder holds nothing but empty folders and the lock.
fn assert_nothing_installed(sandbox: &Sandbox) {
    let engines = fs_err::read_dir(sandbox.data().join("engines")).unwrap();
    let names: Vec<_> = engines.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".lock"]);
    assert_eq!(fs_err::read_dir(sandbox.data().join(".staging")).unwrap().count(), 0);
}

fn library_name() -> &'static str {
    match env::consts::OS {
        "windows" => "onnxruntime.dll",
        "macos" => "libonnxruntime.dylib",
        _ => "libonnxruntime.so",
    }
}

fn refused_archives() {
    let sandbox = Sandbox::new();
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let bogus = b"\x7fELF but no library at all";
    let mut header = tar::Header::new_ustar();
    header.set_size(bogus.len() as u64);
    header.set_mode(0o755);
    archive.append_data(&mut header, format!("onnxruntime-x/lib/{}", library_name()), &bogus[..]).unwrap();
    fs_err::write(sandbox.path("bogus.tgz"), archive.into_inner().unwrap().finish().unwrap()).unwrap();
    fs_err::write(sandbox.path("notes.txt"), "hello, this is not an archive").unwrap();

    let zeros = "0".repeat(64);
    let cases: [(&[&str], &str); 5] = [
        (&["--from", "gone.whl"], "cannot be read"),
        (&["--from", "notes.txt"], "neither a zip file"),
        (&["--from", "bogus.tgz"], "not one that this program knows"),
        (&["--from", "bogus.tgz", "--sha256", &zeros], "was expected"),
        (&["--from", "bogus.tgz", "--allow-unpinned"], "does not work on this machine"),
    ];
    for (arguments, words) in cases {
        let ended = sandbox.run(&[&["engine", "install"], arguments].concat());
        ended.expect(10, &[words, "\n\nhint: "]);
        assert_nothing_installed(&sandbox);
    }
}

fn the_built_in_one_is_always_there() {
    let sandbox = Sandbox::new();
    let listed = sandbox.run(&["engine", "list", "--json"]);
    listed.expect(0, &[]);
    let engines: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let engines = engines.as_array().unwrap();
    assert!(engines.iter().any(|engine| engine["name"] == "built-in"), "{}", listed.stdout);
    assert_eq!(engines.iter().filter(|engine| engine["chosen"] == true).count(), 1, "{}", listed.stdout);
    let named = sandbox.run(&["engine", "list", "--engine-library", "gone.so"]);
    assert!(
        named.stdout.contains("named by --engine-library, but there is no such file"),
        "{}",
        named.stdout
    );
}

fn removing_what_is_not_there() {
    Sandbox::new()
        .run(&["engine", "remove", "1.0.0"])
        .expect(10, &["1.0.0 is not installed", "hint: none is"]);
}

fn a_real_archive_is_installed_and_removed() {
    let archive = PathBuf::from(env::var_os(ARCHIVE).unwrap());
    let archive = archive.to_str().unwrap();
    let sandbox = Sandbox::new();
    // What an install that was killed leaves behind.
    let leftover = sandbox.data().join(".staging/engine-killed");
    fs_err::create_dir_all(&leftover).unwrap();
    for _ in 0..2 {
        sandbox.run(&["engine", "install", "--from", archive]).expect(0, &["installed onnxruntime"]);
    }
    assert!(!leftover.exists());
    let listed = sandbox.run(&["engine", "list"]);
    let first = listed.stdout.lines().next().unwrap();
    assert!(first.starts_with("* onnxruntime 1."), "{}", listed.stdout);
    let version = first.split([' ', ':']).nth(2).unwrap();
    sandbox.run(&["engine", "remove", version]).expect(0, &["removed"]);
    assert_nothing_installed(&sandbox);
}
