//! What an import is to do: plain values, as they were typed and as they are understood.

use std::path::{Path, PathBuf};
use std::time::Duration;

use biowatch_study::{Clock, DeploymentsFile, RunSettings, RunSummary, Study};
use serde::{Deserialize, Serialize};

use crate::commands::studies;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::results::RowSettings;
use crate::servers::{Launch, Options, whole};
use crate::settings::ModelSettings;

/// How a folder is to be imported, in the words in which it was asked for: remembered with the run, to go on with it later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// The name of an installed model, or where a model is, whole.
    pub(crate) model: String,
    /// How the model is run: country, engine, device, …
    #[serde(default)]
    pub(crate) options: Options,
    /// Table of deployments.
    #[serde(default)]
    pub(crate) deployments: Option<PathBuf>,
    /// Where the cameras' clocks were set.
    #[serde(default)]
    pub(crate) time_zone: Option<String>,
    /// What to add to them.
    #[serde(default)]
    pub(crate) clock_shift: Option<String>,
    /// Whether containers of videos hold local time.
    #[serde(default)]
    pub(crate) video_clock_is_local: bool,
    /// Frames a second that are taken from videos, above 0.
    pub(crate) sample_fps: f64,
    /// Seconds that the model may be silent.
    #[serde(default = "usual_patience")]
    pub(crate) patience: u64,
}

/// Seconds that a model may take for one photo or frame, unless somebody says otherwise.
pub(crate) const PATIENCE: u64 = 600;

fn usual_patience() -> u64 {
    PATIENCE
}

/// An import, understood.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// As it was asked for.
    pub(crate) wish: Wish,
    /// Name or id of the study.
    pub(crate) study: String,
    /// What to import, absolute.
    pub(crate) folder: PathBuf,
    /// The model.
    pub(crate) model: ModelSettings,
    /// How to read the clocks of cameras.
    pub(crate) clock: Clock,
    /// What is known of the deployments.
    pub(crate) deployments: DeploymentsFile,
}

impl Plan {
    /// Understands a wish: reads the table of deployments and looks whether the folder is there.
    pub(crate) fn understand(
        study: &str,
        folder: &Path,
        mut wish: Wish,
        data: &DataFolder,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let usage = |error| Failure::new(Exit::Usage, error);
        let clock = Clock::parse(wish.time_zone.as_deref(), wish.clock_shift.as_deref()).map_err(usage)?;
        wish.deployments = wish.deployments.as_deref().map(whole);
        let deployments = match &wish.deployments {
            None => DeploymentsFile::default(),
            Some(file) => DeploymentsFile::read(file).map_err(|error| {
                Failure::new(Exit::NoSuchPath, error)
                    .hint("a header and a row a folder: folder,locationName,latitude,longitude")
            })?,
        };
        if Path::new(&wish.model).exists() {
            wish.model = whole(Path::new(&wish.model)).to_string_lossy().into_owned();
        }
        let options = wish.options.model_options()?;
        Ok(Self {
            study: study.to_owned(),
            folder: studies::absolute_folder(folder)?,
            model: ModelSettings::named(wish.model.clone(), options, data.clone(), environment),
            clock: clock.with_local_videos(wish.video_clock_is_local),
            deployments,
            wish,
        })
    }

    /// The plan of a run, as it was remembered. Fails where this program did not make the run.
    pub(crate) fn of_run(
        study: &Study,
        run: &RunSummary,
        data: &DataFolder,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let wish = run.wish.as_deref().and_then(|wish| serde_json::from_str(wish).ok());
        let (Some(wish), Some(folder)) = (wish, run.import_path.as_deref()) else {
            let text = format!("the run {} does not say how it was asked for", run.id);
            return Err(Failure::message(Exit::Usage, text)
                .hint("run `biowatch import` with the same folder, study and model to go on with it"));
        };
        let study = study.file().to_string_lossy();
        Self::understand(&study, Path::new(folder), wish, data, environment)
    }

    /// The wish as it goes into the study: the model is where it was found, so that a newer one changes nothing.
    pub(super) fn remembered(&self, launch: &Launch) -> String {
        let model = launch.place.to_string_lossy().into_owned();
        serde_json::to_string(&Wish { model, ..self.wish.clone() }).unwrap_or_default()
    }

    /// How long the model may be silent.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.wish.patience)
    }

    /// What makes two imports the same run. `rows`: what the model's rows depend on.
    pub(super) fn run_settings(&self, rows: RowSettings) -> RunSettings {
        let rows = RowSettings { sample_fps: self.wish.sample_fps, ..rows };
        // A model of one's own goes by its id; the digest of its manifest is among the details.
        let model_id = rows.model.split(' ').next().unwrap_or(&rows.model).to_owned();
        let usual = RunSettings::usual_threshold(&model_id);
        RunSettings {
            model_version: rows.model_version.clone(),
            country: rows.country.clone(),
            import_path: self.folder.to_string_lossy().into_owned(),
            details: serde_json::to_string(&rows).unwrap_or_default(),
            threshold: self.model.threshold.unwrap_or(usual),
            sample_fps: rows.sample_fps,
            model_id,
        }
    }
}
