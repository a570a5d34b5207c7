//! What was typed and what the environment says, merged into one struct for each command.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use biowatch_serve::{Keys, Limits};
use biowatch_vision::detector_model;
use biowatch_vision::session::{Device, Precision};
use tracing_subscriber::filter::LevelFilter;

use crate::cli::{
    Answers, Demo, EngineChoice, EngineOptions, Global, LogLevel, MissingFiles, Model, ModelOptions, Predict,
    ServeOptions,
};
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::Failure;
use crate::model_files::{Files, Source};
use crate::script;
use crate::servers::Options;

mod import;

pub(crate) use import::ImportSettings;

/// Which engine, and where to look for its library.
#[derive(Debug, Clone)]
pub(crate) struct EngineSettings {
    /// Which one is wanted.
    pub(crate) choice: EngineChoice,
    /// The library that the user named.
    pub(crate) library: Option<NamedLibrary>,
    /// Device.
    pub(crate) device: Device,
    /// Arithmetic.
    pub(crate) precision: Precision,
    /// Compute threads; `None`: as many as there are cores.
    pub(crate) threads: Option<NonZeroUsize>,
}

/// A library that the user named, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedLibrary {
    /// The file.
    pub(crate) path: PathBuf,
    /// `--engine-library` or `BIOWATCH_ONNXRUNTIME`.
    pub(crate) by: &'static str,
}

impl NamedLibrary {
    /// The flag wins over the environment.
    ///
    /// The path is made absolute: a bare file name would send the system's loader searching elsewhere.
    pub(crate) fn find(flag: Option<PathBuf>, environment: &Environment) -> Option<Self> {
        let by_flag = flag.map(|path| (path, "--engine-library"));
        let named = by_flag.or_else(|| Some((environment.onnxruntime.clone()?, "BIOWATCH_ONNXRUNTIME")));
        named.map(|(path, by)| Self { path: std::path::absolute(&path).unwrap_or(path), by })
    }
}

/// A model and how to run it.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// Which model.
    pub(crate) source: Source,
    /// Country as typed.
    pub(crate) country: Option<String>,
    /// State as typed.
    pub(crate) admin1_region: Option<String>,
    /// Whether the geofence is used.
    pub(crate) geofence: bool,
    /// One answer a photo or an animal.
    pub(crate) answer_per: Answers,
    /// Least confidence of the detection that decides, where one was typed.
    pub(crate) threshold: Option<f64>,
    /// Choices that make rows differ from the reference's.
    pub(crate) options: RowOptions,
    /// The folder of FFmpeg's programs, where one was typed.
    pub(crate) ffmpeg: Option<PathBuf>,
    /// Engine.
    pub(crate) engine: EngineSettings,
    /// Where converted graphs are kept; `None`: nowhere.
    pub(crate) cache: Option<PathBuf>,
    /// Where installed models and engines are.
    pub(crate) data: DataFolder,
}

/// Choices that make rows differ from the reference's; all off by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowOptions {
    /// `--strongest-box-decides`.
    pub(crate) strongest_box_decides: bool,
    /// `--compat-jpeg-frames`.
    pub(crate) compat_jpeg_frames: bool,
}

impl RowOptions {
    /// Those that are on, as they are typed.
    pub(crate) fn words(self) -> Vec<String> {
        let words = [
            (self.strongest_box_decides, "strongest-box-decides"),
            (self.compat_jpeg_frames, "compat-jpeg-frames"),
        ];
        words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.to_owned()).collect()
    }
}

/// `biowatch predict`.
#[derive(Debug, Clone)]
pub(crate) struct PredictSettings {
    /// The model.
    pub(crate) model: ModelSettings,
    /// Photos and folders.
    pub(crate) paths: Vec<PathBuf>,
    /// Results file; `None`: stdout.
    pub(crate) out: Option<PathBuf>,
    /// Frames a second that are taken from videos.
    pub(crate) sample_fps: f64,
    /// No progress, no summary.
    pub(crate) quiet: bool,
}

/// `biowatch demo`.
#[derive(Debug, Clone)]
pub(crate) struct DemoSettings {
    /// Where it is written.
    pub(crate) folder: PathBuf,
    /// Whether a browser may show it.
    pub(crate) open: bool,
    /// Engine, understood and as typed.
    engine: EngineSettings,
    typed_engine: EngineOptions,
    /// Where models, engines and studies are.
    pub(crate) data: DataFolder,
}

/// `biowatch serve` and the script form.
#[derive(Debug, Clone)]
pub(crate) struct ServeSettings {
    /// The model.
    pub(crate) model: ModelSettings,
    /// The server.
    pub(crate) server: biowatch_serve::Settings,
    /// Things to tell the user that are no failure.
    pub(crate) notes: Vec<String>,
}

/// The level of the log: flag, then environment, then `fallback`.
pub(crate) fn log_level(
    flag: Option<LogLevel>,
    environment: &Environment,
    fallback: LevelFilter,
) -> LevelFilter {
    match flag {
        Some(LogLevel::Error) => LevelFilter::ERROR,
        Some(LogLevel::Warn) => LevelFilter::WARN,
        Some(LogLevel::Info) => LevelFilter::INFO,
        Some(LogLevel::Debug) => LevelFilter::DEBUG,
        Some(LogLevel::Trace) => LevelFilter::TRACE,
        None => environment.log.as_deref().and_then(|level| level.parse().ok()).unwrap_or(fallback),
    }
}

impl ModelSettings {
    /// For every command that takes a model.
    pub(crate) fn resolve(typed: Model, data: DataFolder, environment: &Environment) -> Self {
        Self::named(typed.reference, typed.options, data, environment)
    }

    /// For a model whose name was typed apart from its options.
    pub(crate) fn named(
        reference: String,
        typed: ModelOptions,
        data: DataFolder,
        environment: &Environment,
    ) -> Self {
        let cache =
            if typed.no_cache { None } else { Some(typed.cache_dir.unwrap_or_else(|| data.graphs())) };
        Self {
            source: Source::Reference(reference),
            country: typed.country,
            admin1_region: typed.admin1_region,
            geofence: !typed.no_geofence,
            answer_per: typed.answer_per,
            threshold: typed.threshold,
            options: RowOptions {
                strongest_box_decides: typed.strongest_box_decides,
                compat_jpeg_frames: typed.compat_jpeg_frames,
            },
            ffmpeg: typed.ffmpeg.or_else(|| environment.ffmpeg.clone()),
            engine: EngineSettings::resolve(typed.engine, environment),
            cache,
            data,
        }
    }

    /// A model with nothing typed about it.
    pub(crate) fn plain(source: Source, data: DataFolder, environment: &Environment) -> Self {
        Self {
            source,
            country: None,
            admin1_region: None,
            geofence: true,
            answer_per: Answers::Photo,
            threshold: None,
            options: RowOptions::default(),
            ffmpeg: environment.ffmpeg.clone(),
            engine: EngineSettings::automatic(NamedLibrary::find(None, environment)),
            cache: Some(data.graphs()),
            data,
        }
    }

    /// What is done better than the reference by models that find animals first.
    pub(crate) fn detector_options(&self) -> detector_model::Options {
        detector_model::Options {
            classify_every_animal: self.answer_per == Answers::Animal,
            strongest_box_decides: self.options.strongest_box_decides,
            ..detector_model::Options::default()
        }
    }
}

impl EngineSettings {
    fn resolve(typed: EngineOptions, environment: &Environment) -> Self {
        Self {
            choice: typed.engine,
            library: NamedLibrary::find(typed.engine_library, environment),
            device: typed.device,
            precision: typed.precision,
            threads: typed.threads,
        }
    }

    /// What runs when nothing is asked for.
    pub(crate) fn automatic(library: Option<NamedLibrary>) -> Self {
        Self {
            choice: EngineChoice::Auto,
            library,
            device: Device::Auto,
            precision: Precision::F32,
            threads: None,
        }
    }
}

impl DemoSettings {
    /// The demo goes into the data folder unless another one is named.
    pub(crate) fn resolve(typed: Demo, global: Global, environment: &Environment) -> Self {
        let data = DataFolder::find(global.data_dir, environment);
        let folder = typed.folder.unwrap_or_else(|| data.root().join("demo"));
        let engine = EngineSettings::resolve(typed.engine.clone(), environment);
        Self { folder, open: !typed.headless, engine, typed_engine: typed.engine, data }
    }

    /// What its server is to be told: as [`DemoSettings::model`].
    pub(crate) fn options(&self, country: &str, environment: &Environment) -> Result<Options, Failure> {
        let plain = Options::default().model_options()?;
        let country = Some(country.to_owned());
        let typed = ModelOptions { country, engine: self.typed_engine.clone(), no_cache: true, ..plain };
        Ok(Options::of_model(&typed, environment))
    }

    /// The demo's model: nothing of it is worth a place in the cache.
    pub(crate) fn model(&self, folder: &Path, country: &str) -> ModelSettings {
        ModelSettings {
            source: Source::Files(Files::SpeciesNet(folder.to_owned())),
            country: Some(country.to_owned()),
            admin1_region: None,
            geofence: true,
            answer_per: Answers::Photo,
            threshold: None,
            options: RowOptions::default(),
            ffmpeg: None,
            engine: self.engine.clone(),
            cache: None,
            data: self.data.clone(),
        }
    }
}

impl PredictSettings {
    /// `--out -` means stdout.
    pub(crate) fn resolve(typed: Predict, global: Global, environment: &Environment) -> Self {
        let data = DataFolder::find(global.data_dir, environment);
        Self {
            model: ModelSettings::resolve(typed.model, data, environment),
            paths: typed.paths,
            sample_fps: typed.sample_fps,
            out: typed.out.filter(|out| out.as_os_str() != "-"),
            quiet: typed.quiet,
        }
    }
}

impl ServeSettings {
    /// For `biowatch serve`.
    pub(crate) fn resolve(typed: ServeOptions, global: Global, environment: &Environment) -> Self {
        let data = DataFolder::find(global.data_dir, environment);
        let defaults = biowatch_serve::Settings::default();
        let limits = Limits::default();
        let server = biowatch_serve::Settings {
            host: typed.host,
            port: typed.port.unwrap_or(defaults.port),
            api_path: typed.api_path,
            timeout: Some(Duration::from_secs(typed.timeout)),
            queue: typed.max_queue.unwrap_or(defaults.queue),
            limits: Limits { body_bytes: typed.max_payload.unwrap_or(limits.body_bytes), ..limits },
            keys: keys(environment, !typed.open_health),
            allowed_hosts: typed.allowed_hosts,
            allowed_origins: typed.allowed_origins,
            missing_files: match typed.missing_files {
                MissingFiles::ErrorRow => biowatch_serve::MissingFiles::ErrorRow,
                MissingFiles::Refuse => biowatch_serve::MissingFiles::RefuseRequest,
            },
            ..defaults
        };
        let model = ModelSettings::resolve(typed.model, data, environment);
        Self { model, server, notes: Vec::new() }
    }

    /// For `run_speciesnet_server.py` and the scripts of the other models.
    pub(crate) fn from_script(model: script::Model, flags: script::Flags, environment: &Environment) -> Self {
        let data = DataFolder::find(None, environment);
        let mut notes = Vec::new();
        if flags.workers_per_device > 1 {
            notes.push(format!(
                "--workers_per_device={}: one engine serves, and it uses all cores",
                flags.workers_per_device
            ));
        }
        if !flags.extra_fields.is_empty() {
            notes.push("--extra_fields has no effect, as in the original".to_owned());
        }
        if flags.backlog != script::Flags::of(model).backlog {
            notes.push(
                "--backlog has no effect: the number of open connections is bounded instead".to_owned(),
            );
        }
        let model = ModelSettings {
            geofence: flags.geofence,
            country: flags.country.clone(),
            ..ModelSettings::plain(script_source(model, &flags), data, environment)
        };
        let server = biowatch_serve::Settings {
            port: flags.port,
            api_path: flags.api_path,
            timeout: Some(Duration::from_secs(flags.timeout)),
            keys: keys(environment, true),
            ..biowatch_serve::Settings::default()
        };
        Self { model, server, notes }
    }
}

/// The model that a script's flags name. Required flags are there: the parser sees to it.
fn script_source(model: script::Model, flags: &script::Flags) -> Source {
    let path = |flag: &Option<String>| PathBuf::from(flag.clone().unwrap_or_default());
    let (detector, classifier) = (path(&flags.detector), path(&flags.classifier));
    match model {
        script::Model::SpeciesNet => {
            Source::Reference(flags.model.clone().unwrap_or_else(|| "speciesnet".to_owned()))
        }
        script::Model::DeepFaune => Source::Files(Files::deepfaune(detector, classifier)),
        script::Model::Manas => Source::Files(Files::manas(detector, classifier, path(&flags.classes))),
        script::Model::MegaDetector => {
            Source::Files(Files::megadetector_as_served(detector, flags.threshold))
        }
    }
}

fn keys(environment: &Environment, health_needs_key: bool) -> Keys {
    Keys { shutdown: environment.shutdown_key.clone(), api: environment.api_key.clone(), health_needs_key }
}
