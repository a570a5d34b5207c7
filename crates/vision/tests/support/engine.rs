//! The two engines, and networks on them.

use std::path::Path;

use biowatch_vision::session::{EngineChoice, Graph, Libraries, Session, SessionOptions};
use biowatch_weights::{Checkpoint, Head, Limits, build};
use libtest_mimic::Trial;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    BuiltIn,
    OnnxRuntime,
}

pub(crate) const ENGINES: [Engine; 2] = [Engine::BuiltIn, Engine::OnnxRuntime];

impl Engine {
    pub(crate) fn options(self) -> SessionOptions {
        let (engine, named) = match self {
            Self::BuiltIn => (EngineChoice::BuiltIn, None),
            Self::OnnxRuntime => (EngineChoice::OnnxRuntime, library().map(Into::into)),
        };
        let libraries = Libraries { named, ..Libraries::default() };
        SessionOptions { engine, libraries, ..SessionOptions::default() }
    }

    /// The trial, ignored with the reason where the engine's library is absent.
    pub(crate) fn needed_by(self, trial: Trial) -> Trial {
        match self {
            Self::OnnxRuntime if library().is_none() => {
                trial.with_kind("BIOWATCH_ONNXRUNTIME names no library").with_ignored_flag(true)
            }
            _ => trial,
        }
    }
}

fn library() -> Option<std::ffi::OsString> {
    std::env::var_os("BIOWATCH_ONNXRUNTIME")
}

/// The network of a checkpoint.
pub(crate) fn open(checkpoint: &Path, engine: Engine) -> (Session, Head) {
    let checkpoint = Checkpoint::open(checkpoint, &Limits::default()).unwrap();
    let network = build(&checkpoint).unwrap();
    let session = Session::open(Graph::Bytes(network.to_onnx().unwrap()), &engine.options()).unwrap();
    (session, network.head)
}
