//! The seam. Below it one thread computes and may block; above it tasks wait and never compute.
//!
//! The thread loads the model, keeps it for itself (a session runs one inference at a time and wants `&mut`), takes
//! requests from the waiting room first come first served, and answers each through a bounded channel: a reader
//! that is slow slows the thread, and memory stays flat. What the thread is doing is published as a value, so
//! that `/health` never asks it.

use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use biowatch_contract::lines::to_line;
use biowatch_contract::{Instance, Prediction};
use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use crate::admission::{EnterError, Ticket, WaitingRoom};
use crate::metrics::Metrics;
use crate::model::{Load, LoadError, Model};
use crate::refusal::Refusal;
use crate::settings::MissingFiles;
use crate::{CancelToken, Predict};

/// Lines that may wait for a slow reader before the thread waits too.
const LINES_AHEAD: usize = 16;

/// What the engine's thread is doing.
#[derive(Debug, Clone)]
pub(crate) enum EngineState {
    /// The model is being loaded.
    Loading,
    /// Predictions are answered. What `/info` says of the model comes with it.
    Ready(Arc<Loaded>),
    /// The model could not be loaded; the thread's result says why.
    Failed,
    /// The waiting room was closed and the thread has ended.
    Ended,
    /// The thread panicked.
    Died,
}

/// The parts of a [`Model`] that other threads may see.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) info: biowatch_contract::info::ModelInfo,
    pub(crate) engine: biowatch_contract::EngineInfo,
    pub(crate) devices: Vec<biowatch_contract::info::Device>,
}

/// One request on its way to the thread.
pub(crate) struct Job {
    instances: Vec<Instance>,
    cancel: CancelToken,
    replies: mpsc::Sender<Reply>,
    entered: Instant,
}

/// What the thread answers. A channel that closes without [`Reply::Done`] is an answer broken off.
pub(crate) enum Reply {
    /// One row.
    Line(Line),
    /// All rows were sent.
    Done,
    /// A file does not exist and the server refuses such requests. Comes first or not at all.
    MissingFile(String),
}

/// One row as bytes.
pub(crate) struct Line {
    pub(crate) bytes: Bytes,
    /// Whether the row says that its file failed.
    pub(crate) is_error: bool,
}

/// The waiting side's hold on one request. Dropping it before [`Call::finished`] cancels the work.
pub(crate) struct Call {
    ticket: Ticket<Job>,
    /// Gone once there is nothing left to cancel.
    cancel: Option<CancelToken>,
}

impl Call {
    /// Leaves the queue; false when the thread has begun.
    pub(crate) fn withdraw(&self) -> bool {
        self.ticket.withdraw()
    }

    /// The answer has ended by itself.
    pub(crate) fn finished(mut self) {
        self.cancel = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
    }
}

/// A handle on the thread.
pub(crate) struct Engine {
    room: Arc<WaitingRoom<Job>>,
    seats: usize,
    state: watch::Receiver<EngineState>,
    stopping: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<Result<(), LoadError>>>>,
}

/// What the thread is told at start.
pub(crate) struct EngineSettings {
    /// Requests that may wait.
    pub(crate) seats: usize,
    /// What a missing file means.
    pub(crate) missing_files: MissingFiles,
}

impl Engine {
    /// Starts the thread, which begins to load.
    pub(crate) fn start(
        settings: &EngineSettings,
        load: Load,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let room = Arc::new(WaitingRoom::new(settings.seats));
        let stopping = Arc::new(AtomicBool::new(false));
        let (publish, state) = watch::channel(EngineState::Loading);
        let worker = Worker {
            room: Arc::clone(&room),
            stopping: Arc::clone(&stopping),
            missing_files: settings.missing_files,
            metrics,
        };
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || worker.live(load, &Obituary(publish)))?;
        Ok(Self { room, seats: settings.seats, state, stopping, thread: Mutex::new(Some(thread)) })
    }

    /// What the thread is doing, now and as it changes.
    pub(crate) fn state(&self) -> &watch::Receiver<EngineState> {
        &self.state
    }

    /// How many requests wait.
    pub(crate) fn waiting(&self) -> usize {
        self.room.len()
    }

    /// Hands in a request; says at once when that cannot be.
    pub(crate) fn submit(&self, instances: Vec<Instance>) -> Result<(Call, mpsc::Receiver<Reply>), Refusal> {
        let (replies, receiver) = mpsc::channel(LINES_AHEAD);
        let cancel = CancelToken::default();
        let job = Job { instances, cancel: cancel.clone(), replies, entered: Instant::now() };
        match self.room.enter(job) {
            Ok(ticket) => Ok((Call { ticket, cancel: Some(cancel) }, receiver)),
            Err(EnterError::Full) => Err(Refusal::QueueFull(self.seats)),
            Err(EnterError::Closed) => Err(self.closed()),
        }
    }

    /// Why the queue takes nobody, or why an answer never began.
    pub(crate) fn closed(&self) -> Refusal {
        let died = matches!(*self.state.borrow(), EngineState::Died);
        if self.stopping.load(Ordering::Acquire) && !died { Refusal::Stopping } else { Refusal::EngineGone }
    }

    /// Takes no more requests, sends the waiting ones away and lets the thread end after the row in hand.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.room.close();
    }

    /// Waits until the thread has let go of the model. A load that is under way is not waited for: it cannot be
    /// told to stop.
    pub(crate) async fn ended(&self) {
        let over = |state: &EngineState| !matches!(state, EngineState::Ready(_));
        // The channel closes with the thread, which is an end too.
        let _ = self.state.clone().wait_for(over).await;
    }

    /// The reason the load failed, once the state is [`EngineState::Failed`].
    pub(crate) fn load_error(&self) -> Option<LoadError> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread.and_then(|thread| thread.join().ok()).and_then(Result::err)
    }
}

/// Publishes the thread's state, and its death if it unwinds.
struct Obituary(watch::Sender<EngineState>);

impl Drop for Obituary {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.send_replace(EngineState::Died);
        }
    }
}

/// What lives on the thread, less the model.
struct Worker {
    room: Arc<WaitingRoom<Job>>,
    stopping: Arc<AtomicBool>,
    missing_files: MissingFiles,
    metrics: Arc<Metrics>,
}

impl Worker {
    fn live(self, load: Load, publish: &Obituary) -> Result<(), LoadError> {
        let began = Instant::now();
        let Model { info, engine, devices, mut predict } = match load() {
            Ok(model) => model,
            Err(error) => {
                self.room.close();
                publish.0.send_replace(EngineState::Failed);
                return Err(error);
            }
        };
        tracing::info!("model loaded in {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
        publish.0.send_replace(EngineState::Ready(Arc::new(Loaded { info, engine, devices })));
        while let Some(job) = self.room.next() {
            let answered = panic::catch_unwind(AssertUnwindSafe(|| self.answer(&mut predict, job)));
            if let Err(panic) = answered {
                publish.0.send_replace(EngineState::Died);
                self.room.close();
                panic::resume_unwind(panic);
            }
        }
        // Whoever sees the end may leave the process: nothing of the model may be alive by then.
        drop(predict);
        publish.0.send_replace(EngineState::Ended);
        Ok(())
    }

    fn answer(&self, predict: &mut Predict, job: Job) {
        let Job { instances, cancel, replies, entered } = job;
        if cancel.is_cancelled() {
            return;
        }
        self.metrics.queue_wait(entered.elapsed().as_secs_f64());
        if let Some(missing) = self.refused_file(&instances) {
            // A closed channel means that the client left: nobody to tell.
            let _ = replies.blocking_send(Reply::MissingFile(missing));
            return;
        }
        let began = Instant::now();
        let count = instances.len();
        let mut sent = 0;
        let mut broken_off = false;
        predict(instances, &cancel, &mut |row| {
            sent += 1;
            self.metrics.image();
            let delivered = !broken_off && replies.blocking_send(Reply::Line(line(&row))).is_ok();
            // With as many rows as instances the answer may be whole: the model itself knows, and returns.
            let stop = self.stopping.load(Ordering::Acquire) && sent != count;
            broken_off |= !delivered || stop || cancel.is_cancelled();
            if broken_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.metrics.inference(began.elapsed().as_secs_f64());
        if !broken_off && !cancel.is_cancelled() {
            let _ = replies.blocking_send(Reply::Done);
        }
    }

    fn refused_file(&self, instances: &[Instance]) -> Option<String> {
        match self.missing_files {
            MissingFiles::ErrorRow => None,
            MissingFiles::RefuseRequest => {
                let missing = |instance: &&Instance| !Path::new(&instance.filepath).exists();
                instances.iter().find(missing).map(|instance| instance.filepath.clone())
            }
        }
    }
}

fn line(row: &Prediction) -> Line {
    Line { bytes: to_line(row).into(), is_error: row.is_error() }
}

/// `error` and its causes, outermost first.
pub(crate) fn chain(error: &LoadError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
