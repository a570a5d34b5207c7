//! Runs of the application: the same as `biowatch import` does.

use std::path::{Path, PathBuf};

use biowatch_api::{Problem, RunProgress, RunTold, RunWish, StudyName};
use biowatch_study::Study;

use super::options::{self, Choices};
use super::problem::problem;
use crate::commands::studies;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::importing::{self, Event, PATIENCE, Plan, Progress, Stop, Why, Wish};
use crate::model_server::ServerState;
use crate::results::USUAL_SAMPLE_FPS;
use crate::servers::Options;

/// What they run with.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) data: DataFolder,
    pub(super) environment: Environment,
}

impl Running {
    /// Queues one; its study's file and its id.
    pub(super) fn queue(&self, wish: &RunWish) -> Result<(PathBuf, String), Problem> {
        let choices = Choices {
            country: wish.country.as_deref(),
            device: wish.device.as_deref(),
            engine: wish.engine.as_deref(),
            threshold: wish.threshold,
        };
        let start = options::start(&wish.model, &choices)?;
        if wish.sample_fps.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return Err(Problem::unfit("frames a second must be a number above 0"));
        }
        let understood = Wish {
            model: wish.model.clone(),
            options: Options::of_model(&start.options.model.options, &self.environment),
            deployments: wish.deployments.clone().filter(|file| !file.is_empty()).map(PathBuf::from),
            time_zone: wish.time_zone.clone().filter(|zone| !zone.is_empty()),
            clock_shift: wish.clock_shift.clone().filter(|shift| !shift.is_empty()),
            video_clock_is_local: false,
            sample_fps: wish.sample_fps.unwrap_or(USUAL_SAMPLE_FPS),
            patience: PATIENCE,
        };
        let (StudyName::Id(study) | StudyName::Name(study)) = &wish.study;
        self.queued(study, Path::new(&wish.folder), understood).map_err(problem)
    }

    fn queued(&self, study: &str, folder: &Path, wish: Wish) -> Result<(PathBuf, String), Failure> {
        let plan = Plan::understand(study, folder, wish, &self.data, &self.environment)?;
        let run = importing::queue(&plan)?;
        let file = studies::folder(&self.data).find(study)?;
        Ok((file, run))
    }

    /// Works on one until it is done or stopped.
    pub(super) fn run(
        &self,
        file: &Path,
        id: &str,
        tell: &(dyn Fn(RunTold) -> bool + Sync),
    ) -> Result<(), Problem> {
        self.ran(file, id, tell).map_err(problem)
    }

    fn ran(&self, file: &Path, id: &str, tell: &(dyn Fn(RunTold) -> bool + Sync)) -> Result<(), Failure> {
        let study = Study::open(file)?;
        let runs = study.runs().map_err(studies::broken)?;
        let run = runs.iter().find(|run| run.id == id);
        let run =
            run.ok_or_else(|| Failure::message(Exit::StudyNotFound, format!("the study has no run `{id}`")))?;
        let plan = Plan::of_run(&study, run, &self.data, &self.environment)?;
        drop(study);
        let stop = Stop::default();
        let outcome = importing::run(&plan, &self.environment, &stop, &|event| {
            let told = match event {
                Event::Progress(progress) => RunTold::Progress(shown(*progress)),
                Event::Note(text) | Event::Trouble(text) => RunTold::Note(text),
            };
            if !tell(told) {
                stop.ask(Why::Interrupted);
            }
        })?;
        outcome.scanned?;
        outcome.failure.map_or(Ok(()), Err)
    }
}

fn shown(progress: Progress) -> RunProgress {
    RunProgress {
        found: progress.found,
        total: progress.total,
        done: progress.done,
        failed: progress.failed,
        is_searching: progress.is_searching,
        rate: progress.rate,
        seconds_left: progress.seconds_left,
        folder: progress.folder,
        last: progress.last.map(|last| (last.path, last.prediction.or(last.error))),
        server: match progress.server {
            ServerState::Off => None,
            ServerState::Starting(said) => Some(said.unwrap_or_else(|| "the model is loading".to_owned())),
            ServerState::Ready { name: Some(name), .. } => Some(format!("the server `{name}`")),
            ServerState::Ready { name: None, .. } => Some("ready".to_owned()),
            ServerState::Restarting(why) => Some(format!("starting again: {why}")),
        },
    }
}
