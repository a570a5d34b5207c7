//! The process of a server: read to its last word, waited for, and ended with everything it has started.
//!
//! The thread that starts a process also waits for it, so that it lives as long: Linux ties a process to the thread
//! that started it (see [`crate::lifeline`]).

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child as StdChild, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_contract::ready::Ready;
use tokio::sync::mpsc;

#[cfg(not(unix))]
use self::other as system;
#[cfg(unix)]
use self::unix as system;
use crate::fault::{Exit, OutOfMemory};
use crate::log::{LONGEST_LINE, Log};
use crate::memory_kills::MemoryKills;
use crate::processes;
use crate::report::ready_line;

/// How long the last words of a dead process may take: something it has started may hold its pipes open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long killing may take until it is given up: what is left hangs in the system.
const KILLING: Duration = Duration::from_secs(10);
/// Between two rounds of killing: each finds what the round before could not see.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a guard may take to end everything before it is killed itself.
const GUARDED: Duration = Duration::from_secs(4);

/// What a process does of itself.
#[derive(Debug)]
pub(crate) enum ChildEvent {
    /// It printed a ready line; the first one counts.
    Ready(Ready),
    /// It is gone, and what it had started in its group too.
    Gone {
        /// How it ended.
        exit: Exit,
        /// Whether memory ran out.
        out_of_memory: Option<OutOfMemory>,
    },
}

/// How to start a process.
pub(crate) struct Start {
    pub(crate) command: Command,
    pub(crate) log: Log,
    /// See [`crate::Spec::guarded`].
    pub(crate) guarded: bool,
    /// See [`crate::Spec::alone`].
    pub(crate) alone: bool,
    pub(crate) events: mpsc::Sender<ChildEvent>,
}

/// A process that was started. Dropping it kills it.
pub(crate) struct Child {
    pid: u32,
    guarded: bool,
    shared: Arc<Shared>,
    /// The process reads the end of this pipe when we are gone.
    lifeline: Option<ChildStdin>,
}

struct Shared {
    state: Mutex<Life>,
}

/// Signals go out only while this says that the number is still the process's own.
struct Life {
    process: Option<StdChild>,
    killed_by_us: bool,
}

impl Shared {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Child {
    /// Starts the process in a group of its own. Waits for the start, which takes milliseconds.
    pub(crate) fn start(start: Start) -> io::Result<Self> {
        let (tell, started) = sync_channel(1);
        let live = move || {
            let Start { mut command, log, guarded, alone, events } = start;
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            system::own_group(&mut command);
            let counted = MemoryKills::count();
            let mut process = match command.spawn() {
                Ok(process) => process,
                Err(error) => return drop(tell.send(Err(error))),
            };
            let pid = process.id();
            let lifeline = process.stdin.take();
            let readers = read_all(&mut process, &log, &events);
            let life = Life { process: Some(process), killed_by_us: false };
            let shared = Arc::new(Shared { state: Mutex::new(life) });
            let child = Self { pid, guarded, shared: Arc::clone(&shared), lifeline };
            // Whoever asked may have left: then the child is dropped, which kills it.
            let _ = tell.send(Ok(child));
            let (status, killed_by_us) = wait(pid, &shared, alone);
            let words = last_words(readers, &log);
            let exit = status.map_or(Exit::Unknown, |status| system::exit(status, guarded));
            let out_of_memory =
                if killed_by_us { None } else { counted.judge(MemoryKills::count(), exit, &words) };
            let _ = events.blocking_send(ChildEvent::Gone { exit, out_of_memory });
        };
        thread::Builder::new().name("server process".to_owned()).spawn(live)?;
        started.recv().unwrap_or_else(|_| Err(io::Error::other("the thread of the process is gone")))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// The polite signal, to the group. Where there is none, the end of the lifeline.
    pub(crate) fn terminate(&mut self) {
        let life = self.shared.life();
        if life.process.is_some() && !system::terminate(self.pid) {
            self.lifeline = None;
        }
    }

    /// Kills the process, its group and its descendants. Harmless when it is gone.
    ///
    /// A guard is not killed: at the end of its lifeline it ends all the others, and misses none of them. One that
    /// does not is killed a little later.
    pub(crate) fn kill(&mut self) {
        self.lifeline = None;
        let mut life = self.shared.life();
        if life.process.is_none() {
            return;
        }
        life.killed_by_us = true;
        for pid in processes::descendants(&processes::all(), self.pid) {
            system::kill(pid);
        }
        if !self.guarded {
            return life.kill(self.pid);
        }
        drop(life);
        system::wake(self.pid);
        let (pid, shared) = (self.pid, Arc::clone(&self.shared));
        let insist = move || {
            thread::sleep(GUARDED);
            shared.life().kill(pid);
        };
        if thread::Builder::new().name("server kill".to_owned()).spawn(insist).is_err() {
            self.shared.life().kill(self.pid);
        }
    }
}

impl Life {
    /// The process and its group, if it is still there.
    fn kill(&mut self, pid: u32) {
        if let Some(process) = &mut self.process {
            system::kill_group(pid);
            let _ = process.kill();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills and forgets everything that descends from this process. For processes that adopt orphans and have no children
/// that they want to keep.
///
/// A list of processes can miss one that is born while it is made. That there are no more children is a fact that the
/// system tells, and while there are descendants, one of them is a child.
pub(crate) fn end_all() {
    let until = Instant::now() + KILLING;
    loop {
        for pid in processes::descendants(&processes::all(), std::process::id()) {
            system::kill(pid);
        }
        system::reap_strays();
        if system::has_no_children() || Instant::now() > until {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Until the process is gone. What is left of its group is killed while its number cannot belong to another.
fn wait(pid: u32, shared: &Shared, alone: bool) -> (Option<ExitStatus>, bool) {
    system::wait_for_end(pid, || shared.life().process.as_mut().is_none_or(ended));
    let mut life = shared.life();
    system::kill_group(pid);
    let status = life.process.take().and_then(|mut process| process.wait().ok());
    let killed_by_us = life.killed_by_us;
    drop(life);
    if alone {
        end_all();
    }
    (status, killed_by_us)
}

fn ended(process: &mut StdChild) -> bool {
    !matches!(process.try_wait(), Ok(None))
}

/// One thread for each pipe. Each says when its pipe is at its end.
fn read_all(process: &mut StdChild, log: &Log, events: &mpsc::Sender<ChildEvent>) -> Receiver<()> {
    let (done, ended) = sync_channel(2);
    let pipes: [(&str, Option<Box<dyn Read + Send>>); 2] = [
        ("server stdout", process.stdout.take().map(|pipe| Box::new(pipe) as _)),
        ("server stderr", process.stderr.take().map(|pipe| Box::new(pipe) as _)),
    ];
    for (name, pipe) in pipes {
        let Some(pipe) = pipe else { continue };
        let (log, done) = (log.clone(), done.clone());
        let mut events = (name == "server stdout").then(|| events.clone());
        let read = move || {
            each_line(pipe, |line| {
                if let Some(ready) = ready_line(line).filter(|_| events.is_some()) {
                    if let Some(events) = events.take() {
                        let _ = events.blocking_send(ChildEvent::Ready(ready));
                    }
                    return;
                }
                log.line(line);
            });
            let _ = done.try_send(());
        };
        // Without the thread the pipe closes, and the process notices.
        let _ = thread::Builder::new().name(name.to_owned()).spawn(read);
    }
    ended
}

/// Reads to the end, at most [`LONGEST_LINE`] bytes at a time.
fn each_line(pipe: impl Read, mut each: impl FnMut(&[u8])) {
    let mut pipe = BufReader::with_capacity(64 << 10, pipe);
    let mut line = Vec::with_capacity(LONGEST_LINE);
    loop {
        line.clear();
        match (&mut pipe).take(LONGEST_LINE as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => each(&line),
        }
    }
}

fn last_words(readers: Receiver<()>, log: &Log) -> Vec<String> {
    let until = Instant::now() + LAST_WORDS;
    // Two pipes; a receiver whose senders are gone returns at once.
    for _ in 0..2 {
        let left = until.saturating_duration_since(Instant::now());
        let _ = readers.recv_timeout(left);
    }
    log.last_lines()
}
