//! One server from its first start to its last end: the actor that others talk to.

use std::future::pending;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until};

use crate::child::{Child, ChildEvent, Start};
use crate::fault::Fault;
use crate::http::{Request as HttpRequest, ask};
use crate::key::Key;
use crate::log::Log;
use crate::machine::{Action, Event, Machine, State, Step, Why};
use crate::probe::{Counts, Look, look};
use crate::report::{Numbers, Phase, Report, Trouble};
use crate::spec::{LogTo, PortFrom, Spec, free_port};
use crate::wall_clock::Clock;

/// Requests that may wait for the actor.
const REQUESTS: usize = 16;
/// Events of a process that may wait.
const EVENTS: usize = 4;
/// The time over which images a second are counted.
const RATE_WINDOW: Duration = Duration::from_secs(10);
/// Between two looks at a server that is not ready.
const LOOK_WHILE_STARTING: Duration = Duration::from_millis(250);
/// Between two looks at what a starting server writes.
const LISTEN: Duration = Duration::from_millis(200);

/// What others may ask of the actor.
#[derive(Debug, Clone, Copy)]
enum Request {
    Stop(Why),
    Restart,
    Hurry,
}

/// A server that is looked after. Clones are the same server. When the last one is dropped, it is stopped.
#[derive(Debug, Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    report: watch::Receiver<Report>,
}

impl Handle {
    /// What the server is doing, now and as it changes.
    pub fn report(&self) -> watch::Receiver<Report> {
        self.report.clone()
    }

    /// Asks for an end, in three steps. Asking again changes nothing. To know the end, watch [`Self::report`].
    pub async fn stop(&self, why: Why) {
        self.send(Request::Stop(why)).await;
    }

    /// Asks for a new process; one that is there is stopped first.
    pub async fn restart(&self) {
        self.send(Request::Restart).await;
    }

    /// Asks for an end without further patience.
    pub async fn hurry(&self, why: Why) {
        self.send(Request::Stop(why)).await;
        self.send(Request::Hurry).await;
    }

    async fn send(&self, request: Request) {
        // An actor that is gone has left its server over, which is all that could be asked for.
        let _ = self.requests.send(request).await;
    }

    /// As [`Self::stop`], from a thread that may block.
    pub fn stop_blocking(&self, why: Why) {
        let _ = self.requests.blocking_send(Request::Stop(why));
    }

    /// As [`Self::restart`], from a thread that may block.
    pub fn restart_blocking(&self) {
        let _ = self.requests.blocking_send(Request::Restart);
    }

    /// As [`Self::hurry`], from a thread that may block.
    pub fn hurry_blocking(&self, why: Why) {
        let _ = self.requests.blocking_send(Request::Stop(why));
        let _ = self.requests.blocking_send(Request::Hurry);
    }

    /// Waits until the server is over and returns the last report.
    pub async fn over(&self) -> Report {
        let mut report = self.report.clone();
        match report.wait_for(|report| report.phase.is_over()).await {
            Ok(last) => last.clone(),
            Err(_) => self.report.borrow().clone(),
        }
    }
}

/// The actor: decides by its [`Machine`], acts on its process, publishes its [`Report`].
pub struct Server {
    spec: Spec,
    clock: Clock,
    machine: Machine,
    log: Log,
    publish: watch::Sender<Report>,
    process: Option<Running>,
    port: Option<u16>,
    trouble: Option<Trouble>,
    numbers: Numbers,
    samples: Samples,
    /// When a request was last seen, for [`Spec::idle`].
    active: Duration,
    /// When it last answered as it should.
    well: Duration,
    /// Whether the process has `/metrics`, as far as it is known.
    counting: bool,
    asking: Option<JoinHandle<bool>>,
    looking: Option<JoinHandle<Look>>,
}

/// A process and what it tells.
struct Running {
    child: Child,
    events: mpsc::Receiver<ChildEvent>,
}

impl Server {
    /// Starts the server and looks after it on the present runtime. Fails only when there can be no log.
    pub fn start(spec: Spec) -> std::io::Result<Handle> {
        let log = match spec.log.clone() {
            LogTo::Files(files) => Log::files(files)?,
            LogTo::Stderr => Log::stderr()?,
        };
        let clock = Clock::start();
        let (machine, action) = Machine::begin(spec.rules(), clock.now());
        let report = Report {
            phase: Phase::of(&machine, &clock),
            pid: None,
            port: None,
            restarts: 0,
            trouble: None,
            saying: None,
            numbers: Numbers::default(),
        };
        let (publish, report) = watch::channel(report);
        let (requests, received) = mpsc::channel(REQUESTS);
        let server = Self {
            spec,
            clock,
            machine,
            log,
            publish,
            process: None,
            port: None,
            trouble: None,
            numbers: Numbers::default(),
            samples: Samples::default(),
            active: clock.now(),
            well: clock.now(),
            counting: true,
            asking: None,
            looking: None,
        };
        tokio::spawn(server.live(action, received));
        Ok(Handle { requests, report })
    }

    async fn live(mut self, first: Action, mut requests: mpsc::Receiver<Request>) {
        self.act(first);
        self.publish();
        let mut next_look = Instant::now();
        while !matches!(self.machine.state(), State::Over { .. }) {
            let until = self.machine.until().map(|until| self.at(until));
            let look_due = self.process.is_some() && self.looking.is_none();
            tokio::select! {
                request = requests.recv() => match request.unwrap_or(Request::Stop(Why::KeeperEnds)) {
                    Request::Stop(why) => self.happened(Event::Stop(why)),
                    Request::Restart => self.happened(Event::Restart),
                    Request::Hurry => self.happened(Event::Hurry),
                },
                event = next_event(&mut self.process) => self.child_said(event),
                asked = finished(&mut self.asking) => {
                    self.asking = None;
                    if asked != Some(true) {
                        self.happened(Event::NotAsked);
                    }
                }
                seen = finished(&mut self.looking) => {
                    self.looking = None;
                    next_look = Instant::now() + self.between_looks();
                    if let Some(seen) = seen {
                        self.looked(seen);
                    }
                }
                () = sleep_until(next_look), if look_due => self.start_to_look(),
                () = wait_until(until) => self.happened(Event::Tick),
                () = sleep(LISTEN), if self.is_starting() => {}
            }
            if !matches!(self.machine.state(), State::Over { .. }) {
                self.publish();
            }
        }
        // Whoever hears of the end may read the log.
        self.log.note(&self.obituary());
        let log = self.log.clone();
        let _ = spawn_blocking(move || log.flush()).await;
        self.publish();
    }

    fn at(&self, time: Duration) -> Instant {
        Instant::now() + time.saturating_sub(self.clock.now())
    }

    fn is_starting(&self) -> bool {
        matches!(self.machine.state(), State::Starting { .. })
    }

    fn between_looks(&self) -> Duration {
        match self.machine.state() {
            State::Starting { .. } => LOOK_WHILE_STARTING.min(self.spec.deadlines.look),
            _ => self.spec.deadlines.look,
        }
    }

    fn happened(&mut self, event: Event) {
        let faults_before = self.machine.last_fault().map(|(at, _)| *at);
        let was_ready = matches!(self.machine.state(), State::Ready { .. });
        let action = self.machine.on(self.clock.now(), event);
        if let Some((at, fault)) = self.machine.last_fault().filter(|(at, _)| Some(*at) != faults_before) {
            let last_lines = self.log.last_lines();
            self.log.note(&format!("{fault}"));
            self.trouble =
                Some(Trouble { at: self.clock.calendar_ms(*at), fault: fault.clone(), last_lines });
        }
        if let State::Ready { since } = self.machine.state()
            && !was_ready
        {
            (self.active, self.well) = (*since, *since);
            self.log.note("ready");
        }
        if let Some(action) = action {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Spawn => {
                if let Err(error) = self.spawn() {
                    self.happened(Event::Gone(Fault::NotStarted { error: error.to_string() }));
                }
            }
            Action::Stop(step) => self.stop(step),
        }
    }

    fn spawn(&mut self) -> std::io::Result<()> {
        let port = match (self.spec.port_from, self.spec.port) {
            (PortFrom::Us, 0) => free_port()?,
            (_, port) => port,
        };
        self.port = (self.spec.port_from == PortFrom::Us).then_some(port);
        self.log.forget();
        self.samples = Samples::default();
        self.counting = true;
        let (events, received) = mpsc::channel(EVENTS);
        let child = Child::start(Start {
            command: self.spec.command(port),
            log: self.log.clone(),
            guarded: self.spec.guarded,
            alone: self.spec.alone,
            events,
        })?;
        self.log.note(&format!("started process {}", child.pid()));
        self.process = Some(Running { child, events: received });
        self.looking = None;
        Ok(())
    }

    fn stop(&mut self, step: Step) {
        let Some(process) = &mut self.process else { return };
        match step {
            Step::Ask => {
                let Some(port) = self.port else { return self.happened(Event::NotAsked) };
                self.log.note("stopping: asked over HTTP");
                let key = self.spec.shutdown_key.clone();
                self.asking = Some(spawn_blocking(move || {
                    let request =
                        HttpRequest { key: Some(key.reveal()), ..HttpRequest::short("POST", "/shutdown") };
                    ask(port, &request).is_ok_and(|answer| (200..300).contains(&answer.status))
                }));
            }
            Step::Terminate => {
                self.log.note("stopping: SIGTERM to the process group");
                process.child.terminate();
            }
            Step::Kill => {
                self.log.note("stopping: killed with everything it has started");
                process.child.kill();
            }
        }
    }

    fn child_said(&mut self, event: Option<ChildEvent>) {
        match event {
            Some(ChildEvent::Ready(ready)) if self.spec.port_from == PortFrom::ReadyLine => {
                self.port = Some(ready.port);
                self.looking = None;
                self.start_to_look();
            }
            Some(ChildEvent::Ready(_)) => {}
            Some(ChildEvent::Gone { exit, out_of_memory }) => {
                self.gone(Fault::Ended { exit, out_of_memory });
            }
            // The thread of the process is gone without a word.
            None => self.gone(Fault::Ended { exit: crate::fault::Exit::Unknown, out_of_memory: None }),
        }
    }

    fn gone(&mut self, fault: Fault) {
        self.process = None;
        self.port = None;
        self.looking = None;
        self.asking = None;
        self.numbers.memory_bytes = None;
        self.numbers.images_per_second = None;
        self.happened(Event::Gone(fault));
    }

    fn start_to_look(&mut self) {
        let Some(process) = &self.process else { return };
        let (pid, port, counting) = (process.child.pid(), self.port, self.counting);
        let key = self.spec.api_key.clone();
        self.looking = Some(spawn_blocking(move || look(pid, port, key.as_ref().map(Key::reveal), counting)));
    }

    fn looked(&mut self, seen: Look) {
        let now = self.clock.now();
        self.numbers.memory_bytes = seen.memory;
        if let Some(counts) = seen.counts {
            if self.samples.take(now, counts) {
                self.active = now;
            }
            self.numbers.requests = Some(self.samples.total.requests);
            self.numbers.images = Some(self.samples.total.images);
            self.numbers.images_per_second = self.samples.rate();
        }
        match seen.health {
            Ok(()) => {
                self.well = now;
                self.counting &= !seen.has_no_counts;
                self.happened(Event::Healthy);
                let idle_for = now.saturating_sub(self.active);
                if seen.counts.is_some()
                    && self.spec.idle.is_some_and(|idle| idle_for >= idle)
                    && matches!(self.machine.state(), State::Ready { .. })
                {
                    self.happened(Event::Stop(Why::Idle));
                }
            }
            Err(instead) if now.saturating_sub(self.well) >= self.spec.deadlines.unwell => {
                self.happened(Event::Unwell(Fault::NotAnswering { instead }));
            }
            Err(_) => {}
        }
    }

    fn publish(&self) {
        let report = Report {
            phase: Phase::of(&self.machine, &self.clock),
            pid: self.process.as_ref().map(|process| process.child.pid()),
            port: self.port,
            restarts: self.machine.restarts(),
            trouble: self.trouble.clone(),
            saying: self.log.last_lines().pop().filter(|_| self.is_starting()),
            numbers: self.numbers,
        };
        self.publish.send_if_modified(|published| {
            let differs = *published != report;
            if differs {
                *published = report;
            }
            differs
        });
    }

    fn obituary(&self) -> String {
        match Phase::of(&self.machine, &self.clock) {
            Phase::Stopped { why: Why::Idle, .. } => {
                "stopped: nothing was asked of it for a long time".to_owned()
            }
            Phase::Stopped { why: Why::Elsewhere, .. } => {
                "stopped: somebody else asked it to, over HTTP or by a signal".to_owned()
            }
            Phase::Stopped { .. } => "stopped".to_owned(),
            _ => "given up".to_owned(),
        }
    }
}

/// What a server counted lately.
#[derive(Debug, Default)]
struct Samples {
    total: Counts,
    /// When how many images were answered.
    images: Vec<(Duration, u64)>,
}

impl Samples {
    /// Whether anything was asked of the server since the last look.
    fn take(&mut self, now: Duration, counts: Counts) -> bool {
        let active = counts.in_hand > 0 || counts != self.total && counts.requests != self.total.requests;
        self.total = counts;
        self.images.retain(|(at, _)| now.saturating_sub(*at) <= RATE_WINDOW);
        self.images.push((now, counts.images));
        active
    }

    fn rate(&self) -> Option<f64> {
        let ((from, few), (to, many)) = (self.images.first()?, self.images.last()?);
        let seconds = to.saturating_sub(*from).as_secs_f64();
        (seconds > 0.0).then(|| many.saturating_sub(*few) as f64 / seconds)
    }
}

async fn next_event(process: &mut Option<Running>) -> Option<ChildEvent> {
    match process {
        Some(process) => process.events.recv().await,
        None => pending().await,
    }
}

/// The value of a task that was started; `None` when it broke down.
async fn finished<T>(task: &mut Option<JoinHandle<T>>) -> Option<T> {
    match task {
        Some(task) => task.await.ok(),
        None => pending().await,
    }
}

async fn wait_until(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => pending().await,
    }
}
