//! What is started, as a value that lies in the server's folder: the keeper reads it, and `restart` does.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use biowatch_supervisor::machine::Budget;
use biowatch_supervisor::registry::{About, ServerFolder};
use biowatch_supervisor::{Deadlines, Key, LogFiles, LogTo, PortFrom, Spec, Word};
use serde::{Deserialize, Serialize};

use super::options::Options;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::model_files::Files;

/// Where the model is, among what tells servers apart.
pub(super) const PLACE: &str = "model";

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
    /// Everything in which two servers can differ.
    pub(crate) fn identity(
        place: &std::path::Path,
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

    /// For the keeper, which works in `folder`.
    pub(crate) fn spec(&self, folder: &ServerFolder, environment: &Environment) -> io::Result<Spec> {
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
            folder: Some(folder.path().to_owned()),
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
            log: LogTo::Files(LogFiles::at(folder.log())),
            alone: true,
        })
    }
}

/// The one path that means all of a model's files.
pub(crate) fn place(files: &Files) -> PathBuf {
    let folder = |file: &PathBuf| file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let place = match files {
        Files::SpeciesNet(folder) | Files::Own(folder) => folder.clone(),
        Files::DeepFaune(files) => folder(&files.classifier),
        Files::Manas(files) => folder(&files.classifier),
        Files::MegaDetector(files) => files.detector.clone(),
    };
    super::options::whole(&place)
}
