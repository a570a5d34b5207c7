//! `biowatch import`.

use std::path::PathBuf;

use biowatch_study::{Clock, DeploymentsFile};

use super::ModelSettings;
use crate::cli::Import;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// `biowatch import`.
#[derive(Debug, Clone)]
pub(crate) struct ImportSettings {
    /// The model.
    pub(crate) model: ModelSettings,
    /// What to import: as typed.
    pub(crate) folder: PathBuf,
    /// Name or id of the study.
    pub(crate) study: String,
    /// How to read the clocks of cameras.
    pub(crate) clock: Clock,
    /// What is known of the deployments.
    pub(crate) deployments: DeploymentsFile,
    /// Frames a second that are taken from videos.
    pub(crate) sample_fps: f64,
    /// No progress, no summary.
    pub(crate) quiet: bool,
}

impl ImportSettings {
    /// Reads the table of deployments, too.
    pub(crate) fn resolve(
        typed: Import,
        data: DataFolder,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let usage = |error| Failure::new(Exit::Usage, error);
        let clock = Clock::parse(typed.time_zone.as_deref(), typed.clock_shift.as_deref()).map_err(usage)?;
        let deployments = match &typed.deployments {
            None => DeploymentsFile::default(),
            Some(file) => DeploymentsFile::read(file).map_err(|error| {
                Failure::new(Exit::NoSuchPath, error)
                    .hint("a header and a row a folder: folder,locationName,latitude,longitude")
            })?,
        };
        Ok(Self {
            model: ModelSettings::named(typed.model, typed.options, data, environment),
            folder: typed.folder,
            study: typed.study,
            clock: clock.with_local_videos(typed.video_clock_is_local),
            deployments,
            sample_fps: typed.sample_fps,
            quiet: typed.quiet,
        })
    }
}
