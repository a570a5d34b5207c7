//! `biowatch export`.

use std::path::PathBuf;

use biowatch_study::export::Format;
use clap::{Args, ValueEnum};

use super::confidence;

/// `biowatch export`.
#[derive(Debug, Args)]
#[command(
    after_help = "An export is checked before it gets its name, and overwrites nothing. See docs/exports.md."
)]
pub(crate) struct Export {
    /// The study: its name, its id, or the path of a study.db
    #[arg(required_unless_present = "check", value_name = "STUDY")]
    pub(crate) study: Option<String>,
    /// File or folder to write; it must not exist
    #[arg(required_unless_present = "check", value_name = "OUT")]
    pub(crate) out: Option<PathBuf>,
    /// What to write
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// Leave out what models were less sure of, 0 to 1; what people said always counts
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub(crate) threshold: Option<f64>,
    /// Begin CSV files with a byte-order mark, so that Excel reads their letters
    #[arg(long)]
    pub(crate) bom: bool,
    /// Link to files in species folders instead of copying them
    #[arg(long)]
    pub(crate) link: bool,
    /// Species folders and annotated pictures: cover people so that nobody can be recognised; photos with people are written
    /// anew, without EXIF data
    #[arg(long, conflicts_with = "link")]
    pub(crate) blur_people: bool,
    /// Only read the export at PATH again and say what is wrong with it
    #[arg(long, value_name = "PATH", conflicts_with_all = ["study", "out", "threshold", "bom", "link", "blur_people"])]
    pub(crate) check: Option<PathBuf>,
    /// No progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Folder: Camtrap DP 1.0.2, for GBIF and R
    CamtrapDp,
    /// File: MegaDetector results 1.6, for Timelapse
    Megadetector,
    /// File: SpeciesNet predictions, one answer a photo
    Speciesnet,
    /// File: SpeciesNet predictions, one answer a detection
    SpeciesnetPerAnimal,
    /// File: COCO Camera Traps
    Coco,
    /// Folder: tables of files, detections, counts and deployments
    Csv,
    /// Folder: photos and videos, in a folder for each species
    SpeciesFolders,
    /// Folder: photos with boxes and names drawn on them
    AnnotatedPictures,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::CamtrapDp => Self::CamtrapDp,
            ExportFormat::Megadetector => Self::MegaDetector,
            ExportFormat::Speciesnet => Self::SpeciesNet,
            ExportFormat::SpeciesnetPerAnimal => Self::SpeciesNetPerAnimal,
            ExportFormat::Coco => Self::Coco,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::SpeciesFolders => Self::SpeciesFolders,
            ExportFormat::AnnotatedPictures => Self::AnnotatedPictures,
        }
    }
}
