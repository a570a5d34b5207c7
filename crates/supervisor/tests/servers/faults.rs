//! Ends that nobody wanted.

use std::time::Duration;

use biowatch_supervisor::fault::{Exit, Fault, OutOfMemory};
use biowatch_supervisor::machine::Why;
use biowatch_supervisor::{Handle, Phase, Report};
use libtest_mimic::Trial;

use crate::bench::{Bench, PATIENCE, kill};
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain(
            "faults::a_server_that_never_gets_ready_is_given_up",
            a_server_that_never_gets_ready_is_given_up,
        ),
        plain("faults::garbage_on_health_is_not_ready", garbage_on_health_is_not_ready),
        plain(
            "faults::a_server_that_turns_to_garbage_is_replaced",
            a_server_that_turns_to_garbage_is_replaced,
        ),
        plain("faults::a_server_that_hangs_is_replaced", a_server_that_hangs_is_replaced),
        plain("faults::death_in_mid_request_is_seen_and_mended", death_in_mid_request_is_seen_and_mended),
        plain("faults::what_a_dead_server_started_dies_too", what_a_dead_server_started_dies_too),
        plain("faults::want_of_memory_is_recognised", want_of_memory_is_recognised),
        plain("faults::a_refusal_is_not_tried_again", a_refusal_is_not_tried_again),
        plain("faults::a_crash_at_start_is_tried_twice", a_crash_at_start_is_tried_twice),
        plain("faults::the_budget_ends", the_budget_ends),
        plain("faults::a_program_that_is_not_there_is_told", a_program_that_is_not_there_is_told),
    ]
}

fn failed(last: &Report) -> Fault {
    match &last.phase {
        Phase::Failed { fault, .. } => fault.clone(),
        other => panic!("{other:?}"),
    }
}

fn end(bench: &Bench, server: &Handle) {
    bench.runtime.block_on(server.stop(Why::Asked));
    bench.over(server);
    bench.nothing_is_left();
}

fn a_server_that_never_gets_ready_is_given_up() {
    for habits in [&["never-ready"][..], &["guarded", "never-ready", "deaf", "forks"]] {
        let bench = Bench::new();
        let mut spec = bench.spec(habits);
        spec.deadlines.ready = Duration::from_secs(2);
        let server = bench.start(spec);
        let last = bench.over(&server);
        assert_eq!(failed(&last), Fault::NotReady { seconds: 2 });
        assert_eq!(last.restarts, 1, "it is tried once more");
        assert_eq!(last.trouble.unwrap().last_lines, ["still loading"]);
        bench.nothing_is_left();
    }
}

fn garbage_on_health_is_not_ready() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["garbage"]);
    spec.deadlines.ready = Duration::from_secs(2);
    let server = bench.start(spec);
    assert_eq!(failed(&bench.over(&server)), Fault::NotReady { seconds: 2 });
    bench.nothing_is_left();
}

fn a_server_that_turns_to_garbage_is_replaced() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["sours"]));
    let before = bench.ready(&server);
    bench.predict(before.port.unwrap());
    let after =
        bench.wait_for(&server, |report| report.restarts == 1 && matches!(report.phase, Phase::Ready { .. }));
    let fault = after.trouble.unwrap().fault;
    assert!(matches!(&fault, Fault::NotAnswering { instead } if instead.contains("no text")), "{fault:?}");
    end(&bench, &server);
}

fn a_server_that_hangs_is_replaced() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["hangs"]));
    let before = bench.ready(&server);
    bench.predict(before.port.unwrap());
    let after =
        bench.wait_for(&server, |report| report.restarts == 1 && matches!(report.phase, Phase::Ready { .. }));
    let fault = after.trouble.unwrap().fault;
    assert!(matches!(&fault, Fault::NotAnswering { instead } if instead.contains("in time")), "{fault:?}");
    end(&bench, &server);
}

fn death_in_mid_request_is_seen_and_mended() {
    for (habits, exit) in [(&["dies"][..], Exit::Code(7)), (&["guarded", "dies", "forks"], Exit::Code(7))] {
        let bench = Bench::new();
        let server = bench.start(bench.spec(habits));
        let before = bench.ready(&server);
        bench.predict(before.port.unwrap());
        let after = bench
            .wait_for(&server, |report| report.restarts == 1 && matches!(report.phase, Phase::Ready { .. }));
        assert_ne!(after.pid, before.pid);
        let trouble = after.trouble.unwrap();
        assert_eq!(trouble.fault, Fault::Ended { exit, out_of_memory: None });
        assert!(trouble.last_lines.contains(&"the graphics card is gone".to_owned()), "{trouble:?}");
        end(&bench, &server);
    }
}

/// The dead server's child, and one that had left its group and session: whether the server or its guard died.
fn what_a_dead_server_started_dies_too() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["guarded", "forks"]);
    spec.budget.restarts = 0;
    let server = bench.start(spec);
    bench.ready(&server);
    bench.wait_for_alive(4);
    let (program, _) = bench.alive().into_iter().find(|(_, line)| line.contains(" server ")).unwrap();
    kill(program);
    let last = bench.over(&server);
    let exit = Exit::Signal(9);
    assert_eq!(failed(&last), Fault::Ended { exit, out_of_memory: Some(OutOfMemory::Likely) });
    bench.nothing_is_left();
}

fn want_of_memory_is_recognised() {
    let cases = [
        ("eats", Exit::Signal(6), OutOfMemory::Said, "because memory ran out"),
        ("is-killed", Exit::Signal(9), OutOfMemory::Likely, "most likely for want of memory"),
    ];
    for (habit, exit, how, words) in cases {
        let bench = Bench::new();
        let mut spec = bench.spec(&[habit]);
        // Eating takes a while, and nobody answers meanwhile.
        spec.deadlines.unwell = PATIENCE;
        let server = bench.start(spec);
        let before = bench.ready(&server);
        bench.predict(before.port.unwrap());
        let after = bench
            .wait_for(&server, |report| report.restarts == 1 && matches!(report.phase, Phase::Ready { .. }));
        let fault = after.trouble.unwrap().fault;
        assert_eq!(fault, Fault::Ended { exit, out_of_memory: Some(how) });
        assert!(fault.to_string().contains(words), "{fault}");
        end(&bench, &server);
    }
}

fn a_refusal_is_not_tried_again() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["refuses"]));
    let last = bench.over(&server);
    assert_eq!(failed(&last).exit_code(), Some(4));
    assert_eq!(last.restarts, 0);
    assert_eq!(last.trouble.unwrap().last_lines, ["this model is broken"]);
    bench.nothing_is_left();
}

fn a_crash_at_start_is_tried_twice() {
    let bench = Bench::new();
    let server = bench.start(bench.spec(&["crashes"]));
    let last = bench.over(&server);
    assert_eq!((failed(&last).exit_code(), last.restarts), (Some(1), 1));
    assert_eq!(bench.log_text().matches("something is wrong").count(), 2);
    bench.nothing_is_left();
}

fn the_budget_ends() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["dies"]);
    spec.budget.restarts = 2;
    let server = bench.start(spec);
    let mut dead = None;
    for _ in 0..3 {
        let ready = bench
            .wait_for(&server, |report| matches!(report.phase, Phase::Ready { .. }) && report.pid != dead);
        dead = ready.pid;
        bench.predict(ready.port.unwrap());
    }
    let last = bench.over(&server);
    assert_eq!((failed(&last).exit_code(), last.restarts), (Some(7), 2));
    bench.nothing_is_left();
}

fn a_program_that_is_not_there_is_told() {
    let bench = Bench::new();
    let mut spec = bench.spec(&["well"]);
    spec.program = "/no/such/program".into();
    let last = bench.over(&bench.start(spec));
    assert!(matches!(failed(&last), Fault::NotStarted { .. }), "{last:?}");
}
