//! What leaves a study: the formats that other programs of the field read.
//!
//! An export reads the study as it stood at one moment, file by file, so that its memory does not grow with the study. It
//! is written aside, read again by a checker of our own, and only then given its name; nothing is ever overwritten. What
//! people say wins over what machines say; a file that failed is never a blank; what a format cannot say is counted.
//!
//! Read first: [`export`], then [`Format`]. One file here is one format; `sheet.rs` decides which rows count.

mod annotated;
mod camtrap_dp;
pub(crate) mod check;
mod coco;
pub(crate) mod csv;
mod document;
pub(crate) mod instant;
pub(crate) mod kind;
mod megadetector;
mod names;
pub(crate) mod paths;
mod picture;
mod place;
mod publish;
mod raw;
pub(crate) mod records;
mod sequences;
mod sheet;
mod species_folders;
mod speciesnet;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::check::{CheckError, Checked, check};
use self::paths::Roots;
pub use self::picture::{Paint, People, Picture, PictureMark, Subject};
use self::sheet::Sheet;
use crate::sql::{ExportReader, SqlError};
use crate::study::Study;

/// What other programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Folder: Camtrap DP 1.0.2, with observations of files and of events.
    CamtrapDp,
    /// File: MegaDetector batch results 1.6, as Timelapse reads them.
    MegaDetector,
    /// File: SpeciesNet predictions, one answer a photo (before format 20261015).
    SpeciesNet,
    /// File: SpeciesNet predictions, one answer a detection (format 20261015).
    SpeciesNetPerAnimal,
    /// File: COCO Camera Traps.
    Coco,
    /// Folder: tables of files, detections, counts and deployments.
    Csv,
    /// Folder: photos and videos in a folder for each species.
    SpeciesFolders,
    /// Folder: photos with boxes and names drawn on them.
    AnnotatedPictures,
}

/// What an export leaves open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Least confidence of a machine's observation, 0..=1. MegaDetector's and SpeciesNet's formats carry their
    /// confidences with them and heed it only for rows without an answer of a model.
    pub threshold: Option<f64>,
    /// CSV: begin files with a byte-order mark, for Excel.
    pub byte_order_mark: bool,
    /// Species folders: link to the files instead of copying them.
    pub link: bool,
    /// Species folders and annotated pictures: cover people so that nobody can be recognised.
    pub blur_people: bool,
}

/// What an export holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Photos and videos that it names.
    pub files: u64,
    /// Observations, detections or annotations in it.
    pub rows: u64,
    /// Files of these that could not be predicted, and are told apart from blanks.
    pub failures: u64,
    /// What is not in it: why, and how many.
    pub left_out: BTreeMap<&'static str, u64>,
    /// What is in it and not as it should be.
    pub warnings: Vec<&'static str>,
}

impl Exported {
    fn leave_out(&mut self, why: &'static str) {
        self.leave_out_many(why, 1);
    }

    fn leave_out_many(&mut self, why: &'static str, count: u64) {
        if count > 0 {
            *self.left_out.entry(why).or_default() += count;
        }
    }

    fn warn(&mut self, warning: &'static str) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// Why there is no export.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The study cannot be read.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// A file cannot be written or copied.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something is there already.
    #[error("`{}` exists already, and an export overwrites nothing", .0.display())]
    Taken(PathBuf),
    /// A path that ends in no name.
    #[error("`{}` names no file or folder to write", .0.display())]
    NoName(PathBuf),
    /// Pictures are wanted, and nobody who paints them.
    #[error("pictures are painted by `export_painted`")]
    NoPainter,
    /// The format cannot say anything of this study.
    #[error("nothing of this study can be said in this format: {0}")]
    Nothing(&'static str),
    /// It was written, read again, and found wrong: a fault of this program.
    #[error("what was written does not hold: {0}")]
    Wrong(String),
    /// It was written and cannot be read again.
    #[error("what was written cannot be read again")]
    Check(#[from] CheckError),
}

impl From<::csv::Error> for ExportError {
    fn from(error: ::csv::Error) -> Self {
        Self::Io(error.into())
    }
}

/// One export at work.
struct Job<'a> {
    study: &'a Study,
    reader: ExportReader<'a>,
    options: Options,
    progress: &'a mut dyn FnMut(u64),
    paint: Option<&'a mut Paint<'a>>,
}

impl Job<'_> {
    /// All files in the order of deployment, time and path.
    fn each_sheet(&mut self, each: impl FnMut(Sheet) -> Result<(), ExportError>) -> Result<(), ExportError> {
        let mut each = each;
        let mut done = 0;
        sheet::each(&self.reader, self.study.about().sequence_gap, self.options.threshold, |sheet| {
            done += 1;
            (self.progress)(done);
            each(sheet)
        })
    }

    fn roots(&self) -> Result<Roots, SqlError> {
        Ok(Roots::new(&self.reader.import_folders()?))
    }

    fn write(&mut self, format: Format, place: &Path) -> Result<Exported, ExportError> {
        let mut exported = match format {
            Format::CamtrapDp => camtrap_dp::write(self, place),
            Format::MegaDetector => megadetector::write(self, place),
            Format::SpeciesNet => speciesnet::write(self, speciesnet::Generation::PerPhoto, place),
            Format::SpeciesNetPerAnimal => speciesnet::write(self, speciesnet::Generation::PerAnimal, place),
            Format::Coco => coco::write(self, place),
            Format::Csv => csv::write(self, place),
            Format::SpeciesFolders => species_folders::write(self, place),
            Format::AnnotatedPictures => annotated::write(self, place),
        }?;
        exported.leave_out_many("observations of no file", self.reader.observations_without_file()?);
        exported
            .leave_out_many("files that failed before they were known", self.reader.failures_without_file()?);
        Ok(exported)
    }

    /// Name and version of this program.
    fn program(&self) -> &'static str {
        concat!("biowatch ", env!("CARGO_PKG_VERSION"))
    }
}

/// Writes `study` to `out`, a file or folder that must not exist. `progress` is told how many files were read so far.
pub fn export(
    study: &Study,
    format: Format,
    options: Options,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Exported, ExportError> {
    run(Job { study, reader: study.database.export_reader()?, options, progress, paint: None }, format, out)
}

/// The same for formats with pictures, which `paint` paints.
pub fn export_painted<'a>(
    study: &'a Study,
    format: Format,
    options: Options,
    out: &Path,
    progress: &'a mut dyn FnMut(u64),
    paint: &'a mut Paint<'a>,
) -> Result<Exported, ExportError> {
    run(
        Job { study, reader: study.database.export_reader()?, options, progress, paint: Some(paint) },
        format,
        out,
    )
}

fn run(mut job: Job<'_>, format: Format, out: &Path) -> Result<Exported, ExportError> {
    publish::aside(out, |place| job.write(format, place), |place, written| compare(format, place, written))
}

/// What was read again must be what was written.
fn compare(format: Format, place: &Path, written: &Exported) -> Result<(), ExportError> {
    let checked = check(format, place)?;
    if let Some(problem) = checked.problems.first() {
        return Err(ExportError::Wrong(problem.clone()));
    }
    // A folder of species holds a file once for each of them; pictures do not say what they show.
    let has_pictures = matches!(format, Format::SpeciesFolders | Format::AnnotatedPictures);
    let files = if has_pictures { written.files } else { checked.files };
    let (read, wanted) = ((files, checked.rows), (written.files, written.rows));
    if read != wanted {
        let wrong = format!("{wanted:?} files and rows were written, {read:?} are there");
        return Err(ExportError::Wrong(wrong));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
