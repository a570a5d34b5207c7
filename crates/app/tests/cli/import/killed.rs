//! kill -9 at any instant, of the importer alone and of its whole process group.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::served::scene;
use super::{IMPORT, errors, model, photo, show};
use crate::biowatch::{Running, Sandbox};

/// Files with a stub; `BIOWATCH_KILL_TEST_FILES` asks for more.
const FILES: usize = 240;
/// How often it is killed; `BIOWATCH_KILL_TEST_KILLS` asks for more.
const KILLS: usize = 8;
/// The same where a network computes.
const FEW_FILES: usize = 80;
const FEW_KILLS: usize = 4;
/// How long what was tied to a killed process may take to be gone.
const DYING: Duration = Duration::from_secs(20);

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A model that is a program: its guard, and the program, must go with the importer.
pub(super) fn at_any_instant() {
    let sandbox = Sandbox::new();
    model(&sandbox, "0.005");
    let files = number("BIOWATCH_KILL_TEST_FILES", FILES);
    killed(&sandbox, &IMPORT, files, KILLS, &|sandbox, name, word| photo(sandbox, name, word));
}

/// A model behind this program's own server.
pub(super) fn with_a_server_of_ours() {
    let sandbox = Sandbox::new();
    sandbox.run(&["models", "install", "demo", "--offline"]).expect(0, &[]);
    let import =
        ["import", "photos", "--study", "s", "--model", "demo", "--engine", "built-in", "--threads", "1"];
    let files = number("BIOWATCH_KILL_TEST_FILES", FEW_FILES);
    killed(&sandbox, &import, files, FEW_KILLS, &|sandbox, name, word| match word {
        "lynx" => scene(sandbox, name),
        _ => photo(sandbox, name, word),
    });
}

fn killed(
    sandbox: &Sandbox,
    import: &[&str],
    files: usize,
    kills: usize,
    photo: &dyn Fn(&Sandbox, &str, &str) -> PathBuf,
) {
    let kills = number("BIOWATCH_KILL_TEST_KILLS", kills);
    let mut vanishing = Vec::new();
    for index in 0..files {
        let name = format!("cam{}/{index:05}.jpg", index / 50);
        match index % 40 {
            7 => drop(photo(sandbox, &name, "corrupt")),
            17 => vanishing.push(photo(sandbox, &name, "lynx")),
            27 => {
                let file = sandbox.path("photos").join(&name);
                #[cfg(unix)]
                std::os::unix::fs::symlink(sandbox.path("nowhere"), file).unwrap();
                #[cfg(not(unix))]
                drop(file);
            }
            _ => drop(photo(sandbox, &name, "lynx")),
        }
    }
    // A generator of its own, so that a run can be repeated.
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    // A server of ours loads before it predicts.
    let longest = if import.contains(&"demo") { 4000 } else { 1200 };
    for kill in 0..kills {
        let mut command = sandbox.command(import);
        own_group(&mut command);
        let mut running = Running::start(command);
        thread::sleep(Duration::from_millis(50 + random(longest)));
        if kill % 2 == 0 {
            kill_group(running.child.id());
        }
        let _ = running.child.kill();
        drop(running);
        assert_no_orphans(sandbox);
        if kill == 0 {
            // Those that were predicted by now have their row all the same.
            vanishing.iter().for_each(|file| fs_err::remove_file(file).unwrap());
        }
    }
    let ended = sandbox.run(import);
    ended.expect(2, &["biowatch studies errors 's'"]);
    let shown = show(sandbox);
    let media = shown["photos"].as_u64().unwrap();
    let counts = |key: &str| shown["runs"][0][key].as_u64().unwrap();
    // A file that vanished before it was first seen is no medium at all.
    assert!(media as usize <= files && media as usize >= files - vanishing.len(), "{shown:#}");
    assert_eq!((counts("predicted") + counts("failed"), counts("waiting")), (media, 0), "{shown:#}");
    let failed: Vec<_> =
        errors(sandbox).iter().map(|error| error["file"].as_str().unwrap().to_owned()).collect();
    let expected = |index: &usize| matches!(index % 40, 7 | 27);
    let must_fail = (0..files).filter(expected).map(|index| format!("{index:05}.jpg"));
    for name in must_fail {
        assert_eq!(failed.iter().filter(|path| path.ends_with(&name)).count(), 1, "{name}");
    }
    let may_fail = |path: &String| {
        let stem = Path::new(path).file_stem().unwrap().to_str().unwrap();
        matches!(stem.parse::<usize>().unwrap() % 40, 7 | 17 | 27)
    };
    assert!(failed.iter().all(may_fail), "{failed:?}");
    let readable = (0..files).filter(|index| !matches!(index % 40, 7 | 17 | 27)).count() as u64;
    assert!(counts("predicted") >= readable, "{shown:#}");
    let checked = sandbox.run(&["studies", "check", "s"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    sandbox.run(import).expect(2, &["found 0 new files"]);
}

fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

fn kill_group(leader: u32) {
    let _ = Command::new("kill").args(["-s", "KILL", "--", &format!("-{leader}")]).status();
}

/// Whatever was started for this sandbox is gone soon, or is on its way. Only Linux tells.
fn assert_no_orphans(sandbox: &Sandbox) {
    let until = Instant::now() + DYING;
    loop {
        let left = processes_of(sandbox);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{left:#?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Command lines and environments that name the sandbox, of processes that are alive.
fn processes_of(sandbox: &Sandbox) -> Vec<String> {
    let root = sandbox.root().to_str().unwrap().to_owned();
    let entries = fs_err::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
        .filter_map(|pid| {
            let read = |file: &str| {
                let bytes = fs_err::read(format!("/proc/{pid}/{file}")).ok()?;
                Some(String::from_utf8_lossy(&bytes).replace('\0', " "))
            };
            let (words, variables) = (read("cmdline")?, read("environ").unwrap_or_default());
            let is_ours = words.contains(&root) || variables.contains(&root);
            // A dead process that nobody has asked about has no command line.
            (is_ours && !words.is_empty()).then(|| format!("{pid}: {words}"))
        })
        .collect()
}
