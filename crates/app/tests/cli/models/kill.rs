//! The program is killed in the middle of an install, again and again.
//!
//! Half of the instants are spread evenly over the time that an install takes. The others follow the beginning of a step
//! by a moment, because unpacking and publishing are too short to be hit by chance.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use super::server::Archive;
use super::{NAME, listed};
use crate::biowatch::{Running, Sandbox};

/// How often, unless `BIOWATCH_TEST_KILLS` says otherwise.
const KILLS: u64 = 40;
/// Milliseconds between two pieces of the archive: the download takes about as long as the rest.
const PAUSE: u64 = 10;

#[expect(clippy::print_stdout, reason = "whoever runs many kills wants to see where they fell")]
pub(super) fn at_any_moment() {
    let kills = env::var("BIOWATCH_TEST_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(KILLS);
    let sandbox = Sandbox::new();
    let archive = Archive::of_golden_model();
    let url = archive.serve(PAUSE);
    let install = ["models", "install", "speciesnet", "--from", &url, "--json"];
    let begun = Instant::now();
    sandbox.run(&install).expect(0, &[]);
    let whole = begun.elapsed();
    sandbox.run(&["models", "remove", NAME]).expect(0, &[]);
    let mut reached = [0; 6];
    for kill in 0..kills {
        let running = Running::start(sandbox.command(&install));
        let stage = kill_at(running, kill, kills, whole);
        reached[stage] += 1;
        let installed = listed(&sandbox).iter().filter(|model| model["state"] == "installed").count();
        let verified = sandbox.run(&["models", "verify"]);
        verified.expect(0, &[]);
        assert_eq!(verified.stdout.lines().count(), installed, "kill {kill}: {}", verified.stdout);
        sandbox.run(&install).expect(0, &[]);
        sandbox.run(&["models", "verify", NAME]).expect(0, &[]);
        sandbox.run(&["models", "remove", NAME]).expect(0, &[]);
        let left: Vec<_> = fs_err::read_dir(sandbox.data().join(".staging")).unwrap().flatten().collect();
        assert!(left.iter().all(|entry| entry.file_name() == "making.lock"), "kill {kill}: {left:?}");
    }
    let names = ["before", "download", "unpack", "check", "publish", "after"];
    let told: Vec<_> = names.iter().zip(reached).map(|(name, count)| format!("{name} {count}")).collect();
    println!("{kills} kills, last step begun: {}", told.join(", "));
    let spread = reached[1] > 0 && reached[2] > 0 && reached[3] > 0 && reached[4] + reached[5] > 0;
    assert!(spread || kills < 20, "the kills were not spread: {told:?}");
}

/// Kills the process at the instant that is number `kill` of `kills`. Gives how far it had come.
fn kill_at(mut running: Running, kill: u64, kills: u64, whole: Duration) -> usize {
    let random = kill.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
    if kill.is_multiple_of(2) {
        thread::sleep(whole.mul_f64(kill as f64 / kills as f64));
    } else {
        let step = ["\"unpack\"", "\"check\"", "\"publish\""][(kill / 2 % 3) as usize];
        loop {
            let line = running.line();
            if line.is_empty() || line.contains(&format!("\"phase\":{step}")) {
                break;
            }
        }
        thread::sleep(Duration::from_micros(random % 60_000));
    }
    let _ = running.child.kill();
    let ended = running.wait();
    let begun = |phase: &str| ended.stdout.contains(&format!("\"phase\":\"{phase}\""));
    if ended.stdout.contains("\"installed\"") {
        return 5;
    }
    if kill % 2 == 1 {
        // The lines up to the awaited step were read above.
        return 2 + (kill / 2 % 3) as usize;
    }
    let phases = ["download", "unpack", "check", "publish"];
    phases.iter().rposition(|phase| begun(phase)).map_or(0, |position| position + 1)
}
