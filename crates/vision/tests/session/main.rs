//! Sessions on tiny graphs, by each engine.
//!
//! The tests of ONNX Runtime need its library: name it in `BIOWATCH_ONNXRUNTIME`, or they show as ignored.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cases;
mod shared;

use libtest_mimic::{Arguments, Trial};
use shared::On;

fn main() {
    let arguments = Arguments::from_args();
    let library = std::env::var_os("BIOWATCH_ONNXRUNTIME").map(std::path::PathBuf::from);
    let mut trials = Vec::new();
    for (name, case) in cases::ON_AN_ENGINE {
        trials.push(Trial::test(format!("built_in::{name}"), move || case(&On::built_in())));
        let on = library.clone();
        let run = move || on.map_or(Ok(()), |library| case(&On::onnxruntime(library)));
        trials.push(needs_library(&format!("onnxruntime::{name}"), &library, run));
    }
    for (name, case) in cases::ON_NONE {
        trials.push(Trial::test(name, case));
    }
    for (name, case) in cases::ON_BOTH {
        let on = library.clone();
        let run = move || on.map_or(Ok(()), |library| case(&On::built_in(), &On::onnxruntime(library)));
        trials.push(needs_library(name, &library, run));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn needs_library(
    name: &str,
    library: &Option<std::path::PathBuf>,
    run: impl FnOnce() -> shared::Outcome + Send + 'static,
) -> Trial {
    if library.is_some() {
        return Trial::test(name, run);
    }
    Trial::test(format!("{name} (BIOWATCH_ONNXRUNTIME names no library)"), run).with_ignored_flag(true)
}
