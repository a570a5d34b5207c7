//! Nothing survives whoever started it.

use std::process::{Child, Stdio};
use std::time::Duration;
use std::{env, thread};

use libtest_mimic::Trial;

use crate::bench::{Bench, kill};
use crate::plain;

/// How often each parent is killed, unless `BIOWATCH_KILLS` says otherwise.
const KILLS: u64 = 20;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("orphans::a_killed_parent_leaves_nothing", a_killed_parent_leaves_nothing),
        plain("orphans::a_killed_keeper_leaves_nothing", a_killed_keeper_leaves_nothing),
        plain("orphans::a_killed_guard_leaves_nothing", a_killed_guard_leaves_nothing),
        plain("orphans::a_stopped_server_dies_with_its_parent", a_stopped_server_dies_with_its_parent),
    ]
}

fn kills() -> u64 {
    env::var("BIOWATCH_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(KILLS)
}

fn start(bench: &Bench, role: &str, habits: &[&str]) -> Child {
    let folder = bench.folder.path().to_str().unwrap();
    let mut command = bench.role(&[&[role, folder], habits].concat());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Killed at every moment: half of the time while it starts, half of the time when everything is there.
fn killed_again_and_again(role: &str, habits: &[&str], processes: usize) {
    for round in 0..kills() {
        let bench = Bench::new();
        let mut parent = start(&bench, role, habits);
        if round % 2 == 0 {
            thread::sleep(Duration::from_millis(round * 7 % 150));
        } else {
            bench.wait_for_alive(processes);
        }
        parent.kill().unwrap();
        parent.wait().unwrap();
        bench.wait_for_alive(0);
        // Nobody comes late.
        thread::sleep(Duration::from_millis(20));
        bench.nothing_is_left();
    }
}

fn a_killed_parent_leaves_nothing() {
    // Parent, guard, server, child, and one in a session of its own.
    killed_again_and_again("parent", &["guarded", "deaf", "forks"], 5);
}

fn a_killed_keeper_leaves_nothing() {
    killed_again_and_again("keeper", &["deaf"], 2);
}

/// The keeper adopts what the guard leaves, ends it, and starts anew.
fn a_killed_guard_leaves_nothing() {
    let bench = Bench::new();
    let mut keeper = start(&bench, "keeper", &["guarded", "deaf", "forks"]);
    bench.wait_for_alive(5);
    let old: Vec<u32> = bench.alive().iter().map(|(pid, _)| *pid).filter(|pid| *pid != keeper.id()).collect();
    let guard = bench.alive().into_iter().find(|(_, line)| line.contains(" guard ")).unwrap().0;
    kill(guard);
    let is_old = || bench.alive().iter().any(|(pid, _)| old.contains(pid));
    let until = std::time::Instant::now() + crate::bench::PATIENCE;
    while is_old() {
        assert!(std::time::Instant::now() < until, "{:#?}", bench.alive());
        thread::sleep(Duration::from_millis(10));
    }
    bench.wait_for_alive(5);
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    bench.wait_for_alive(0);
}

/// One that is stopped reads no lifeline.
fn a_stopped_server_dies_with_its_parent() {
    use rustix::process::{Pid, Signal, kill_process};
    let bench = Bench::new();
    let mut parent = start(&bench, "parent", &["well"]);
    bench.wait_for_alive(2);
    let (server, _) = bench.alive().into_iter().find(|(_, line)| line.contains(" server ")).unwrap();
    kill_process(Pid::from_raw(i32::try_from(server).unwrap()).unwrap(), Signal::STOP).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    bench.wait_for_alive(0);
}
