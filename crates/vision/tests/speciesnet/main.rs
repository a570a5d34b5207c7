//! SpeciesNet against the reference's answers: package, ensemble, and the whole pipeline on photos.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod ensemble;
mod goldens;
mod package;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut trials = Vec::new();
    trials.extend(package::trials());
    trials.extend(ensemble::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One test over golden files: shown as ignored, with the reason, where they are absent.
fn golden(name: &str, run: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    let trial = Trial::test(name, move || run().map_err(Into::into));
    match goldens::absent() {
        None => trial,
        Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
    }
}
