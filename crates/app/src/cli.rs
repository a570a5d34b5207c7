//! What can be typed. Definitions only; `settings` makes sense of it.

mod export;
mod servers;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use biowatch_vision::session::{Device, Precision};
use clap::{Args, Parser, Subcommand, ValueEnum};

mod catalogue;
mod models;
mod network;

pub(crate) use catalogue::{Catalogue, CatalogueAdd, CatalogueList, CatalogueRemove};
pub(crate) use models::{
    Models, ModelsBundle, ModelsList, ModelsRemove, ModelsShow, ModelsTry, ModelsVerify, RunProgram,
};
pub(crate) use network::NetworkOptions;
pub(crate) use servers::{Keep, Logs, Ps, Restart, Start, Stop};
mod import;
pub(crate) mod studies;
mod up;

pub(crate) use self::export::{Export, ExportFormat};
pub(crate) use import::Import;
pub(crate) use studies::Studies;
pub(crate) use up::Up;

/// The table of `exit`, for people at a terminal.
const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed; 2 some files failed; 3 model not found; 4 model refused; 5 port in use; 6 unknown country; \
7 nothing to predict; 8 no such path; 9 results file refused; 10 engine not available; 11 engine died; 12 not fetched; 13 no such server; \
14 study not found; 15 study refused; 64 usage; \
130 interrupted.";

const KEYS: &str = "\
Keys come from the environment, never from the command line: LIT_SHUTDOWN_API_KEY opens POST /shutdown, \
LIT_SERVER_API_KEY closes everything else to clients without it.";

/// Camera-trap models without Python.
#[derive(Debug, Parser)]
#[command(name = "biowatch", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder for models, engines and caches [env: BIOWATCH_DATA_DIR]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Least important log line to show [env: BIOWATCH_LOG] [default: info for servers, else warn]
    #[arg(long, global = true, value_name = "LEVEL", value_enum)]
    pub(crate) log: Option<LogLevel>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See what this program does: a small model and 24 rendered scenes are inside it
    Demo(Demo),
    /// Open the application in the browser: studies, imports, results, models
    Up(Up),
    /// Predict photos and videos: one JSON row a photo or frame on stdout or into a file, progress on stderr
    Predict(Predict),
    /// Serve a model over HTTP, as the Python servers do
    Serve(Serve),
    /// Start a model server that goes on when this command is done, and wait until it is ready
    Start(Start),
    /// Stop a server that `start` has started: asked, then told, then killed
    Stop(Stop),
    /// Stop a server and start it again with the same options
    Restart(Restart),
    /// List the servers that `start` has started
    Ps(Ps),
    /// Print what a server wrote
    Logs(Logs),
    /// Look after one server
    #[command(hide = true)]
    Keep(Keep),
    /// Import a folder of photos and videos into a study and predict them; run again to go on
    Import(Box<Import>),
    /// Studies: list, look into, check, mend
    #[command(subcommand)]
    Studies(Studies),
    /// Write a study in a format that other programs read
    Export(Export),
    /// Say what is installed, which engine would be used and why: a report to attach
    Doctor(Doctor),
    /// Engine libraries: ONNX Runtime makes predictions faster than the built-in engine
    #[command(subcommand)]
    Engine(Engine),
    /// Look into weights files
    #[command(subcommand)]
    Weights(Weights),
    /// Models: list, install, verify, remove, carry to another machine
    #[command(subcommand)]
    Models(Models),
}

/// `biowatch demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for scenes, pictures and results [default: demo in the data folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Do not open the page in the browser
    #[arg(long, alias = "no-open")]
    pub(crate) headless: bool,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
}

/// `biowatch predict`.
#[derive(Debug, Args)]
pub(crate) struct Predict {
    #[command(flatten)]
    pub(crate) model: Model,
    /// Photos and videos, and folders to search for them (jpg, jpeg, png, tif, tiff, webp, gif, bmp; mp4, mkv, mov,
    /// webm, avi, m4v)
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the rows to FILE; run again with the same FILE to continue where it stopped
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Frames a second that are taken from videos
    #[arg(long, default_value_t = 1.0, value_name = "RATE", value_parser = sample_rate)]
    pub(crate) sample_fps: f64,
    /// No progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `biowatch serve`.
#[derive(Debug, Args)]
#[command(after_help = KEYS)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) options: ServeOptions,
    /// End when this process, which holds the other end of our stdin, ends
    #[arg(long, value_name = "PID", hide = true)]
    pub(crate) lifeline: Option<u32>,
}

/// A model server, however it is started.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) model: Model,
    /// TCP port; 0 takes a free one [default: 8000 for `serve`, which names a free one in the ready line on stdout; 0
    /// for `start`]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Address to listen on; anything but a loopback address lets the network in
    #[arg(long, default_value = "localhost", value_name = "ADDRESS")]
    pub(crate) host: String,
    /// Seconds a request may wait before its work begins
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) timeout: u64,
    /// Path of the predict call
    #[arg(long, default_value = "/predict", value_name = "PATH")]
    pub(crate) api_path: String,
    /// Requests that may wait behind the running one; one more is answered 503 [default: 128]
    #[arg(long, value_name = "REQUESTS")]
    pub(crate) max_queue: Option<usize>,
    /// Largest request body [default: 4 MiB]
    #[arg(long, value_name = "BYTES")]
    pub(crate) max_payload: Option<usize>,
    /// Name, beside loopback ones, that a request's Host may carry (may be repeated)
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) allowed_hosts: Vec<String>,
    /// Web origin, such as http://localhost:3000, that may call (may be repeated)
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub(crate) allowed_origins: Vec<String>,
    /// Let `/health` and `/` be asked without the API key of LIT_SERVER_API_KEY
    #[arg(long)]
    pub(crate) open_health: bool,
    /// What a photo that is not there costs
    #[arg(long, value_enum, default_value_t = MissingFiles::ErrorRow, value_name = "WHAT")]
    pub(crate) missing_files: MissingFiles,
}

/// A model and how to run it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Model {
    /// Folder of a model, the `.pt` of a MegaDetector, or the name of an installed model: speciesnet, deepfaune:1.3
    #[arg(value_name = "MODEL")]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) options: ModelOptions,
}

/// How to run a model.
#[derive(Debug, Clone, Args)]
pub(crate) struct ModelOptions {
    /// Country of the photos, ISO 3166-1 alpha-3, such as KEN
    #[arg(long, value_name = "CODE")]
    pub(crate) country: Option<String>,
    /// State of the photos, two letters, for USA
    #[arg(long, value_name = "CODE", requires = "country")]
    pub(crate) admin1_region: Option<String>,
    /// Do not use the package's geofence
    #[arg(long)]
    pub(crate) no_geofence: bool,
    /// One answer a photo, or one for each animal in it (SpeciesNet: format 20261015)
    #[arg(long, value_enum, default_value_t = Answers::Photo, value_name = "WHAT")]
    pub(crate) answer_per: Answers,
    /// Least confidence of the detection that decides, 0 to 1, for MegaDetector [default: 0.2; 0.3 for its release 1000]
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub(crate) threshold: Option<f64>,
    /// Let a person or vehicle that is surer than every animal decide, for DeepFaune and Manas
    #[arg(long)]
    pub(crate) strongest_box_decides: bool,
    /// Folder that holds FFmpeg's programs, which read videos [default: beside this program, then PATH]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) ffmpeg: Option<PathBuf>,
    /// Pass each frame of a video through a JPEG first, as the Python servers do
    #[arg(long)]
    pub(crate) compat_jpeg_frames: bool,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    /// Folder for converted graphs [default: cache/graphs in the data folder]
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_cache")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Neither read nor write converted graphs
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// What computes.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineOptions {
    /// Engine: ONNX Runtime where its library is found, else the built-in one
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto, value_name = "ENGINE")]
    pub(crate) engine: EngineChoice,
    /// ONNX Runtime library to load [env: BIOWATCH_ONNXRUNTIME]
    #[arg(long, value_name = "FILE")]
    pub(crate) engine_library: Option<PathBuf>,
    /// Device: auto, cpu, cuda, tensorrt, directml, coreml or openvino
    #[arg(long, default_value_t = Device::Auto)]
    pub(crate) device: Device,
    /// Arithmetic; f32 gives the reference's numbers
    #[arg(long, default_value_t = Precision::F32)]
    pub(crate) precision: Precision,
    /// Compute threads [default: the machine's cores]
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// `--engine`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineChoice {
    /// The best that is there
    Auto,
    /// ONNX Runtime, or fail
    Onnxruntime,
    /// The pure-Rust engine
    BuiltIn,
}

/// `--answer-per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answers {
    /// One answer for the whole photo: what Biowatch reads
    Photo,
    /// One answer for each detection
    Animal,
}

impl Answers {
    /// As it is typed and recorded.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Animal => "animal",
        }
    }
}

fn confidence(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// The same bounds as for a request over HTTP.
fn sample_rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    number.ok_or_else(|| "expected a number above 0".to_owned())
}

/// `--missing-files`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingFiles {
    /// An error row for it; the other photos are predicted
    ErrorRow,
    /// The whole request is refused with 400
    Refuse,
}

/// `--log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What stops something
    Error,
    /// What somebody should look at
    Warn,
    /// What happened
    Info,
    /// How it happened
    Debug,
    /// Everything
    Trace,
}

impl LogLevel {
    /// As it is typed.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// `biowatch doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show paths in full; otherwise the home folder is shown as `~`
    #[arg(long)]
    pub(crate) full_paths: bool,
    /// Try this ONNX Runtime library first [env: BIOWATCH_ONNXRUNTIME]
    #[arg(long, value_name = "FILE")]
    pub(crate) engine_library: Option<PathBuf>,
    /// Folder that holds FFmpeg's programs [default: beside this program, then PATH]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) ffmpeg: Option<PathBuf>,
}

/// `biowatch engine ...`.
#[derive(Debug, Subcommand)]
pub(crate) enum Engine {
    /// List the engines that are there, the one in use first
    List(EngineList),
    /// Install ONNX Runtime: the pinned release from the network, or a file on disk
    Install(EngineInstall),
    /// Remove an installed ONNX Runtime
    Remove(EngineRemove),
}

/// `biowatch engine list`.
#[derive(Debug, Args)]
pub(crate) struct EngineList {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Try this ONNX Runtime library first [env: BIOWATCH_ONNXRUNTIME]
    #[arg(long, value_name = "FILE")]
    pub(crate) engine_library: Option<PathBuf>,
}

/// `biowatch engine install`.
#[derive(Debug, Args)]
pub(crate) struct EngineInstall {
    /// Release archive (.tgz, .zip), Python wheel (.whl), npm package (.tgz) or the library itself, instead of a download
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// SHA-256 that the library must have, for one that this program does not know
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
    /// Install a library that this program does not know, whatever it is
    #[arg(long, conflicts_with = "sha256")]
    pub(crate) allow_unpinned: bool,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

/// `biowatch engine remove`.
#[derive(Debug, Args)]
pub(crate) struct EngineRemove {
    /// Version, as `biowatch engine list` shows it
    #[arg(value_name = "VERSION")]
    pub(crate) version: String,
}

/// `biowatch weights ...`.
#[derive(Debug, Subcommand)]
pub(crate) enum Weights {
    /// Print what a checkpoint holds, without executing any of it
    Inspect(WeightsInspect),
}

/// `biowatch weights inspect`.
#[derive(Debug, Args)]
pub(crate) struct WeightsInspect {
    /// Weights file: .pt or .safetensors
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
