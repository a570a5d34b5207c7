//! Ends that were asked for.

use std::time::Duration;

use biowatch_supervisor::machine::{Step, Why};
use biowatch_supervisor::{Phase, last_lines};
use libtest_mimic::Trial;

use crate::bench::Bench;
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("stops::a_good_server_stops_when_it_is_asked", a_good_server_stops_when_it_is_asked),
        plain("stops::a_deaf_server_is_killed_with_its_children", a_deaf_server_is_killed_with_its_children),
        plain("stops::a_server_that_is_not_ready_can_be_stopped", a_server_that_is_not_ready_can_be_stopped),
        plain("stops::haste_needs_no_patience", haste_needs_no_patience),
        plain("stops::a_restart_gives_a_new_process", a_restart_gives_a_new_process),
        plain("stops::an_idle_server_ends", an_idle_server_ends),
        plain("stops::a_server_that_nobody_holds_ends", a_server_that_nobody_holds_ends),
        plain("stops::a_flood_does_not_drown_anybody", a_flood_does_not_drown_anybody),
    ]
}

fn stopped_by(bench: &Bench, habits: &[&str], step: Step) {
    let server = bench.start(bench.spec(habits));
    bench.ready(&server);
    bench.runtime.block_on(server.stop(Why::Asked));
    let last = bench.over(&server);
    match last.phase {
        Phase::Stopped { why: Why::Asked, step: taken, .. } => assert_eq!(taken, Some(step), "{habits:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(last.trouble, None, "a stop is no trouble");
    assert_eq!(last.pid, None);
    bench.nothing_is_left();
}

fn a_good_server_stops_when_it_is_asked() {
    for habits in [&["well"][..], &["guarded"], &["guarded", "forks"]] {
        let bench = Bench::new();
        stopped_by(&bench, habits, Step::Ask);
    }
}

fn a_deaf_server_is_killed_with_its_children() {
    for habits in [&["deaf"][..], &["guarded", "deaf"], &["guarded", "deaf", "forks"]] {
        let bench = Bench::new();
        stopped_by(&bench, habits, Step::Kill);
        let log = bench.log_text();
        for step in ["asked over HTTP", "SIGTERM to the process group", "killed with everything", "stopped"] {
            assert!(log.contains(step), "{step} is not in\n{log}");
        }
    }
}

fn a_server_that_is_not_ready_can_be_stopped() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["never-ready"]));
    bench.wait_for(&server, |report| report.saying.as_deref() == Some("still loading"));
    bench.runtime.block_on(server.stop(Why::Asked));
    let last = bench.over(&server);
    assert!(matches!(last.phase, Phase::Stopped { step: Some(Step::Terminate), .. }), "{last:?}");
    bench.nothing_is_left();
}

fn haste_needs_no_patience() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["guarded", "deaf", "forks"]);
    spec.deadlines.ask = Duration::from_secs(3600);
    spec.deadlines.terminate = Duration::from_secs(3600);
    let server = bench.start(spec);
    bench.ready(&server);
    // Guard, server, child, and the one that has left.
    bench.wait_for_alive(4);
    bench.runtime.block_on(server.hurry(Why::Asked));
    bench.over(&server);
    bench.nothing_is_left();
}

fn a_restart_gives_a_new_process() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["well"]));
    let before = bench.ready(&server);
    bench.runtime.block_on(server.restart());
    let after = bench
        .wait_for(&server, |report| matches!(report.phase, Phase::Ready { .. }) && report.pid != before.pid);
    assert_eq!((after.restarts, after.trouble), (1, None));
    bench.runtime.block_on(server.stop(Why::Asked));
    bench.over(&server);
    bench.nothing_is_left();
}

fn an_idle_server_ends() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["well"]);
    spec.idle = Some(Duration::from_secs(2));
    let server = bench.start(spec);
    let ready = bench.ready(&server);
    bench.predict(ready.port.unwrap());
    let last = bench.over(&server);
    assert!(matches!(last.phase, Phase::Stopped { why: Why::Idle, .. }), "{last:?}");
    assert_eq!((last.numbers.requests, last.numbers.images), (Some(1), Some(1)));
    bench.nothing_is_left();
}

fn a_server_that_nobody_holds_ends() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["well"]));
    bench.ready(&server);
    drop(server);
    bench.wait_for_alive(0);
}

fn a_flood_does_not_drown_anybody() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["floods"]));
    bench.ready(&server);
    std::thread::sleep(Duration::from_secs(3));
    bench.runtime.block_on(server.stop(Why::Asked));
    let last = bench.over(&server);
    assert!(matches!(last.phase, Phase::Stopped { step: Some(Step::Ask), .. }), "{last:?}");
    bench.nothing_is_left();
    let files = fs_err::read_dir(bench.folder.path()).unwrap().flatten();
    let bytes: u64 = files.map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes <= 3 << 20, "{bytes} bytes of log");
    assert!(last_lines(&bench.log(), 5000).unwrap().iter().any(|line| line.contains("lines left out")));
}
