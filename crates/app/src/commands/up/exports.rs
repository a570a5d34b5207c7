//! Exports of the application: the same as `biowatch export` does.

use std::path::Path;

use biowatch_api::{ExportWish, Problem};
use biowatch_study::Study;
use biowatch_study::export::{ExportError, Options, export};
use clap::ValueEnum;

use super::problem::problem;
use crate::cli::ExportFormat;
use crate::commands::export::not_written;

/// Writes one.
pub(super) fn write(
    file: &Path,
    wish: &ExportWish,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Problem> {
    let format = ExportFormat::from_str(&wish.format, false);
    let format = format.map_err(|_| Problem::unfit(format!("there is no format `{}`", wish.format)))?;
    if wish.blur_people {
        return Err(Problem::unfit("people cannot be made unrecognisable in this format"));
    }
    let study = Study::open(file).map_err(|error| problem(error.into()))?;
    let options = Options { link: wish.link, ..Options::default() };
    let written = export(&study, format.into(), options, out, progress);
    written.map(drop).map_err(|error: ExportError| problem(not_written(error)))
}
