//! A program that predicts: started, asked for rows, stopped.

use std::collections::HashSet;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use biowatch_contract::manifest::Server;
use biowatch_contract::prediction::{ErrorRow, ForeignRow};
use biowatch_contract::{Instance, Prediction};
use biowatch_supervisor::fault::Fault;
use biowatch_supervisor::http::{Answer, Request, ask};
use biowatch_supervisor::machine::Budget;
use biowatch_supervisor::{Deadlines, Key, LogTo, Phase, PortFrom, Spec, Word};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::servers::Attended;

/// Photos of one request: few, so that a program that dies costs few.
const BATCH: usize = 5;
/// How long a program may be silent over a row.
const ROW: Duration = Duration::from_secs(600);
/// How long a program takes to be gone once its connections are.
const DYING: Duration = Duration::from_secs(1);
/// Between two looks at what is known of it.
const PAUSE: Duration = Duration::from_millis(10);
/// How long it may take to end when it is asked over HTTP, and when it is sent a signal.
const ASKED: Duration = Duration::from_secs(5);
const SIGNALLED: Duration = Duration::from_secs(3);
/// How often it is asked whether it is well, once it is ready: its answers to photos tell more.
const LOOK: Duration = Duration::from_secs(600);

/// A program that is ready. Dropping it ends it.
pub(crate) struct Running {
    server: Attended,
    port: u16,
    version: String,
}

impl Running {
    /// Starts the program of the model in `folder` and waits until it is ready. `say` hears what goes on.
    pub(crate) fn start(
        server: &Server,
        folder: &Path,
        version: &str,
        say: &dyn Fn(&str),
    ) -> Result<Self, Failure> {
        super::command(server, folder, 0)?;
        let server = Attended::start(spec(server, folder)?)?;
        let mut running = Self { server, port: 0, version: version.to_owned() };
        running.wait_until_ready(say)?;
        Ok(running)
    }

    /// The model's version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    fn wait_until_ready(&mut self, say: &dyn Fn(&str)) -> Result<(), Failure> {
        let mut told = None;
        loop {
            let report = self.server.report();
            if let Some(port) = report.port.filter(|port| Some(*port) != told) {
                say(&format!("starting the model's program on port {port}"));
                told = Some(port);
            }
            match (report.phase, report.port) {
                (Phase::Ready { .. }, Some(port)) => {
                    self.port = port;
                    return Ok(());
                }
                (Phase::Failed { fault, .. }, _) => return Err(not_ready(&fault)),
                _ => thread::sleep(PAUSE),
            }
        }
    }

    /// How it ended, if it does so in time.
    fn ends_within(&self, patience: Duration) -> Option<Fault> {
        let until = Instant::now() + patience;
        loop {
            if let Phase::Failed { fault, .. } = self.server.report().phase {
                return Some(fault);
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Hands rows to `emit`, in order, until it breaks. A file without a row gets one that says so. Fails when the
    /// program is gone.
    pub(crate) fn predict(
        &mut self,
        instances: impl Iterator<Item = Instance>,
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        let mut instances = instances.peekable();
        while instances.peek().is_some() {
            let batch: Vec<Instance> = instances.by_ref().take(BATCH).collect();
            if self.batch(&batch, emit)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn batch(
        &mut self,
        batch: &[Instance],
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Failure> {
        let item =
            |instance: &Instance| json!({"filepath": instance.filepath, "sample_fps": instance.sample_fps});
        let body = json!({"instances": batch.iter().map(item).collect::<Vec<_>>()}).to_string().into_bytes();
        let request =
            Request { method: "POST", path: "/predict", key: None, body: &body, patience: ROW, whole: None };
        let mut answered = HashSet::new();
        let mut cut = false;
        let mut end = match ask(self.port, &request) {
            Ok(answer) if answer.status == 200 => {
                let mut each = |row: ForeignRow| {
                    answered.insert(row.filepath().to_owned());
                    emit(Prediction::Foreign(row))
                };
                match rows(answer, &mut each) {
                    Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                    Ok(ControlFlow::Continue(())) => "it gave no row for the file".to_owned(),
                    Err(error) => {
                        cut = true;
                        error.to_string()
                    }
                }
            }
            Ok(answer) => format!("it answered with status {}", answer.status),
            Err(error) => {
                cut = true;
                error.to_string()
            }
        };
        // A program that dies closes its connections before it is gone.
        let patience = if cut { DYING } else { Duration::ZERO };
        let gone = self.ends_within(patience);
        if let Some(fault) = &gone {
            end = fault.to_string();
        }
        for instance in batch {
            if answered.contains(&instance.filepath) {
                continue;
            }
            let row = ErrorRow {
                filepath: instance.filepath.clone(),
                error: format!("Inference failed: {}", instance.filepath),
                model_version: self.version.clone(),
                reason: Some(format!("the model's program: {end}")),
            };
            if emit(Prediction::Error(row)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        match gone {
            Some(fault) => {
                let text = format!("the model's program ended in the middle of the work: {fault}");
                Err(Failure::message(Exit::EngineDied, text)
                    .hint("what it printed is above; run again to go on"))
            }
            None => Ok(ControlFlow::Continue(())),
        }
    }
}

/// This program again, as the guard of the model's: what it prints goes to stderr, for stdout is for rows.
fn spec(server: &Server, folder: &Path) -> io::Result<Spec> {
    let arguments = ["models", "run-program"].map(Word::from).into_iter();
    let usual = Deadlines::with_ready(server.ready_within);
    let deadlines = Deadlines { ask: ASKED, terminate: SIGNALLED, look: LOOK, ..usual };
    Ok(Spec {
        program: std::env::current_exe()?,
        arguments: arguments.chain([folder.into(), Word::Port, Word::Parent]).collect(),
        environment: Vec::new(),
        folder: None,
        port: 0,
        port_from: PortFrom::Us,
        guarded: true,
        // This process is the program's one client and has no other key.
        shutdown_key: Key::random()?,
        api_key: None,
        deadlines,
        budget: Budget { starts: 1, restarts: 0, ..Budget::default() },
        final_codes: Vec::new(),
        idle: None,
        log: LogTo::Stderr,
        alone: false,
    })
}

fn not_ready(fault: &Fault) -> Failure {
    let (text, hint) = match fault {
        Fault::NotReady { seconds } => (
            format!("the model's program was not ready within {seconds} seconds"),
            "it must answer `GET /health` with 200 at the port it is given; `server.ready_seconds` in the manifest \
             gives it more time",
        ),
        Fault::Ended { exit, .. } => (
            format!("the model's program ended before it was ready ({exit})"),
            "what it printed is above; try its `server.command` by hand",
        ),
        other => (format!("the model's program: {other}"), "try its `server.command` by hand"),
    };
    Failure::message(Exit::ModelRefused, text).hint(hint)
}

/// Every row of an answer.
fn rows(
    mut answer: Answer,
    each: &mut dyn FnMut(ForeignRow) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    while let Some(line) = answer.next_line()? {
        if line.is_empty() {
            continue;
        }
        let found = ForeignRow::from_line(&line).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("a line is no row: {error}"))
        })?;
        for row in found {
            if each(row).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
