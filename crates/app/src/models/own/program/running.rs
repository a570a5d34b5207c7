//! A program that predicts: started, asked for rows, stopped.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use biowatch_contract::manifest::Server;
use biowatch_contract::prediction::{ErrorRow, ForeignRow};
use biowatch_contract::{Instance, Prediction};
use serde_json::json;

use super::child::Process;
use super::http::{Answer, Request, ask};
use crate::exit::{Exit, Failure};

/// Photos of one request: few, so that a program that dies costs few.
const BATCH: usize = 5;
/// How long a program may be silent over a row.
const ROW: Duration = Duration::from_secs(600);
/// How long a short question may take.
const SHORT: Duration = Duration::from_secs(2);
/// How long a program takes to be gone once its connections are.
const DYING: Duration = Duration::from_secs(1);
/// Between two questions whether it is ready.
const PAUSE: Duration = Duration::from_millis(100);

/// A program that is ready. Dropping it ends it.
pub(crate) struct Running {
    process: Option<Process>,
    port: u16,
    key: String,
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
        let port = super::free_port()?;
        let key = key();
        let mut command = through_this_program(folder, port)?;
        // This process is the program's one client and has no other key.
        command.env("LIT_SHUTDOWN_API_KEY", &key).env_remove("LIT_SERVER_API_KEY");
        let process = Process::start(command)?;
        let mut running = Self { process: Some(process), port, key, version: version.to_owned() };
        say(&format!("starting the model's program on port {port}"));
        running.wait_until_ready(server.ready_within)?;
        Ok(running)
    }

    /// The model's version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    fn wait_until_ready(&mut self, patience: Duration) -> Result<(), Failure> {
        let until = Instant::now() + patience;
        let request = Request { method: "GET", path: "/health", key: None, body: b"", patience: SHORT };
        loop {
            if ask(self.port, &request).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if let Some(status) = self.process.as_mut().and_then(Process::ended) {
                let text = format!("the model's program ended before it was ready ({status})");
                return Err(Failure::message(Exit::ModelRefused, text)
                    .hint("what it printed is above; try its `server.command` by hand"));
            }
            if Instant::now() >= until {
                let text = format!("the model's program was not ready within {} seconds", patience.as_secs());
                return Err(Failure::message(Exit::ModelRefused, text).hint(
                    "it must answer `GET /health` with 200 at the port it is given; `server.ready_seconds` in the \
                     manifest gives it more time",
                ));
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
        let request = Request { method: "POST", path: "/predict", key: None, body: &body, patience: ROW };
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
        let gone = self.process.as_mut().and_then(|process| process.ends_within(patience));
        if let Some(status) = gone {
            end = format!("it ended ({status})");
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
            Some(status) => {
                let text = format!("the model's program ended in the middle of the work ({status})");
                Err(Failure::message(Exit::EngineDied, text)
                    .hint("what it printed is above; run again to go on"))
            }
            None => Ok(ControlFlow::Continue(())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(process) = self.process.take() else { return };
        let key = Some(self.key.as_str());
        let request = Request { method: "POST", path: "/shutdown", key, body: b"", patience: SHORT };
        let _ = ask(self.port, &request);
        process.finish();
    }
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

/// This program again, which becomes the model's and ends with its parent where the system has such a thing.
fn through_this_program(folder: &Path, port: u16) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let parent = std::process::id().to_string();
    command.arg("models").arg("run-program").arg(folder).arg(port.to_string()).arg(parent);
    Ok(command)
}

/// A key that others on this machine cannot guess.
fn key() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}
