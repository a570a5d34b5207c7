//! Keepers: found, asked, and refusing those who may not ask.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_supervisor::control::{Control, Talk, TalkError, Wish, report};
use biowatch_supervisor::machine::Why;
use biowatch_supervisor::registry::{Record, Registry, ServerFolder};
use biowatch_supervisor::{Key, Phase, Report};
use libtest_mimic::Trial;

use crate::bench::{Bench, PATIENCE};
use crate::plain;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        plain("keepers::a_keeper_is_found_asked_and_stopped", a_keeper_is_found_asked_and_stopped),
        plain("keepers::a_killed_keeper_is_lost_and_its_folder_free", a_killed_keeper_is_lost),
        plain("keepers::sigterm_stops_the_server_too", sigterm_stops_the_server_too),
        plain("keepers::an_idle_server_takes_its_keeper_along", an_idle_server_takes_its_keeper_along),
    ]
}

struct Kept {
    bench: Bench,
    keeper: Child,
    folder: ServerFolder,
}

fn keep(habits: &[&str]) -> Kept {
    let bench = Bench::new();
    let root = bench.folder.path().to_str().unwrap();
    let mut command = bench.role(&[&["keeper", root], habits].concat());
    let keeper = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let folder = Registry::at(bench.folder.path().to_owned()).folder("scripted").unwrap();
    Kept { bench, keeper, folder }
}

impl Kept {
    fn wait_for(&self, what: impl Fn(&Record) -> bool) -> Record {
        let until = Instant::now() + PATIENCE;
        loop {
            let record = self.folder.record();
            if let Some(record) = record.clone().filter(&what) {
                return record;
            }
            assert!(Instant::now() < until, "{record:#?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn ready(&self) -> (Record, Control) {
        let record = self.wait_for(|record| matches!(record.report.phase, Phase::Ready { .. }));
        let control = record.control.clone().unwrap();
        (record, control)
    }

    fn gone(mut self) -> Report {
        assert!(self.keeper.wait().unwrap().success());
        self.bench.nothing_is_left();
        let entry = self.folder.entry().unwrap();
        assert!(!entry.kept && !entry.is_lost());
        assert_eq!(entry.record.control, None);
        entry.record.report
    }
}

fn a_keeper_is_found_asked_and_stopped() {
    let kept = keep(&["well"]);
    let (record, control) = kept.ready();
    assert_eq!(record.keeper, kept.keeper.id());
    assert!(kept.folder.is_kept() && kept.folder.claim().is_err());
    assert_eq!(report(&control).unwrap().port, record.report.port);

    let stranger = Control { key: Key::new("guess"), ..control.clone() };
    assert!(matches!(report(&stranger), Err(TalkError::Refused(why)) if why.contains("key")));
    for nonsense in [&b"\n"[..], b"GET / HTTP/1.1\r\n\r\n", &[b'x'; 1 << 16], b"{\"key\":7}\n"] {
        let mut stream = TcpStream::connect(("127.0.0.1", control.port)).unwrap();
        let _ = stream.write_all(nonsense);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.is_empty() || answer.contains("makes no sense"), "{answer}");
        assert!(!answer.contains(control.key.reveal()));
    }

    let mut watched = Talk::begin(&control, Wish::Watch).unwrap();
    let mut stopping = Talk::begin(&control, Wish::Stop).unwrap();
    for talk in [&mut watched, &mut stopping] {
        let last = loop {
            match talk.next(PATIENCE) {
                Ok(report) if report.phase.is_over() => break report,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        };
        assert!(matches!(last.phase, Phase::Stopped { why: Why::Asked, .. }));
    }
    assert!(matches!(kept.gone().phase, Phase::Stopped { .. }));
}

fn a_killed_keeper_is_lost() {
    let mut kept = keep(&["well"]);
    kept.ready();
    kept.keeper.kill().unwrap();
    kept.keeper.wait().unwrap();
    kept.bench.wait_for_alive(0);
    let entry = kept.folder.entry().unwrap();
    assert!(entry.is_lost() && !entry.kept);
    assert!(kept.folder.claim().is_ok());
    kept.folder.forget().unwrap();
    assert!(kept.folder.entry().is_none());
}

fn sigterm_stops_the_server_too() {
    use rustix::process::{Pid, Signal, kill_process};
    let kept = keep(&["well"]);
    kept.ready();
    let keeper = Pid::from_raw(i32::try_from(kept.keeper.id()).unwrap()).unwrap();
    kill_process(keeper, Signal::TERM).unwrap();
    assert!(matches!(kept.gone().phase, Phase::Stopped { why: Why::KeeperEnds, .. }));
}

fn an_idle_server_takes_its_keeper_along() {
    let kept = keep(&["well", "idle"]);
    assert!(matches!(kept.gone().phase, Phase::Stopped { why: Why::Idle, .. }));
}
