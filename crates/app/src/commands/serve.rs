//! `biowatch serve`, and the script form: the model server.

use std::fmt;

use biowatch_contract::info::{CpuName, Device};
use biowatch_contract::ready::Ready;
use biowatch_serve::{BindError, LoadError, Model, Outcome, Server};

use biowatch_supervisor::lifeline;
use biowatch_vision::cancel::Cancel;

use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::model_files::Files;
use crate::models::{self, own};
use crate::printer::Printer;
use crate::script;
use crate::servers::{self, Owner};
use crate::settings::{ModelSettings, ServeSettings};

/// The lines with which the Python server begins. Nobody to read them is no failure.
pub(crate) fn announce(model: script::Model, flags: &script::Flags, printer: Printer) {
    let _ = printer.line(&format!("[STARTUP] Starting {} LitServer...", model.title()));
    if model == script::Model::SpeciesNet {
        let country = flags.country.as_deref().unwrap_or("None");
        let _ = printer.line(&format!("SpeciesNet API server initialized with country: {country}"));
    }
}

/// Ties this process to `parent`, which holds the other end of our stdin: it ends when that one does.
pub(crate) fn hang_on(parent: u32) -> Result<(), Failure> {
    lifeline::die_with(parent)?;
    lifeline::take_children_along()?;
    lifeline::watch(leave)?;
    Ok(())
}

#[expect(clippy::exit, reason = "whoever wanted the server is gone: nothing is worth finishing")]
fn leave() {
    std::process::exit(Exit::Interrupted.code().into());
}

/// Binds, loads, answers until told to stop. The ready line goes to stdout, everything else to the log.
pub(crate) fn run(settings: ServeSettings, printer: Printer) -> Result<Exit, Failure> {
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
    let files = settings.model.source.find(&settings.model.data)?;
    files.check(&settings.model)?;
    if let Files::Own(folder) = &files
        && let Some(program) = own::Opened::open(folder, &settings.model)?.server()
    {
        let port =
            if settings.server.port == 0 { biowatch_supervisor::free_port()? } else { settings.server.port };
        tracing::info!("the model's program takes over on port {port}");
        return own::program::become_it(program, folder, port);
    }
    let server = Server::bind(settings.server).map_err(|error| cannot_bind(error, &settings.model.data))?;
    let load =
        Box::new(move || load(&files, &settings.model).map_err(|failure| LoadError::from(Unloaded(failure))));
    let ready = Box::new(move |ready: &Ready| {
        let line = serde_json::to_string(ready).unwrap_or_default();
        if let Err(error) = printer.line(&line) {
            tracing::warn!("nobody reads the ready line: {error}");
        }
    });
    match server.run(load, ready) {
        Outcome::Stopped => Ok(Exit::Done),
        Outcome::Killed => Ok(Exit::Interrupted),
        Outcome::LoadFailed(error) => Err(match error.downcast::<Unloaded>() {
            Ok(unloaded) => unloaded.0,
            Err(error) => Failure::new(Exit::Failed, anyhow::anyhow!(error)),
        }),
        Outcome::EngineDied => Err(Failure::message(Exit::EngineDied, "the model stopped working").hint(
            "the log above says what it was doing; please report it with the output of `biowatch doctor`",
        )),
        Outcome::NotStarted(error) => Err(Failure::new(Exit::Failed, error)),
    }
}

fn load(files: &Files, settings: &ModelSettings) -> Result<Model, Failure> {
    let mut pipeline = files.clone().open(settings)?.load(&|text| tracing::info!("{text}"))?;
    let engine = pipeline.engine().clone();
    Ok(Model {
        info: models::info(files, &pipeline, settings),
        devices: vec![device(&engine.device)],
        engine,
        predict: Box::new(move |instances, token, emit| {
            let cancel = Cancel::default();
            let raised = cancel.clone();
            token.on_cancel(move || raised.cancel());
            pipeline.predict(instances.into_iter(), &cancel, emit);
        }),
    })
}

/// LitServe's way to write a device.
fn device(name: &str) -> Device {
    match name {
        "cpu" => Device::Cpu(CpuName::Cpu),
        gpu => Device::Gpu([gpu.to_owned()]),
    }
}

fn cannot_bind(error: BindError, data: &DataFolder) -> Failure {
    match &error {
        BindError::PortInUse { host, port } => {
            let owner = Owner::of(*port, &servers::registry(data).list());
            let by = owner.as_ref().map(|owner| format!(" by {}", owner.words())).unwrap_or_default();
            let remedy = owner.map_or("try again".to_owned(), |owner| owner.remedy());
            Failure::message(Exit::PortInUse, format!("port {port} of {host} is in use{by}"))
                .hint(format!("{remedy}, or give another `--port` (0 takes a free one)"))
        }
        BindError::Listen { .. } => Failure::new(Exit::PortInUse, error)
            .hint("give another `--port`; those below 1024 are for administrators on most systems"),
        BindError::NotAnAddress(_) | BindError::NotAPath(_) => Failure::new(Exit::Usage, error),
        BindError::Runtime(_) => Failure::new(Exit::Failed, error),
    }
}

/// A failure on its way through the server, which knows nothing of exit codes.
struct Unloaded(Failure);

impl fmt::Debug for Unloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Unloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.error.fmt(f)
    }
}

impl std::error::Error for Unloaded {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.error.source()
    }
}
