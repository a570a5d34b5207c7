//! From one machine to another in one file.

use biowatch_zoo::bundle::{self, BundleError};
use biowatch_zoo::install::InstallError;
use biowatch_zoo::progress::Reporter;
use biowatch_zoo::shelf::{self, Shelved};
use biowatch_zoo::verify;

use crate::workbench::{Workbench, read, toy_archive};

fn installed() -> (Workbench, Shelved) {
    let bench = Workbench::new();
    fs_err::write(bench.path("toy.tar.gz"), toy_archive()).unwrap();
    let model = bench.install(None, Some(bench.path("toy.tar.gz").to_str().unwrap())).unwrap().model;
    (bench, model)
}

fn write(bench: &Workbench, model: &Shelved, name: &str) -> Result<Vec<u8>, BundleError> {
    let to = bench.path(name);
    bundle::bundle(model, &to, &Reporter::new(&|_| {}), &bench.cancel)?;
    Ok(fs_err::read(to).unwrap())
}

#[test]
fn a_bundle_makes_the_same_model_and_bundles_are_the_same_bytes() {
    let (bench, model) = installed();
    let bytes = write(&bench, &model, "a.tar").unwrap();
    assert!(matches!(write(&bench, &model, "a.tar"), Err(BundleError::There(_))));
    assert!(bytes == write(&bench, &model, "b.tar").unwrap());
    let other = Workbench::new();
    let bundle = bench.path("a.tar");
    let done = other.install(Some("toy"), Some(bundle.to_str().unwrap())).unwrap();
    assert!(read(&done.model.folder, "toy.pt") == read(&model.folder, "toy.pt"));
    let (ours, theirs) = (done.model.record.unwrap(), model.record.unwrap());
    assert_eq!((ours.files, ours.name), (theirs.files, theirs.name));
}

#[test]
fn a_bundle_that_was_tampered_with_is_refused() {
    let (bench, model) = installed();
    let bytes = write(&bench, &model, "a.tar").unwrap();
    let other = Workbench::new();
    let refuse = |bytes: &[u8], words: &str| {
        fs_err::write(other.path("bad.tar"), bytes).unwrap();
        let error = other.install(None, Some(other.path("bad.tar").to_str().unwrap())).unwrap_err();
        assert!(error.to_string().contains(words), "{error:?}");
        other.assert_nothing_there();
    };
    let mut flipped = bytes.clone();
    let at = flipped.windows(4).rposition(|window| window == b"hare").unwrap();
    flipped[at] = b'H';
    refuse(&flipped, "`labels.txt` in it has the SHA-256");
    let mut record = bytes.clone();
    let at = record.windows(9).position(|window| window == b"\"format\":").unwrap();
    record[at + 1] = b'F';
    refuse(&record, "biowatch-install.json");
    refuse(&bytes[..bytes.len() / 2], "cannot be installed");
}

#[test]
fn a_model_that_has_changed_makes_no_bundle_and_does_not_verify() {
    let (bench, model) = installed();
    let verify = |model: &Shelved| verify::verify(model, &Reporter::new(&|_| {}), &bench.cancel).unwrap();
    assert!(verify(&model).is_empty());
    fs_err::write(model.folder.join("labels.txt"), "fox\nHare\n").unwrap();
    assert!(matches!(&verify(&model)[..], [problem] if problem.contains("its content has changed")));
    assert!(
        matches!(write(&bench, &model, "a.tar"), Err(BundleError::Changed(name)) if name == "labels.txt")
    );
    let left =
        fs_err::read_dir(bench.path("")).unwrap().flatten().filter(|entry| entry.file_name() != "data");
    assert_eq!(left.count(), 1, "half a bundle was left");
    fs_err::remove_file(model.folder.join("labels.txt")).unwrap();
    let found = shelf::own(&bench.zoo(), &model.name).unwrap();
    assert!(!found.is_usable());
    assert!(matches!(&verify(&found)[..], [problem] if problem.contains("missing")));
}

#[test]
fn a_damaged_model_is_replaced_by_the_next_install() {
    let (bench, model) = installed();
    fs_err::remove_file(model.folder.join("labels.txt")).unwrap();
    let archive = bench.path("toy.tar.gz");
    let done = bench.install(Some("toy:1.0"), archive.to_str()).unwrap();
    assert!(!done.already && read(&done.model.folder, "labels.txt") == b"fox\nhare\n");
    let again = bench.install(Some("toy:1.0"), archive.to_str()).unwrap();
    assert!(again.already);
    // The record is what makes a model; a folder without one was put there by somebody else.
    fs_err::remove_file(model.folder.join("biowatch-install.json")).unwrap();
    let error = bench.install(Some("toy:1.0"), archive.to_str()).unwrap_err();
    assert!(matches!(error, InstallError::Foreign(_)), "{error:?}");
}
