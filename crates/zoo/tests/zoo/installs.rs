//! Whole installs, from a catalogue of the tests' own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::catalogue::Catalogue;
use biowatch_zoo::fetch::FetchError;
use biowatch_zoo::install::{InstallError, Verdict};
use biowatch_zoo::progress::Event;
use biowatch_zoo::shelf::{self, Owner, State};
use biowatch_zoo::unpack::UnpackError;

use crate::server::{Server, answer, fall_silent, serve};
use crate::workbench::{Workbench, digest, gzip, noise, read, tar, toy_archive, verdict};

/// A catalogue with `toy:1.0`, from these sources.
fn know(bench: &Workbench, sources: &str) {
    let text = format!(
        r#"{{"format": 1, "id": "toy", "version": "1.0", "name": "Toy", "licence": {{"name": "MIT"}}, "citation": "C",
            "website": "https://example.org", "region": ["nowhere"], "download_bytes": 300000,
            "files": [{{"name": "toy.pt", "bytes": 300000, "sha256": "{}"}}, {{"name": "labels.txt"}}], "sources": {sources}}}"#,
        digest(&noise(300_000))
    );
    Catalogue::add(&bench.zoo(), "tests", text.as_bytes()).unwrap();
}

fn archives() -> Server {
    Server::start(|asked, stream| match asked.path.as_str() {
        "/good.tar.gz" => serve(asked, stream, &toy_archive(), "\"a\"", usize::MAX),
        "/other.tar.gz" => serve(
            asked,
            stream,
            &gzip(&tar(&[("1.0/toy.pt", &[1; 300_000]), ("1.0/labels.txt", b"")])),
            "\"b\"",
            usize::MAX,
        ),
        "/cut.tar.gz" => serve(asked, stream, &toy_archive()[..200_000], "\"c\"", usize::MAX),
        "/page" => answer(stream, "200 OK", "", b"<html>please log in</html>"),
        "/toy.pt" => serve(asked, stream, &noise(300_000), "\"d\"", usize::MAX),
        "/labels.txt" => serve(asked, stream, b"fox\nhare\n", "\"e\"", usize::MAX),
        _ => answer(stream, "404 Not Found", "", b""),
    })
}

#[test]
fn a_model_of_the_catalogue_is_installed_and_recorded() {
    let (bench, server) = (Workbench::new(), archives());
    know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url("good.tar.gz")));
    let done = bench.install(Some("toy"), None).unwrap();
    assert!(!done.already);
    let record = done.model.record.unwrap();
    let pinned: Vec<_> = record.files.iter().map(|file| (file.name.as_str(), file.pinned)).collect();
    assert_eq!(pinned, [("labels.txt", false), ("toy.pt", true)]);
    assert_eq!((record.licence.unwrap().name, record.source), ("MIT".to_owned(), server.url("good.tar.gz")));
    assert!(read(&done.model.folder, "toy.pt") == noise(300_000));
    assert!(bench.install(Some("toy:1.0"), None).unwrap().already);
    assert_eq!(server.asked().len(), 1);
    let left: Vec<_> =
        fs_err::read_dir(bench.zoo().partial()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.iter().all(|path| path.extension().unwrap() == "lock"), "{left:?}");
}

#[test]
fn an_archive_and_the_files_that_it_lacks_make_a_model() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| match asked.path.as_str() {
        "/download" => {
            serve(asked, stream, &gzip(&tar(&[("1.0/labels.txt", b"fox\n")])), "\"a\"", usize::MAX)
        }
        _ => serve(asked, stream, &noise(300_000), "\"b\"", usize::MAX),
    });
    let lacking = format!(r#"[{{"archive": ["{}"]}}]"#, server.url("download"));
    know(&bench, &lacking);
    assert!(matches!(bench.install(Some("toy"), None), Err(InstallError::Missing(name)) if name == "toy.pt"));
    let both = format!(
        r#"[{{"archive": ["{}"], "files": [{{"name": "toy.pt", "urls": ["{}"]}}]}}]"#,
        server.url("download"),
        server.url("toy.pt")
    );
    know(&bench, &both);
    let done = bench.install(Some("toy"), None).unwrap();
    assert!(read(&done.model.folder, "toy.pt") == noise(300_000));
    assert_eq!(read(&done.model.folder, "labels.txt"), b"fox\n");
    let files: Vec<_> = done.model.record.unwrap().files.iter().map(|file| file.name.to_string()).collect();
    assert_eq!(files, ["labels.txt", "toy.pt"]);
}

#[test]
fn one_source_stands_in_for_another() {
    let (bench, server) = (Workbench::new(), archives());
    let bad = ["gone", "page", "cut.tar.gz", "other.tar.gz"]
        .map(|path| format!(r#"{{"archive": ["{}"]}}"#, server.url(path)));
    let files = format!(
        r#"{{"files": [{{"name": "toy.pt", "urls": ["{}"]}}, {{"name": "labels.txt", "urls": ["{}", "{}"]}}]}}"#,
        server.url("toy.pt"),
        server.url("gone"),
        server.url("labels.txt")
    );
    know(&bench, &format!("[{}, {files}]", bad.join(", ")));
    let done = bench.install(Some("toy"), None).unwrap();
    assert!(
        read(&done.model.folder, "toy.pt") == noise(300_000)
            && read(&done.model.folder, "labels.txt") == b"fox\nhare\n"
    );
    let notes = bench
        .events
        .borrow()
        .iter()
        .filter(|event| matches!(event, Event::Note { text } if text.contains("another source")))
        .count();
    assert_eq!(notes, 4);
}

#[test]
fn bad_bytes_end_in_one_clear_error_and_nothing_stays() {
    let cases = [
        ("gone", "404"),
        ("page", "cannot be installed"),
        ("cut.tar.gz", "cannot be installed"),
        ("other.tar.gz", "has the SHA-256"),
    ];
    for (path, words) in cases {
        let (bench, server) = (Workbench::new(), archives());
        know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url(path)));
        for _ in 0..2 {
            let error = bench.install(Some("toy"), None).unwrap_err();
            assert!(error.to_string().contains(words), "{path}: {error:?}");
            bench.assert_nothing_there();
        }
        assert_eq!(server.asked().len(), 2, "{path}: bad bytes were kept for the second run");
    }
}

#[test]
fn a_model_that_does_not_open_is_not_installed() {
    let (bench, server) = (Workbench::new(), archives());
    know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url("good.tar.gz")));
    let refuse = |_: &std::path::Path, _: &Cancel| {
        Ok(Verdict { problems: vec!["no head".to_owned()], ..Verdict::default() })
    };
    let error = bench.install_with(Some("toy"), None, &refuse).unwrap_err();
    assert_eq!(error.to_string(), "it is no model that this program can run: no head");
    bench.assert_nothing_there();
    // The bytes are what the catalogue means: they need not be fetched again.
    bench.install(Some("toy"), None).unwrap();
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_folder_an_archive_and_an_address_are_taken_as_what_they_hold() {
    let (bench, server) = (Workbench::new(), archives());
    let error = bench.install(Some("toy:2.0"), Some(&server.url("good.tar.gz"))).unwrap_err();
    assert!(matches!(error, InstallError::Other { .. }), "{error:?}");
    bench.assert_nothing_there();
    let done = bench.install(Some("toy"), Some(&server.url("good.tar.gz"))).unwrap();
    assert_eq!(done.model.name.to_string(), "toy:1.0");
    let folder = bench.path("folder");
    fs_err::create_dir_all(folder.join("in/side")).unwrap();
    fs_err::write(folder.join("in/side/a.pt"), "abc").unwrap();
    let done = bench.install_with(None, folder.to_str(), &|path, _| {
        assert!(path.join("a.pt").is_file());
        Ok(verdict("other", "3"))
    });
    assert_eq!(done.unwrap().model.name.to_string(), "other:3");
    assert!(folder.join("in/side/a.pt").is_file(), "the user's own files stay");
    let error = bench.install_with(None, folder.to_str(), &|_, _| Ok(verdict("../x", "3"))).unwrap_err();
    assert!(matches!(error, InstallError::Name(_)), "{error:?}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", folder.join("in/side/link")).unwrap();
        let error = bench.install(None, folder.to_str()).unwrap_err();
        assert!(matches!(error, InstallError::Unpack { source: UnpackError::Link(_), .. }), "{error:?}");
    }
    bench.events.borrow_mut().clear();
    let lone = bench.path("toy.pt");
    fs_err::write(&lone, b"PK\x03\x04 as all .pt files begin").unwrap();
    let done = bench.install_with(None, lone.to_str(), &|_, _| Ok(verdict("lone", "1"))).unwrap();
    assert!(done.model.folder.join("toy.pt").is_file());
}

#[test]
fn what_nobody_knows_is_told_with_what_is_known() {
    let bench = Workbench::new();
    let error = bench.install(Some("specisnet"), None).unwrap_err();
    assert!(error.hint().unwrap().contains("speciesnet"), "{error:?}");
    let error = bench.install(Some("speciesnet:1"), None).unwrap_err();
    assert!(error.hint().unwrap().contains("speciesnet:4.0.2a"), "{error:?}");
    know(&bench, "[]");
    assert!(matches!(bench.install(Some("toy"), None).unwrap_err(), InstallError::NoSource(..)));
}

#[test]
fn what_the_biowatch_app_installed_is_used_in_place_and_left_alone() {
    let (bench, server) = (Workbench::new(), archives());
    know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url("good.tar.gz")));
    let theirs = bench.zoo().biowatch_models().join("toy/1.0");
    fs_err::create_dir_all(&theirs).unwrap();
    fs_err::write(theirs.join("toy.pt"), "theirs").unwrap();
    let done = bench.install(Some("toy"), None).unwrap();
    assert!(done.already && done.model.owner == Owner::Biowatch && done.model.folder == theirs);
    // Half an install of theirs is not used: ours goes beside it.
    fs_err::write(
        bench.zoo().biowatch_models().join("manifest.yaml"),
        "toy:\n  '1.0':\n    state: download\n",
    )
    .unwrap();
    let done = bench.install(Some("toy"), None).unwrap();
    assert!(!done.already && done.model.owner == Owner::Zoo);
    assert_eq!(read(&theirs, "toy.pt"), b"theirs");
    let found = shelf::find(&bench.zoo(), &"toy".parse().unwrap(), |_| true).unwrap();
    assert_eq!((found.owner, found.state), (Owner::Zoo, State::Whole));
}

#[test]
fn of_two_installs_at_once_one_waits_and_finds_it_done() {
    let server = Server::start(|asked, stream| {
        thread::sleep(Duration::from_millis(300));
        serve(asked, stream, &toy_archive(), "\"a\"", usize::MAX);
    });
    let bench = Workbench::new();
    know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url("good.tar.gz")));
    let root = bench.zoo().root().to_owned();
    let (fresh, waited) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let other = Workbench::new();
                let done = other.install_into(&root, "toy");
                fresh.fetch_add(usize::from(!done.already), Ordering::Relaxed);
                let waits =
                    other.events.borrow().iter().any(
                        |event| matches!(event, Event::Waiting { reason } if reason.contains("toy:1.0")),
                    );
                waited.fetch_add(usize::from(waits), Ordering::Relaxed);
            });
        }
    });
    assert_eq!((fresh.into_inner(), waited.into_inner()), (1, 3));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn stopping_leaves_a_download_to_go_on_with_and_nothing_else() {
    let server = Server::start(|asked, stream| {
        serve(asked, stream, &toy_archive(), "\"a\"", if asked.nth == 0 { 100_000 } else { usize::MAX });
        if asked.nth == 0 {
            fall_silent();
        }
    });
    let mut bench = Workbench::new();
    know(&bench, &format!(r#"[{{"archive": ["{}"]}}]"#, server.url("good.tar.gz")));
    let cancel = bench.cancel.clone();
    let partial = bench.zoo().partial();
    let watcher = thread::spawn(move || {
        let long = |entry: fs_err::DirEntry| entry.metadata().is_ok_and(|data| data.len() >= 100_000);
        while !fs_err::read_dir(&partial).into_iter().flatten().flatten().any(long) {
            thread::sleep(Duration::from_millis(10));
        }
        cancel.cancel();
    });
    let error = bench.install(Some("toy"), None).unwrap_err();
    watcher.join().unwrap();
    assert!(error.is_cancelled() && matches!(error, InstallError::Fetch(FetchError::Cancelled)), "{error:?}");
    bench.assert_nothing_there();
    bench.cancel = Cancel::default();
    bench.install(Some("toy"), None).unwrap();
    assert_eq!(server.asked()[1].from(), Some(100_000));
}
