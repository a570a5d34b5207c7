//! `biowatch import`.

use crate::cli::Import;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::Failure;
use crate::importing::{Plan, Wish};
use crate::servers::Options;

/// `biowatch import`.
#[derive(Debug, Clone)]
pub(crate) struct ImportSettings {
    /// What to do.
    pub(crate) plan: Plan,
    /// Only queue it.
    pub(crate) later: bool,
    /// No progress, no summary.
    pub(crate) quiet: bool,
}

impl ImportSettings {
    /// Reads the table of deployments, too.
    pub(crate) fn resolve(
        typed: Import,
        data: &DataFolder,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let wish = Wish {
            model: typed.model,
            options: Options::of_model(&typed.options, environment),
            deployments: typed.deployments,
            time_zone: typed.time_zone,
            clock_shift: typed.clock_shift,
            video_clock_is_local: typed.video_clock_is_local,
            sample_fps: typed.sample_fps,
            patience: typed.model_timeout,
        };
        let plan = Plan::understand(&typed.study, &typed.folder, wish, data, environment)?;
        Ok(Self { plan, later: typed.later, quiet: typed.quiet })
    }
}
