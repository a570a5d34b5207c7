//! Results of other programs come into a study: MegaDetector's, SpeciesNet's, packages of Camtrap DP.
//!
//! ```text
//! Results::open ── what is it, is it whole, which model, which folder: nothing is written before that is known
//! Results::import  entry by entry → the medium it is about → output, observations or an error: some hundred files a transaction
//! ```
//!
//! What comes in is hostile: a path never leads out of the folder of the media, and an entry that makes no sense costs one error,
//! not a blank. The media need not be there. What people have said in the study stays, and a file that comes in again adds
//! nothing.
//!
//! Read first: [`Results`]. One file here is one format; `record.rs` writes what two of them have in common.

mod boxes;
mod camtrap_dp;
mod entry;
mod megadetector;
mod path;
mod place;
mod record;
pub(crate) mod row;
mod speciesnet;
mod survey;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::json_parts::ReadPartsError;
use crate::sql::SqlError;
use crate::study::Study;

use survey::Survey;

/// What can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultsFormat {
    /// MegaDetector batch results, 1.2 to 1.6, with or without classifications.
    MegaDetector,
    /// SpeciesNet predictions: one answer a photo, or one a detection.
    SpeciesNet,
    /// A package of Camtrap DP 1.0: a folder or a zip file.
    CamtrapDp,
}

impl ResultsFormat {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::MegaDetector => "MegaDetector results",
            Self::SpeciesNet => "SpeciesNet predictions",
            Self::CamtrapDp => "a Camtrap DP package",
        }
    }
}

/// Results that were looked through once and can be taken in.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Json(Box<Survey>),
    Package(Box<camtrap_dp::Package>),
}

/// What an import is told on its way.
pub struct Watch<'a> {
    /// Hears how many files were gone through.
    pub progress: &'a mut dyn FnMut(u64),
    /// Says whether to stop. What was written stays, and another import goes on there; a package leaves nothing.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Where the media are taken to lie: an absolute path.
    pub media: PathBuf,
    /// Files that the results name.
    pub files: u64,
    /// Of those, media that were new to the study.
    pub added: u64,
    /// Media whose files are not on this machine, or not where the results say.
    pub not_found: u64,
    /// Files of which the study had these results already, or that are listed twice.
    pub known: u64,
    /// Observations that were added.
    pub observations: u64,
    /// Files that the results say could not be predicted, or say nothing sensible of; each has an error.
    pub failures: u64,
    /// Files whose models' rows were left out, because a person has spoken in the study.
    pub spoken: u64,
    /// What was left out otherwise: why, and how many.
    pub left_out: BTreeMap<String, u64>,
    /// Whether it went to the end.
    pub is_whole: bool,
}

impl TakenIn {
    fn leave_out(&mut self, why: &str, count: u64) {
        if count > 0 {
            *self.left_out.entry(why.to_owned()).or_default() += count;
        }
    }
}

/// Why results do not come in.
#[derive(Debug, Error)]
pub enum ResultsError {
    /// A file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// JSON that is damaged or cut short.
    #[error(transparent)]
    Parts(#[from] ReadPartsError),
    /// Something else than results.
    #[error("`{}` is {what}", .path.display())]
    NotResults {
        /// What was given.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A package that lacks something or is damaged.
    #[error("the package `{}` cannot be read: {problem}", .path.display())]
    Package {
        /// The package.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A path that cannot be written into the study.
    #[error("the path `{}` is not Unicode: rename the folder", .0.display())]
    NotUnicode(PathBuf),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl Results {
    /// Reads the file, folder or archive at `path`, an absolute path, once to its end.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        let metadata = fs_err::metadata(path)?;
        let not_results = |what| Err(ResultsError::NotResults { path: path.to_owned(), what });
        let is_package = path.file_name().is_some_and(|name| name == "datapackage.json");
        let kind = if metadata.is_dir() {
            if !path.join("datapackage.json").is_file() {
                return not_results("a folder without `datapackage.json`, so it is no package of Camtrap DP");
            }
            Kind::Package(Box::new(camtrap_dp::Package::open(path)?))
        } else if is_package && let Some(folder) = path.parent() {
            Kind::Package(Box::new(camtrap_dp::Package::open(folder)?))
        } else if camtrap_dp::is_archive(path)? {
            Kind::Package(Box::new(camtrap_dp::Package::open(path)?))
        } else {
            match Survey::of(path)? {
                Ok(survey) => Kind::Json(Box::new(survey)),
                Err(what) => return not_results(what),
            }
        };
        Ok(Self { path: path.to_owned(), kind })
    }

    /// What they are.
    pub fn format(&self) -> ResultsFormat {
        match &self.kind {
            Kind::Json(survey) => survey.format,
            Kind::Package(_) => ResultsFormat::CamtrapDp,
        }
    }

    /// Whose they are, as far as they say: `megadetector md_v5a.0.1.pt`.
    pub fn model(&self) -> Option<String> {
        match &self.kind {
            Kind::Json(survey) => Some(format!("{} {}", survey.model_id, survey.model_version)),
            Kind::Package(_) => None,
        }
    }

    /// The folder that paths are below, unless it is said otherwise: that of the results, or the one that all absolute paths
    /// of the results are in.
    pub fn media_folder(&self) -> PathBuf {
        match &self.kind {
            Kind::Json(survey) if survey.has_only_absolute => PathBuf::from(survey.common_folder()),
            Kind::Package(package) => package.folder(),
            Kind::Json(_) => self.path.parent().unwrap_or(Path::new("")).to_owned(),
        }
    }

    /// Takes everything into `study`. `media`: the folder of the photos and videos, an absolute path, which need not exist.
    pub fn import(
        &self,
        study: &mut Study,
        media: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<TakenIn, ResultsError> {
        match &self.kind {
            Kind::Json(survey) => record::import(study, &self.path, survey, media, watch),
            Kind::Package(package) => package.import(study, media, watch),
        }
    }
}
