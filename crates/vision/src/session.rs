//! A network that is ready to compute, whichever engine does it.
//!
//! Two engines stand behind [`Session`]: ONNX Runtime, when its shared library is found, and one that is
//! always inside the program. Only the files below this one name an engine's crate.
//!
//! The same bytes in give the same numbers out: a session's arithmetic does not depend on what it computed
//! before. Between engines the numbers agree to about 1e-4 of their size.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use biowatch_contract::EngineInfo;
use thiserror::Error;

use crate::cancel::Cancel;

mod built_in;
mod cache;
mod cuts;
mod device;
mod library;
mod onnxruntime;

pub use cache::{DATA_FILE, GraphCache};
pub use device::{Device, Precision};
pub use library::{EngineReport, Libraries, LibraryError, probe};

/// What to compute: an ONNX graph with one `f32` input and `f32` outputs.
pub enum Graph<'a> {
    /// The whole graph in memory, weights inside.
    Bytes(Vec<u8>),
    /// An ONNX file. Its weights may lie in a file beside it.
    File(PathBuf),
    /// A graph that is written only when no cache entry serves. It may be asked for more than once.
    Lazy(GraphWriter<'a>),
}

/// Writes a graph to the first sink. Weights may go to the second: there they must be named as external
/// data of the file [`DATA_FILE`], and start at multiples of 64 bytes.
pub type GraphWriter<'a> = Box<dyn Fn(&mut dyn Write, &mut dyn Write) -> io::Result<()> + 'a>;

/// Which engine is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// ONNX Runtime when its library loads, else the built-in engine, with the reason.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// The engine inside the program.
    BuiltIn,
}

/// How to open a session. The default is: any engine, best device, `f32`, all cores, no cache, no library.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// The engine that is wanted.
    pub engine: EngineChoice,
    /// Where ONNX Runtime's library may lie.
    pub libraries: Libraries,
    /// The device that is wanted.
    pub device: Device,
    /// The arithmetic that is wanted.
    pub precision: Precision,
    /// Compute threads; by default as many as the system lets this process use.
    pub threads: Option<NonZeroUsize>,
    /// Where prepared graphs are kept; `None` keeps nothing. Worth it from some tens of megabytes on.
    pub cache: Option<GraphCache>,
}

impl SessionOptions {
    fn thread_count(&self) -> usize {
        let available = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(available, NonZeroUsize::get)
    }
}

/// One input tensor, row-major.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Extents, outermost first, as the graph declares its input.
    pub shape: &'a [usize],
    /// As many values as `shape` spans.
    pub data: &'a [f32],
}

/// One output tensor, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The name the graph gives it.
    pub name: String,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
    /// As many values as `shape` spans.
    pub data: Vec<f32>,
}

/// Why no session could be opened.
#[derive(Debug, Error)]
pub enum OpenSessionError {
    /// ONNX Runtime was asked for and cannot be had.
    #[error("ONNX Runtime cannot be used: {0}")]
    Library(#[source] LibraryError),
    /// The device is not among those the engine offers.
    #[error("the device {wanted} is not offered by {engine}, which has: {offered}")]
    Device {
        /// What was asked for.
        wanted: Device,
        /// The engine and its version.
        engine: String,
        /// The names that would work.
        offered: String,
    },
    /// The device is offered but could not be started.
    #[error("the device {device} cannot be started: {reason}")]
    StartDevice {
        /// What was asked for.
        device: Device,
        /// The engine's words.
        reason: String,
    },
    /// The arithmetic is not offered.
    #[error("the precision {0} is not offered: only f32 gives the reference's answers")]
    Precision(Precision),
    /// The graph could not be written.
    #[error("the network cannot be written")]
    Write(#[source] io::Error),
    /// The engine does not take the graph.
    #[error("{engine} does not accept the network: {reason}")]
    Graph {
        /// Which engine refused.
        engine: &'static str,
        /// The engine's words.
        reason: String,
    },
    /// The graph has not exactly one input, or an input or output that is not `f32`.
    #[error("the network has {0}, expected one f32 input and f32 outputs")]
    Signature(String),
}

/// Why an inference gave no answer. The session can be used again after any of them.
#[derive(Debug, Error)]
pub enum RunError {
    /// [`Cancel::cancel`] was called.
    #[error("the inference was cancelled")]
    Cancelled,
    /// The input is not what the graph declares.
    #[error("the network takes an input of shape {expected}, got {got}")]
    Shape {
        /// The declared extents, `?` where any will do.
        expected: String,
        /// The extents or the number of values given.
        got: String,
    },
    /// The engine failed.
    #[error("{engine} failed: {reason}")]
    Engine {
        /// Which engine.
        engine: &'static str,
        /// The engine's words.
        reason: String,
    },
}

/// A network, loaded. One thread uses it at a time.
pub struct Session {
    engine: Engine,
    info: EngineInfo,
    input: Vec<Option<usize>>,
}

enum Engine {
    OnnxRuntime(onnxruntime::OnnxRuntime),
    BuiltIn(Box<built_in::BuiltIn>),
}

impl Session {
    /// Loads `graph` into the engine that `options` ask for.
    ///
    /// With [`EngineChoice::Auto`] a library that is missing or does not load is no error: the built-in
    /// engine is used and [`engine`](Self::engine) says why. A choice made by name is kept or refused.
    pub fn open(graph: Graph<'_>, options: &SessionOptions) -> Result<Self, OpenSessionError> {
        if options.precision != Precision::F32 {
            return Err(OpenSessionError::Precision(options.precision));
        }
        match options.engine {
            EngineChoice::BuiltIn => Self::built_in(graph, options, "asked for by name".to_owned()),
            EngineChoice::OnnxRuntime => {
                let runtime = library::load(&options.libraries).map_err(OpenSessionError::Library)?;
                Self::onnxruntime(runtime, graph, options)
            }
            EngineChoice::Auto => match library::load(&options.libraries) {
                Ok(runtime) => Self::onnxruntime(runtime, graph, options),
                Err(reason) if options.libraries.is_by_name() => Err(OpenSessionError::Library(reason)),
                Err(reason) => {
                    library::advise_once(&reason);
                    Self::built_in(graph, options, format!("ONNX Runtime cannot be used: {reason}"))
                }
            },
        }
    }

    fn onnxruntime(
        runtime: &'static library::Runtime,
        graph: Graph<'_>,
        options: &SessionOptions,
    ) -> Result<Self, OpenSessionError> {
        let (engine, device, why) = onnxruntime::OnnxRuntime::open(runtime, graph, options)?;
        let info = EngineInfo {
            name: "onnxruntime".to_owned(),
            version: runtime.version.clone(),
            device,
            precision: options.precision.to_string(),
            threads: options.thread_count(),
            why,
        };
        Ok(Self { input: engine.input_shape(), engine: Engine::OnnxRuntime(engine), info })
    }

    fn built_in(graph: Graph<'_>, options: &SessionOptions, why: String) -> Result<Self, OpenSessionError> {
        if !matches!(options.device, Device::Auto | Device::Cpu) {
            return Err(OpenSessionError::Device {
                wanted: options.device,
                engine: "the built-in engine".to_owned(),
                offered: format!("cpu ({why})"),
            });
        }
        let engine = built_in::BuiltIn::open(graph, options)?;
        let info = EngineInfo {
            name: "built-in".to_owned(),
            version: built_in::VERSION.to_owned(),
            device: "cpu".to_owned(),
            precision: options.precision.to_string(),
            threads: options.thread_count(),
            why,
        };
        Ok(Self { input: engine.input_shape(), engine: Engine::BuiltIn(Box::new(engine)), info })
    }

    /// Computes every output for `input`, in the graph's order.
    ///
    /// Blocks until done or until `cancel` is raised, which is felt within a fraction of a second on a
    /// network that takes many.
    pub fn run(&mut self, input: Input<'_>, cancel: &Cancel) -> Result<Vec<Output>, RunError> {
        self.check(&input)?;
        if cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        match &mut self.engine {
            Engine::OnnxRuntime(engine) => engine.run(input, cancel),
            Engine::BuiltIn(engine) => engine.run(input, cancel),
        }
    }

    /// What computes, where, and why that was chosen.
    pub fn engine(&self) -> &EngineInfo {
        &self.info
    }

    /// Extents of the input as the graph declares them, outermost first; `None` where any will do.
    pub fn input_shape(&self) -> &[Option<usize>] {
        &self.input
    }

    fn check(&self, input: &Input<'_>) -> Result<(), RunError> {
        let fits = input.shape.len() == self.input.len()
            && input.shape.iter().zip(&self.input).all(|(got, want)| want.is_none_or(|want| want == *got));
        let span = input.shape.iter().try_fold(1_usize, |span, extent| span.checked_mul(*extent));
        let got = if !fits {
            format!("{:?}", input.shape)
        } else if span != Some(input.data.len()) || input.data.is_empty() {
            format!("{:?} with {} values", input.shape, input.data.len())
        } else {
            return Ok(());
        };
        let extents: Vec<_> = self
            .input
            .iter()
            .map(|extent| extent.map_or("?".to_owned(), |extent| extent.to_string()))
            .collect();
        Err(RunError::Shape { expected: format!("[{}]", extents.join(", ")), got })
    }
}
