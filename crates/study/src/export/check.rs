//! Reads an export again and says what is wrong with it.
//!
//! It knows the formats' rules, and where it can more than their own validators ask for: paths that leave the folder, boxes
//! outside the picture, names that Timelapse refuses. It remembers sixteen bytes an id and nothing else that grows.

mod annotated;
mod camtrap_dp;
mod coco;
mod csv;
pub(crate) mod ids;
mod megadetector;
mod species_folders;
mod speciesnet;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Format;
use crate::json_parts::ReadPartsError;

/// Problems that are told in full; the others are counted.
const TOLD: usize = 20;

/// What was found in an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Photos and videos that it names.
    pub files: u64,
    /// Observations, detections or annotations in it.
    pub rows: u64,
    /// What is wrong, a sentence each; of many the first ones.
    pub problems: Vec<String>,
    /// How many there are.
    pub problem_count: u64,
}

impl Checked {
    /// Notes what is wrong, unless it `holds`.
    fn must(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problem_count += 1;
            if self.problems.len() < TOLD {
                self.problems.push(problem());
            }
        }
    }
}

/// Why an export cannot be read.
#[derive(Debug, Error)]
pub enum CheckError {
    /// A file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file is no JSON object.
    #[error(transparent)]
    Parts(#[from] ReadPartsError),
    /// A file is no JSON.
    #[error("`{}` is no JSON of this format", .0.display())]
    Json(PathBuf, #[source] serde_json::Error),
    /// A file is no table.
    #[error("`{}` is no table", .0.display())]
    Csv(PathBuf, #[source] ::csv::Error),
}

/// Reads the export at `path` and says what is wrong with it.
pub fn check(format: Format, path: &Path) -> Result<Checked, CheckError> {
    match format {
        Format::CamtrapDp => camtrap_dp::check(path),
        Format::MegaDetector => megadetector::check(path),
        Format::SpeciesNet => speciesnet::check(path, false),
        Format::SpeciesNetPerAnimal => speciesnet::check(path, true),
        Format::Coco => coco::check(path),
        Format::Csv => csv::check(path),
        Format::SpeciesFolders => species_folders::check(path),
        Format::AnnotatedPictures => annotated::check(path),
    }
}

/// Whether a path is relative, inside, and written with `/`. Addresses pass.
pub(crate) fn is_inside(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let inside =
        !path.is_empty() && !path.starts_with('/') && !drive && path.split('/').all(|part| part != "..");
    inside || super::paths::is_address(path)
}

/// Whether a box lies inside the picture, but for rounding.
fn is_box(sides: &[f64]) -> bool {
    let [left, top, width, height] = sides else { return false };
    let right = left + width;
    let bottom = top + height;
    *width > 0.0
        && *height > 0.0
        && *left >= 0.0
        && *top >= 0.0
        && right <= 1.0 + 1e-5
        && bottom <= 1.0 + 1e-5
}

fn numbers(value: Option<&serde_json::Value>) -> Vec<f64> {
    let list = value.and_then(serde_json::Value::as_array);
    list.into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
}
