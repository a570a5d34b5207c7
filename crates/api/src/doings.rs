//! What only the program can do, as closures. Each may block and is called on a thread that may.

use std::io;
use std::path::{Path, PathBuf};

use biowatch_supervisor::Key;
use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::install::Verdict;
use biowatch_zoo::network::Network;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A closure that may block and may fail.
pub type Does<A, R> = Box<dyn Fn(&A) -> Result<R, Problem> + Send + Sync>;

/// See [`Doings::judge`].
type JudgeDoing = dyn Fn(&Path, &Cancel) -> io::Result<Verdict> + Send + Sync;

/// The closures.
pub struct Doings {
    /// Looks at engines and decoder. May take a second.
    pub facts: Box<dyn Fn() -> Facts + Send + Sync>,
    /// Whether a model opens: see [`biowatch_zoo::install::Judge`].
    pub judge: Box<JudgeDoing>,
    /// Whether a folder holds a model, as far as the names of its files tell.
    pub is_model: Box<dyn Fn(&Path) -> bool + Send + Sync>,
    /// The way out to the network.
    pub network: Box<dyn Fn() -> Result<Network, Problem> + Send + Sync>,
    /// The model that the program carries, such as `demo:1.0`.
    pub carried: &'static str,
    /// Writes the files of that model into a folder.
    pub carry: Does<Path, ()>,
    /// Starts a server that goes on without this process, or finds one that is equal; its name.
    pub start_server: Does<ServerWish, String>,
    /// Starts the server of this name again, running or not.
    pub restart_server: Does<str, ()>,
    /// The key that servers want of those who ask for predictions.
    pub server_key: Option<Key>,
    /// Puts a run into the queue of its study; the study's file and the run's id.
    pub queue_run: Does<RunWish, (PathBuf, String)>,
    /// Works on a run until it is done or stopped. The last closure is told what goes on and answers whether to go on.
    pub run: Box<RunDoing>,
    /// Writes a study in a format to a place that does not exist yet, and checks it. Told how many files are done.
    pub export: Box<ExportDoing>,
    /// A photo, or a frame of a video, as a JPEG.
    pub picture: Does<PictureWish, Vec<u8>>,
    /// Every country that a model may be told, by name.
    pub countries: Vec<Country>,
}

/// See [`Doings::run`].
type RunDoing = dyn Fn(&Path, &str, &(dyn Fn(RunTold) -> bool + Sync)) -> Result<(), Problem> + Send + Sync;

/// A picture that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureWish {
    /// The photo or video.
    pub file: PathBuf,
    /// Whether it has frames.
    pub is_video: bool,
    /// Pixels of the long side, at most; none: as large as it is.
    pub long_side: Option<u32>,
    /// What must not be recognised: left, top, width and height as shares of the sides.
    pub blur: Vec<[f64; 4]>,
}

/// See [`Doings::export`].
type ExportDoing =
    dyn Fn(&Path, &ExportWish, &Path, &mut dyn FnMut(u64)) -> Result<(), Problem> + Send + Sync;

/// An export that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportWish {
    /// As `biowatch export --format` takes it.
    pub format: String,
    /// Whether people are made unrecognisable on pictures.
    pub blur_people: bool,
    /// Whether species folders link to the files instead of holding copies.
    pub link: bool,
}

/// A server that is wanted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerWish {
    /// Such as `speciesnet:4.0.2a`.
    pub model: String,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// `auto`, `cpu`, `cuda`, ...
    pub device: Option<String>,
    /// `auto`, `onnxruntime` or `built-in`.
    pub engine: Option<String>,
}

/// Which study a run goes into.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum StudyName {
    /// One that is there.
    Id(String),
    /// One of this name; it is made where there is none.
    Name(String),
}

/// A run that is wanted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunWish {
    /// Where results go.
    pub study: StudyName,
    /// The photos and videos: an absolute path.
    pub folder: String,
    /// Such as `speciesnet:4.0.2a`.
    pub model: String,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// IANA name or offset of the cameras' clocks.
    pub time_zone: Option<String>,
    /// What the clocks are wrong by, such as `+1h`.
    pub clock_shift: Option<String>,
    /// Frames a second that are taken from videos. Default 1.
    #[schema(exclusive_minimum = 0.0)]
    pub sample_fps: Option<f64>,
    /// Least confidence of the detection that decides, 0 to 1.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub threshold: Option<f64>,
    /// A CSV that tells of deployments: an absolute path.
    pub deployments: Option<String>,
    /// `auto`, `cpu`, `cuda`, ...
    pub device: Option<String>,
    /// `auto`, `onnxruntime` or `built-in`.
    pub engine: Option<String>,
}

/// What a run tells.
#[derive(Debug, Clone, PartialEq)]
pub enum RunTold {
    /// How far it is.
    Progress(RunProgress),
    /// Something to read.
    Note(String),
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunProgress {
    /// Files that the search has found.
    pub found: u64,
    /// Files of the run so far.
    pub total: u64,
    /// Of them predicted or failed.
    pub done: u64,
    /// Of them failed.
    pub failed: u64,
    /// Whether the search goes on.
    pub is_searching: bool,
    /// Files a second, lately.
    pub rate: f64,
    /// To the end at this rate.
    pub seconds_left: Option<f64>,
    /// The folder that is searched.
    pub folder: String,
    /// The last file, and what was found on it.
    pub last: Option<(String, Option<String>)>,
    /// What the model's server does, in words.
    pub server: Option<String>,
}

/// What of the machine decides how fast and how much is predicted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The one that models get comes first.
    pub engines: Vec<EngineFacts>,
    /// What reads videos.
    pub ffmpeg: Ffmpeg,
}

/// Whether an engine computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum EngineState {
    /// Models get it unless told otherwise.
    #[serde(rename = "in use")]
    InUse,
    /// It works, and another one comes first.
    #[serde(rename = "available")]
    Available,
    /// It does not work or is not there.
    #[serde(rename = "missing")]
    Missing,
}

/// An engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Engine)]
pub struct EngineFacts {
    /// `onnxruntime` or `built-in`.
    pub id: String,
    /// Name and version for people.
    pub title: String,
    /// Whether it computes.
    pub state: EngineState,
    /// What it computes on.
    pub device: Option<String>,
    /// Where it was found, or why it cannot be used.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What reads videos.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ffmpeg {
    /// Whether it was found.
    pub found: bool,
    /// As it says.
    pub version: Option<String>,
}

/// A country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Country {
    /// ISO 3166-1 alpha-3.
    pub code: String,
    /// Its short English name.
    pub name: String,
}
