//! From a weights file to a session: read, build, and let an engine open it.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Error;
use biowatch_vision::detector_model::OpenDetectorModelError;
use biowatch_vision::session::{
    self, DATA_FILE, Graph, GraphCache, OpenSessionError, Session, SessionOptions,
};
use biowatch_weights::{BuildError, BuildOptions, Head, OpenError};
use sha2::{Digest, Sha256};

use super::weights_file::WeightsFile;
use crate::cli::EngineChoice;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::settings::ModelSettings;

/// Weights files from this size on are worth a place in the cache.
const LEAST_CACHED_BYTES: u64 = 16 << 20;

/// How to open the sessions of a model.
pub(super) fn options(settings: &ModelSettings) -> SessionOptions {
    SessionOptions {
        engine: match settings.engine.choice {
            EngineChoice::Auto => session::EngineChoice::Auto,
            EngineChoice::Onnxruntime => session::EngineChoice::OnnxRuntime,
            EngineChoice::BuiltIn => session::EngineChoice::BuiltIn,
        },
        libraries: engines::libraries(settings.engine.library.as_ref(), &settings.data),
        device: settings.engine.device,
        precision: settings.engine.precision,
        threads: settings.engine.threads,
        cache: None,
    }
}

/// Opens the network in `weights`, and tells what its outputs mean.
pub(super) fn open(
    weights: &WeightsFile,
    wanted: &BuildOptions,
    options: &SessionOptions,
    cache: Option<&Path>,
) -> Result<(Session, Head), Failure> {
    let (file, network) = (weights.path(), weights.build(wanted)?);
    let cache = cache.map(|folder| graph_cache(file, wanted, folder)).transpose()?.flatten();
    let options = SessionOptions { cache, ..options.clone() };
    let graph = Graph::Lazy(Box::new(|mut graph, mut data| {
        network.write_onnx_and_data(&mut graph, &mut data, DATA_FILE).map_err(io::Error::other)
    }));
    let session = Session::open(graph, &options).map_err(|error| cannot_open(file, error))?;
    Ok((session, network.head.clone()))
}

/// A file that is no checkpoint.
pub(super) fn cannot_read(file: &Path, error: OpenError) -> Failure {
    let hint = error.hint().unwrap_or("copy or download the file again");
    refused(file, error).hint(hint)
}

/// A checkpoint that is no network this program knows.
pub(super) fn cannot_build(file: &Path, error: BuildError) -> Failure {
    refused(file, error).hint("`biowatch weights inspect` tells what is in the file; please report it")
}

/// A network, but not the one that belongs here.
pub(super) fn another(file: &Path, expected: &str) -> Failure {
    let text = format!("`{}` holds another network: expected {expected}", file.display());
    Failure::message(Exit::ModelRefused, text).hint("check which files belong to the model")
}

/// Parts that do not make a model.
pub(super) fn do_not_fit(error: OpenDetectorModelError) -> Failure {
    Failure::new(Exit::ModelRefused, error).hint("the files belong to different models: download them again")
}

/// A thread that built a network has panicked.
pub(super) fn died() -> Failure {
    Failure::message(Exit::Failed, "building the classifier ended in a panic").hint(
        "this is a fault of the program; please report it with the output of `biowatch weights inspect`",
    )
}

pub(super) fn refused(file: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    let text = format!("`{}` cannot be used", file.display());
    Failure::new(Exit::ModelRefused, Error::new(error).context(text))
}

pub(super) fn cannot_open(file: &Path, error: OpenSessionError) -> Failure {
    match &error {
        OpenSessionError::Library(_) => Failure::new(Exit::EngineNotAvailable, error).hint(
            "`biowatch engine list` tells which engines there are; `--engine built-in` needs no library",
        ),
        OpenSessionError::Device { .. } | OpenSessionError::StartDevice { .. } => {
            Failure::new(Exit::EngineNotAvailable, error)
                .hint("leave `--device` out to use the best one that works")
        }
        OpenSessionError::Precision(_) => {
            Failure::new(Exit::EngineNotAvailable, error).hint("leave `--precision` out")
        }
        OpenSessionError::Write(_) | OpenSessionError::Graph { .. } | OpenSessionError::Signature(_) => {
            refused(file, error)
                .hint("`biowatch weights inspect` tells what is in the file; please report it")
        }
    }
}

/// A place in the cache for the content of `file`, unless it is too small to be worth one.
fn graph_cache(file: &Path, wanted: &BuildOptions, folder: &Path) -> io::Result<Option<GraphCache>> {
    let mut content = fs_err::File::open(file)?;
    if content.metadata()?.len() < LEAST_CACHED_BYTES {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = content.read(&mut buffer)?;
        let Some(bytes @ [_, ..]) = buffer.get(..count) else { break };
        hash.update(bytes);
    }
    let digest = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    // The version of this program stands for the version of what turns weights into a graph.
    let digest = format!("{digest} {} {wanted:?}", env!("CARGO_PKG_VERSION"));
    Ok(Some(GraphCache { folder: folder.to_owned(), digest }))
}
