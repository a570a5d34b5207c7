use super::*;
use crate::fault::Exit;

const READY: Duration = Duration::from_secs(100);
const ASK: Duration = Duration::from_secs(10);
const TERMINATE: Duration = Duration::from_secs(5);
const KILL: Duration = Duration::from_secs(2);

fn rules() -> Rules {
    Rules {
        ready: READY,
        ask: ASK,
        terminate: TERMINATE,
        kill: KILL,
        budget: Budget::default(),
        final_codes: vec![4],
    }
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn begin() -> Machine {
    let (machine, action) = Machine::begin(rules(), at(0));
    assert_eq!(action, Action::Spawn);
    machine
}

fn ready() -> Machine {
    let mut machine = begin();
    assert_eq!(machine.on(at(1), Event::Healthy), None);
    machine
}

fn crash() -> Fault {
    Fault::Ended { exit: Exit::Signal(11), out_of_memory: None }
}

fn ended(code: i32) -> Fault {
    Fault::Ended { exit: Exit::Code(code), out_of_memory: None }
}

#[test]
fn a_stop_takes_three_steps_each_with_its_deadline() {
    let mut machine = ready();
    assert_eq!(machine.on(at(10), Event::Stop(Why::Asked)), Some(Action::Stop(Step::Ask)));
    assert_eq!(machine.until(), Some(at(20)));
    assert_eq!(machine.on(at(19), Event::Tick), None);
    assert_eq!(machine.on(at(20), Event::Tick), Some(Action::Stop(Step::Terminate)));
    assert_eq!(machine.until(), Some(at(25)));
    assert_eq!(machine.on(at(25), Event::Tick), Some(Action::Stop(Step::Kill)));
    assert_eq!(machine.until(), Some(at(27)));
    assert_eq!(machine.on(at(26), Event::Gone(crash())), None);
    let end = End::Stopped(Why::Asked, Some(Step::Kill));
    assert_eq!(machine.state(), &State::Over { since: at(26), end });
    assert!(machine.last_fault().is_none(), "a stop that was wanted is no fault");
}

#[test]
fn a_process_that_cannot_be_killed_is_told() {
    let mut machine = ready();
    machine.on(at(10), Event::Stop(Why::Asked));
    machine.on(at(10), Event::Hurry);
    assert_eq!(machine.on(at(12), Event::Tick), None);
    assert!(matches!(machine.state(), State::Over { end: End::Failed(Fault::NotKilled), .. }));
}

#[test]
fn a_refused_question_and_haste_shorten_the_way() {
    let mut machine = ready();
    machine.on(at(10), Event::Stop(Why::Asked));
    assert_eq!(machine.on(at(11), Event::NotAsked), Some(Action::Stop(Step::Terminate)));
    assert_eq!(machine.on(at(12), Event::NotAsked), None);
    assert_eq!(machine.on(at(12), Event::Hurry), Some(Action::Stop(Step::Kill)));
    assert_eq!(machine.on(at(12), Event::Hurry), None);
}

#[test]
fn a_server_that_is_not_ready_in_time_is_stopped_and_tried_once_more() {
    let mut machine = begin();
    assert_eq!(machine.on(at(99), Event::Tick), None);
    assert_eq!(machine.on(at(100), Event::Tick), Some(Action::Stop(Step::Terminate)));
    assert_eq!(machine.on(at(101), Event::Healthy), None, "too late");
    assert_eq!(machine.on(at(101), Event::Gone(ended(0))), None);
    assert!(matches!(machine.state(), State::Waiting { .. }));
    assert_eq!(machine.last_fault().unwrap().1, Fault::NotReady { seconds: 100 });
    assert_eq!(machine.on(at(102), Event::Tick), Some(Action::Spawn));
    assert_eq!(machine.on(at(202), Event::Tick), Some(Action::Stop(Step::Terminate)));
    machine.on(at(203), Event::Gone(ended(0)));
    assert!(matches!(machine.state(), State::Over { end: End::Failed(Fault::NotReady { .. }), .. }));
}

#[test]
fn crashes_are_followed_by_longer_and_longer_waits_until_the_budget_is_spent() {
    let mut machine = ready();
    let mut now = at(1);
    for wait in [1, 2, 4, 8, 16] {
        now += at(10);
        assert_eq!(machine.on(now, Event::Gone(crash())), None);
        assert_eq!(machine.state(), &State::Waiting { since: now, until: now + at(wait) });
        assert_eq!(machine.on(now, Event::Tick), None);
        now += at(wait);
        assert_eq!(machine.on(now, Event::Tick), Some(Action::Spawn));
        machine.on(now, Event::Healthy);
    }
    machine.on(now, Event::Gone(crash()));
    assert_eq!(machine.state(), &State::Over { since: now, end: End::Failed(crash()) });
    assert_eq!(machine.restarts(), 5);
}

#[test]
fn old_crashes_are_forgiven() {
    let mut machine = ready();
    for hour in 1..20 {
        let now = at(hour * 3600);
        machine.on(now, Event::Gone(crash()));
        assert_eq!(machine.until(), Some(now + at(1)));
        machine.on(now + at(1), Event::Tick);
        machine.on(now + at(2), Event::Healthy);
    }
    assert!(matches!(machine.state(), State::Ready { .. }));
}

#[test]
fn an_end_without_fault_was_asked_for_elsewhere() {
    let mut machine = ready();
    machine.on(at(2), Event::Gone(ended(0)));
    let end = End::Stopped(Why::Elsewhere, None);
    assert_eq!(machine.state(), &State::Over { since: at(2), end });
    let mut machine = begin();
    machine.on(at(2), Event::Gone(ended(0)));
    assert!(matches!(machine.state(), State::Waiting { .. }), "one that was never ready has failed to start");
}

#[test]
fn a_refusal_is_final_and_two_failed_starts_are_enough() {
    let mut machine = begin();
    machine.on(at(1), Event::Gone(ended(4)));
    assert_eq!(machine.state(), &State::Over { since: at(1), end: End::Failed(ended(4)) });
    let mut machine = begin();
    machine.on(at(1), Event::Gone(ended(1)));
    assert_eq!(machine.on(at(2), Event::Tick), Some(Action::Spawn));
    machine.on(at(3), Event::Gone(ended(1)));
    assert_eq!(machine.state(), &State::Over { since: at(3), end: End::Failed(ended(1)) });
}

#[test]
fn a_restart_that_was_asked_for_costs_no_budget() {
    let mut machine = ready();
    for hour in 0..20 {
        let now = at(10 + hour);
        assert_eq!(machine.on(now, Event::Restart), Some(Action::Stop(Step::Ask)));
        assert_eq!(machine.on(now, Event::Gone(ended(0))), Some(Action::Spawn));
        machine.on(now, Event::Healthy);
    }
    assert!(matches!(machine.state(), State::Ready { .. }));
    assert_eq!(machine.restarts(), 20);
}

#[test]
fn a_stop_wins_over_whatever_was_to_follow() {
    let mut machine = ready();
    machine.on(at(2), Event::Unwell(Fault::NotAnswering { instead: "silence".to_owned() }));
    assert_eq!(machine.on(at(3), Event::Stop(Why::Idle)), None);
    machine.on(at(4), Event::Gone(ended(0)));
    let end = End::Stopped(Why::Idle, Some(Step::Terminate));
    assert_eq!(machine.state(), &State::Over { since: at(4), end });

    let mut machine = ready();
    machine.on(at(2), Event::Gone(crash()));
    machine.on(at(2), Event::Stop(Why::Asked));
    assert_eq!(machine.state(), &State::Over { since: at(2), end: End::Stopped(Why::Asked, None) });
    for event in [Event::Restart, Event::Tick, Event::Healthy, Event::Gone(crash()), Event::Hurry] {
        assert_eq!(machine.on(at(9), event), None, "over is over");
    }
}

/// Every event in every state, also those that make no sense: the machine never asks for a process while there may be
/// one, and every state but two has a deadline.
#[test]
fn no_event_leads_to_two_processes_or_to_a_wait_without_end() {
    let events = [
        Event::Healthy,
        Event::Unwell(crash()),
        Event::Gone(crash()),
        Event::NotAsked,
        Event::Stop(Why::Asked),
        Event::Restart,
        Event::Hurry,
        Event::Tick,
    ];
    let mut seen = 0;
    let mut frontier = vec![(begin(), true, at(0))];
    for _ in 0..6 {
        let mut next = Vec::new();
        for (machine, process, now) in frontier {
            for event in &events {
                let (mut machine, now) = (machine.clone(), now + at(60));
                // What no process can do or say.
                if !process && matches!(event, Event::Healthy | Event::Unwell(_) | Event::Gone(_)) {
                    continue;
                }
                let mut process = process && !matches!(event, Event::Gone(_));
                if machine.on(now, event.clone()) == Some(Action::Spawn) {
                    assert!(!process, "{event:?}");
                    process = true;
                }
                let waits = matches!(machine.state(), State::Ready { .. } | State::Over { .. });
                assert_eq!(machine.until().is_none(), waits);
                seen += 1;
                next.push((machine, process, now));
            }
        }
        frontier = next;
    }
    assert!(seen > 100_000, "{seen}");
}
