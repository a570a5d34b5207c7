//! Where the golden files are, and how a test says that they are not there.

#![allow(dead_code, reason = "each test target uses its own part")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};
use sha2::{Digest as _, Sha256};

/// `$BIOWATCH_GOLDENS`, else `shared/goldens` beside the repository.
pub(crate) fn folder() -> PathBuf {
    match std::env::var_os("BIOWATCH_GOLDENS") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens"),
    }
}

/// Runs the trials that `make` builds from the golden folder; without one, `names` are listed as ignored.
pub(crate) fn main(names: &[&str], make: fn(&Path) -> Vec<Trial>) -> ! {
    let folder = folder();
    let trials = if folder.is_dir() {
        make(&folder)
    } else {
        let absent = |name: &&str| {
            Trial::test(
                format!("{name}: no goldens at {}, set BIOWATCH_GOLDENS", folder.display()),
                || Ok(()),
            )
            .with_ignored_flag(true)
        };
        names.iter().map(absent).collect()
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

/// A trial from a plain function that panics when it fails.
pub(crate) fn trial(name: impl Into<String>, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    fs_err::read(path).unwrap()
}

pub(crate) fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&bytes(path)).unwrap()
}

/// Little-endian numbers, unpacked first where the name ends in `.gz`.
pub(crate) fn f32s(path: &Path) -> Vec<f32> {
    let bytes = unpacked(path);
    let (numbers, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty(), "{} ends within a number", path.display());
    numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

pub(crate) fn unpacked(path: &Path) -> Vec<u8> {
    let stored = bytes(path);
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&stored[..]).read_to_end(&mut plain).unwrap();
        return plain;
    }
    stored
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
