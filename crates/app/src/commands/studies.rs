//! What the commands about studies share: where studies lie, and what to do when one cannot be opened.

use std::io;
use std::path::{Path, PathBuf};

use biowatch_study::{CreateStudyError, FindStudyError, OpenOrCreateError, OpenStudyError, Studies, Study};

use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};

/// The studies of the data folder.
pub(crate) fn folder(data: &DataFolder) -> Studies {
    Studies::new(data.studies(), data.staging())
}

/// Opens the study called `name`.
pub(crate) fn open(data: &DataFolder, name: &str) -> Result<Study, Failure> {
    folder(data).open(name).map_err(not_found)
}

/// Says why a study was not found, and what to do.
pub(crate) fn not_found(error: FindStudyError) -> Failure {
    match error {
        FindStudyError::Open(error) => refused(error),
        FindStudyError::NotFound(_) => Failure::new(Exit::StudyNotFound, error)
            .hint("`biowatch studies list` shows the studies; `--data-dir` says where to look"),
        FindStudyError::Several { .. } => {
            Failure::new(Exit::StudyNotFound, error).hint("give the id of one of them")
        }
        FindStudyError::Io(_) => {
            Failure::new(Exit::Failed, error).hint("check that the data folder may be read")
        }
    }
}

/// Says why a study was neither found nor made.
pub(crate) fn not_opened(error: OpenOrCreateError) -> Failure {
    match error {
        OpenOrCreateError::Find(error) => not_found(error),
        OpenOrCreateError::Create(CreateStudyError::Open(error)) => refused(error),
        OpenOrCreateError::Create(error) => Failure::new(Exit::Failed, error)
            .hint("check that the data folder may be written to, or give another with `--data-dir`"),
    }
}

fn refused(error: OpenStudyError) -> Failure {
    let hint = match &error {
        OpenStudyError::NotFound(_) | OpenStudyError::NotAStudy(..) => {
            "give the name or id of a study, or the path of its `study.db`"
        }
        OpenStudyError::Sql(..) => "check that the file may be read and written, and that it is not damaged",
        OpenStudyError::Migrate(..) => {
            "open the study in the program that made it, or in a newer version of this one"
        }
    };
    Failure::new(Exit::StudyRefused, error).hint(hint)
}

/// The database stopped working in the middle of something.
pub(crate) fn broken(error: impl Into<anyhow::Error>) -> Failure {
    Failure::new(Exit::Failed, error).hint("what was written is whole; run the same command again to go on")
}

/// The folder with its whole path, which is how the study knows it.
pub(crate) fn absolute_folder(typed: &Path) -> Result<PathBuf, Failure> {
    let hint = "check the spelling, and that the card or drive is connected";
    let wrong = |text: String| Failure::message(Exit::NoSuchPath, text).hint(hint);
    match fs_err::metadata(typed) {
        Ok(metadata) if metadata.is_dir() => Ok(std::path::absolute(typed)?.components().collect()),
        Ok(_) => {
            let text = format!("`{}` is a file, and a folder is wanted", typed.display());
            let hint = "results of other programs are taken in with `biowatch studies import`";
            Err(Failure::message(Exit::NoSuchPath, text).hint(hint))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(wrong(format!("there is no folder `{}`", typed.display())))
        }
        Err(error) => Err(Failure::new(Exit::NoSuchPath, error).hint(hint)),
    }
}
