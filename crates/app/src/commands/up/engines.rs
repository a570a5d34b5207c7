//! What computes here. Asked of a process of its own: a library that breaks down takes that one with it.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use biowatch_api::{EngineFacts, EngineState, Facts, Ffmpeg};

use crate::commands::engine_list::Listed;
use crate::data_folder::DataFolder;
use crate::models;

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(30);

/// Looks, and remembers for a while.
pub(super) struct Look {
    data: DataFolder,
    ffmpeg: Option<PathBuf>,
    seen: Mutex<Option<(Instant, Facts)>>,
}

impl Look {
    pub(super) fn new(data: DataFolder, ffmpeg: Option<PathBuf>) -> Self {
        Self { data, ffmpeg, seen: Mutex::default() }
    }

    /// One look at a time: whoever comes meanwhile gets the same answer.
    pub(super) fn facts(&self) -> Facts {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, facts)) = &*seen
            && at.elapsed() < FRESH
        {
            return facts.clone();
        }
        let facts = Facts { engines: self.engines(), ffmpeg: self.decoder() };
        *seen = Some((Instant::now(), facts.clone()));
        facts
    }

    fn engines(&self) -> Vec<EngineFacts> {
        let listed = self.ask().unwrap_or_default();
        let mut engines: Vec<_> = listed.iter().map(facts).collect();
        if listed.iter().all(|engine| engine.name != "onnxruntime") {
            engines.push(EngineFacts {
                id: "onnxruntime".to_owned(),
                title: "ONNX Runtime".to_owned(),
                state: EngineState::Missing,
                device: None,
                reason: "not installed; models run without it, slower".to_owned(),
                hint: Some("`biowatch engine install` installs it".to_owned()),
            });
        }
        engines
    }

    fn ask(&self) -> Option<Vec<Listed>> {
        let mut command = Command::new(env::current_exe().ok()?);
        command.arg("--data-dir").arg(self.data.root()).args(["--log", "error", "engine", "list", "--json"]);
        let answer = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        serde_json::from_slice(&answer.stdout).ok()
    }

    fn decoder(&self) -> Ffmpeg {
        match models::decoder(self.ffmpeg.clone()) {
            Ok(tools) => Ffmpeg { found: true, version: Some(tools.version().to_owned()) },
            Err(_) => Ffmpeg::default(),
        }
    }
}

fn facts(listed: &Listed) -> EngineFacts {
    let name = if listed.name == "onnxruntime" { "ONNX Runtime" } else { "Built-in engine" };
    let version = listed.version.as_deref().unwrap_or_default();
    EngineFacts {
        id: listed.name.clone(),
        title: format!("{name} {version}").trim_end().to_owned(),
        state: match (listed.chosen, &listed.version) {
            (true, _) => EngineState::InUse,
            (false, Some(_)) => EngineState::Available,
            (false, None) => EngineState::Missing,
        },
        device: Some(listed.devices.join(", ")).filter(|devices| !devices.is_empty()),
        reason: listed.why.clone(),
        hint: listed.version.is_none().then(|| "`biowatch engine install` installs one that fits".to_owned()),
    }
}
