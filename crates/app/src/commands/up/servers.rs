//! Servers that the application starts: the same as `biowatch start` would.

use biowatch_api::{Problem, ServerWish};
use biowatch_supervisor::control::{Talk, Wish};

use super::options::{self, Choices};
use super::problem::problem;
use crate::cli::Global;
use crate::commands::start::{self, Typed};
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers::{self, Launch};
use crate::settings::ServeSettings;

/// What they are started with.
#[derive(Debug, Clone)]
pub(super) struct Starting {
    pub(super) data: DataFolder,
    pub(super) environment: Environment,
}

impl Starting {
    /// Starts one, or finds one that is equal; does not wait until it is ready.
    pub(super) fn start(&self, wish: &ServerWish) -> Result<String, Problem> {
        let choices = Choices {
            country: wish.country.as_deref(),
            device: wish.device.as_deref(),
            engine: wish.engine.as_deref(),
            threshold: None,
        };
        let start = options::start(&wish.model, &choices)?;
        let global = Global { data_dir: Some(self.data.root().to_owned()), log: None };
        let settings = ServeSettings::resolve(start.options.clone(), global, &self.environment);
        let typed = Typed { start, settings, log: None };
        let folder = start::place(&typed, &self.environment, Printer::new(true)).map_err(problem)?;
        Ok(folder.name().to_owned())
    }

    /// The same server again.
    pub(super) fn restart(&self, name: &str) -> Result<(), Problem> {
        self.restarted(name).map_err(problem)
    }

    fn restarted(&self, name: &str) -> Result<(), Failure> {
        let entry = servers::find(&servers::registry(&self.data), name)?;
        if let Some(control) = entry.record.control.as_ref().filter(|_| entry.kept) {
            Talk::begin(control, Wish::Restart)?.next(std::time::Duration::from_secs(5))?;
            return Ok(());
        }
        let launch: Launch = entry.folder.read_launch().ok_or_else(|| {
            Failure::message(Exit::Failed, format!("the folder of `{name}` does not say how it was started"))
        })?;
        start::leave_keeper(&entry.folder, &launch)
    }
}
