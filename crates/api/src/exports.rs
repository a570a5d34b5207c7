//! Exports that were asked for since the program started: how far they are, and where they lie.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_study::Study;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::Api;
use crate::doings::ExportWish;
use crate::events::Kind;
use crate::problem::Problem;

/// Exports at a time.
const MOST: usize = 2;
/// Exports that are remembered.
const REMEMBERED: usize = 200;
/// Between two events.
const TELL: Duration = Duration::from_millis(300);

/// How an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportState {
    Running,
    Done,
    Failed,
}

/// An export.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Export {
    pub(crate) id: String,
    format: String,
    state: ExportState,
    /// Files so far.
    done: u64,
    total: u64,
    path: Option<String>,
    check: Option<ExportCheck>,
    problem: Option<String>,
    #[serde(skip)]
    study: String,
}

/// What reading it again came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ExportCheck {
    passed: bool,
    problems: Vec<String>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Exports(Mutex<Vec<Export>>);

impl Exports {
    fn all(&self) -> MutexGuard<'_, Vec<Export>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of a study, the latest first.
    pub(crate) fn of(&self, study: &str) -> Vec<Export> {
        self.all().iter().rev().filter(|export| export.study == study).cloned().collect()
    }

    /// Where one lies that is done.
    pub(crate) fn place(&self, study: &str, id: &str) -> Result<PathBuf, Problem> {
        let all = self.all();
        let export = all.iter().find(|export| export.study == study && export.id == id);
        let export = export.ok_or_else(|| Problem::not_found("there is no export of that id"))?;
        let path = export.path.as_ref().filter(|_| export.state == ExportState::Done);
        path.map(PathBuf::from).ok_or_else(|| Problem::conflict("the export is not done"))
    }
}

impl Api {
    /// Begins an export, into `folder` or into the data folder.
    pub(crate) fn export(
        &self,
        id: &str,
        wish: ExportWish,
        folder: Option<PathBuf>,
    ) -> Result<Export, Problem> {
        let file = self.study_file(id)?;
        let study = Study::open(&file)?;
        let totals = study.totals()?;
        let export = Uuid::new_v4().to_string();
        let name = file_name(&study.about().name, &wish.format);
        let out = match folder {
            Some(folder) if folder.is_dir() => folder.join(name),
            Some(folder) => return Err(Problem::unfit(format!("there is no folder `{}`", folder.display()))),
            None => self.settings.data.join("exports").join(&export).join(name),
        };
        if out.exists() {
            return Err(Problem::conflict(format!(
                "`{}` exists already, and an export overwrites nothing",
                out.display()
            ))
            .hint("choose another folder, or move the old export away"));
        }
        let begun = Export {
            id: export,
            format: wish.format.clone(),
            state: ExportState::Running,
            done: 0,
            total: totals.photos + totals.videos,
            path: Some(out.display().to_string()),
            check: None,
            problem: None,
            study: id.to_owned(),
        };
        let mut all = self.exports.all();
        if all.iter().filter(|export| export.state == ExportState::Running).count() >= MOST {
            return Err(
                Problem::unavailable("other exports are being written").hint("wait until they are done")
            );
        }
        if all.len() >= REMEMBERED {
            all.remove(0);
        }
        all.push(begun.clone());
        drop(all);
        let (api, shown) = (self.clone(), begun.clone());
        let work = move || api.write_export(&file, &wish, &out, begun);
        thread::Builder::new()
            .name("export".to_owned())
            .spawn(work)
            .map_err(|error| Problem::broken(&error))?;
        Ok(shown)
    }

    fn write_export(&self, file: &Path, wish: &ExportWish, out: &Path, mut export: Export) {
        let mut told = Instant::now();
        let made =
            out.parent().map_or(Ok(()), fs_err::create_dir_all).map_err(|error| Problem::broken(&error));
        let written = made.and_then(|()| {
            (self.doings.export)(file, wish, out, &mut |done| {
                export.done = done;
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    self.tell_export(&export);
                }
            })
        });
        match written {
            Ok(()) => {
                export.state = ExportState::Done;
                export.done = export.total;
                export.check = Some(ExportCheck { passed: true, problems: Vec::new() });
            }
            Err(problem) => {
                export.state = ExportState::Failed;
                export.path = None;
                let hint = problem.advice().map(|hint| format!("; {hint}")).unwrap_or_default();
                export.problem = Some(format!("{}{hint}", problem.detail()));
            }
        }
        self.tell_export(&export);
    }

    fn tell_export(&self, export: &Export) {
        if let Some(known) = self.exports.all().iter_mut().find(|known| known.id == export.id) {
            known.clone_from(export);
        }
        self.events.tell(Kind::Export, &export.id, export);
    }
}

/// `Lynx 2026-camtrap-dp`, with the ending of the formats that are one file.
fn file_name(study: &str, format: &str) -> String {
    let plain: String =
        study.chars().map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' }).collect();
    let plain: String = plain.trim().chars().take(60).collect();
    let is_file = matches!(format, "megadetector" | "speciesnet" | "speciesnet-per-animal" | "coco");
    format!("{plain}-{format}{}", if is_file { ".json" } else { "" })
}
