//! What is started, as a value that lies in the server's folder: the keeper reads it, and `restart` does.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use biowatch_contract::manifest::{self, Body, Manifest};
use biowatch_supervisor::machine::Budget;
use biowatch_supervisor::registry::{About, ServerFolder};
use biowatch_supervisor::{Deadlines, Key, LogFiles, LogTo, PortFrom, Spec, Word};
use serde::{Deserialize, Serialize};

use super::options::Options;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::model_files::Files;
use crate::results::RowSettings;
use crate::settings::ModelSettings;

/// Where the model is, among what tells servers apart.
pub(super) const PLACE: &str = "model";

/// Time to load a model: the first start of a large one converts it, on a slow laptop.
const READY_SECONDS: u64 = 300;

/// Exit codes of `serve` after which it would only fail again.
const FINAL: [Exit; 6] = [
    Exit::ModelNotFound,
    Exit::ModelRefused,
    Exit::PortInUse,
    Exit::UnknownCountry,
    Exit::EngineNotAvailable,
    Exit::Usage,
];

/// A server to be started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Launch {
    /// What it is.
    pub(crate) about: About,
    /// The model's folder or file, whole.
    pub(crate) place: PathBuf,
    /// Whether the model is a program of its own.
    pub(crate) is_program: bool,
    /// As for `serve`.
    pub(crate) options: Options,
    /// 0: any.
    pub(crate) port: u16,
    /// Time to get ready.
    pub(crate) ready_seconds: u64,
    /// Stopped after so long without a request; `None`: never.
    pub(crate) idle_seconds: Option<u64>,
    /// The data folder, whole.
    pub(crate) data: PathBuf,
    /// Least important log line.
    pub(crate) log: Option<String>,
}

impl Launch {
    /// A server of `model` with `options`, and what its rows depend on. What would fail anyway, before there is a process,
    /// fails here. Never idle; the name is the model's id.
    pub(crate) fn of(
        model: &ModelSettings,
        options: Options,
        port: u16,
    ) -> Result<(Self, RowSettings), Failure> {
        let files = model.source.find(&model.data)?;
        files.check(model)?;
        let (place, id) = (place(&files), name_of(&files)?);
        let program_ready = program_ready(&files)?;
        let rows = files.open(model)?.row_settings();
        let identity = Self::identity(&place, &rows.model, &rows.model_version, port, &options);
        let about = About {
            name: id.clone(),
            model: id,
            version: Some(rows.model_version.clone()).filter(|version| !version.is_empty()),
            identity,
        };
        let launch = Self {
            about,
            place,
            is_program: program_ready.is_some(),
            options,
            port,
            ready_seconds: program_ready.map_or(READY_SECONDS, |patience| patience.as_secs()),
            idle_seconds: None,
            data: super::whole(model.data.root()),
            log: None,
        };
        Ok((launch, rows))
    }

    /// Everything in which two servers can differ.
    fn identity(
        place: &Path,
        content: &str,
        version: &str,
        port: u16,
        options: &Options,
    ) -> BTreeMap<String, String> {
        let mut identity = options.by_name();
        let place = place.canonicalize().unwrap_or_else(|_| place.to_owned());
        identity.insert(PLACE.to_owned(), place.to_string_lossy().into_owned());
        identity.insert("content".to_owned(), content.to_owned());
        identity.insert("version".to_owned(), version.to_owned());
        if port != 0 {
            identity.insert("port".to_owned(), port.to_string());
        }
        identity
    }

    /// For the keeper, which works in `folder` and looks after nothing else.
    pub(crate) fn spec(&self, folder: &ServerFolder, environment: &Environment) -> io::Result<Spec> {
        let log = LogTo::Files(LogFiles::at(folder.log()));
        Ok(Spec { folder: Some(folder.path().to_owned()), alone: true, ..self.child(environment, log)? })
    }

    /// For a process that looks after it beside its own work.
    pub(crate) fn child(&self, environment: &Environment, log: LogTo) -> io::Result<Spec> {
        let mut arguments: Vec<Word> = vec!["--data-dir".into(), self.data.clone().into()];
        if let Some(level) = &self.log {
            arguments.extend(["--log".into(), level.into()]);
        }
        if self.is_program {
            arguments.extend(["models", "run-program"].map(Word::from));
            arguments.extend([self.place.clone().into(), Word::Port, Word::Parent]);
        } else {
            arguments.extend(["serve".into(), self.place.clone().into(), "--port".into(), Word::Port]);
            arguments.extend(self.options.words().into_iter().map(Word::from));
            arguments.extend(["--lifeline".into(), Word::Parent]);
        }
        let shutdown_key = match &environment.shutdown_key {
            Some(key) => Key::new(key.reveal()),
            None => Key::random()?,
        };
        Ok(Spec {
            program: std::env::current_exe()?,
            arguments,
            environment: Vec::new(),
            folder: None,
            port: self.port,
            port_from: if self.is_program { PortFrom::Us } else { PortFrom::ReadyLine },
            guarded: self.is_program,
            shutdown_key,
            api_key: environment.api_key.as_ref().map(|key| Key::new(key.reveal())),
            deadlines: Deadlines::with_ready(Duration::from_secs(self.ready_seconds)),
            budget: Budget::default(),
            final_codes: if self.is_program {
                Vec::new()
            } else {
                FINAL.iter().map(|exit| i32::from(exit.code())).collect()
            },
            idle: self.idle_seconds.map(Duration::from_secs),
            log,
            alone: false,
        })
    }
}

/// The model's name among servers: its id.
fn name_of(files: &Files) -> Result<String, Failure> {
    let Files::Own(folder) = files else { return Ok(files.id().to_owned()) };
    Ok(read_manifest(folder)?.id)
}

/// How long the program of a model may take to get ready, where the model is one.
fn program_ready(files: &Files) -> Result<Option<Duration>, Failure> {
    let Files::Own(folder) = files else { return Ok(None) };
    match read_manifest(folder)?.body {
        Body::Server(server) => Ok(Some(server.ready_within)),
        Body::Networks(_) => Ok(None),
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, Failure> {
    let bytes = fs_err::read(folder.join(manifest::FILE_NAME))?;
    manifest::parse(&bytes).map_err(|problems| Failure::new(Exit::ModelRefused, problems))
}

/// The one path that means all of a model's files.
fn place(files: &Files) -> PathBuf {
    let folder = |file: &PathBuf| file.parent().map(Path::to_owned).unwrap_or_default();
    let place = match files {
        Files::SpeciesNet(folder) | Files::Own(folder) => folder.clone(),
        Files::DeepFaune(files) => folder(&files.classifier),
        Files::Manas(files) => folder(&files.classifier),
        Files::MegaDetector(files) => files.detector.clone(),
    };
    super::options::whole(&place)
}
