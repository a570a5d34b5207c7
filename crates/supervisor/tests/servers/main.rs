//! Servers that misbehave, as processes: the program of these tests starts itself again as what is tested.

#![cfg_attr(
    unix,
    expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test fails by panicking"
    ),
    expect(
        clippy::exit,
        clippy::print_stdout,
        clippy::print_stderr,
        clippy::zombie_processes,
        reason = "a scripted server prints, leaves children behind and ends as it is told"
    )
)]

#[cfg(unix)]
mod bench;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod keepers;
#[cfg(unix)]
mod orphans;
#[cfg(unix)]
mod scripted;
#[cfg(unix)]
mod stops;

use libtest_mimic::{Arguments, Trial};

fn main() {
    #[cfg(unix)]
    if let Some(role) = scripted::role() {
        return role.play();
    }
    libtest_mimic::run(&Arguments::from_args(), trials()).exit();
}

#[cfg(unix)]
fn trials() -> Vec<Trial> {
    [faults::trials(), keepers::trials(), orphans::trials(), stops::trials()].into_iter().flatten().collect()
}

#[cfg(not(unix))]
fn trials() -> Vec<Trial> {
    let reason = "the scripted server sends itself signals";
    vec![Trial::test("servers", || Ok(())).with_kind(reason).with_ignored_flag(true)]
}

/// A test by its name. Those that count processes are for Linux.
#[cfg(unix)]
fn plain(name: &str, run: fn()) -> Trial {
    let trial = Trial::test(name, move || {
        run();
        Ok(())
    });
    if cfg!(target_os = "linux") { trial } else { trial.with_kind("counts in /proc").with_ignored_flag(true) }
}
