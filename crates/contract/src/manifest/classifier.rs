//! `classifier`: the network that names animals.

use serde_json::Value;

use super::file_name::{self, FileName};
use super::labels::{self, Labels};
use super::problem::Problems;
use super::section::Section;
use super::values;

/// Keys of `classifier`.
pub(super) const KEYS: &[&str] =
    &["weights", "labels", "size", "layout", "mean", "std", "filter", "crop", "output"];

/// A classifier, as described.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    /// The network.
    pub weights: FileName,
    /// Names of its classes.
    pub labels: Labels,
    /// Columns and rows of the input, 16 to 2048; by default what the network says.
    pub size: Option<usize>,
    /// The order of the input's numbers.
    pub layout: ClassifierLayout,
    /// Subtracted from red, green and blue, which are 0..=1; by default what the file says, else ImageNet's.
    pub mean: Option<[f32; 3]>,
    /// Divides what is left; above 0; by default what the file says, else ImageNet's.
    pub std: Option<[f32; 3]>,
    /// How pictures are resized; by default what the file says, else bicubic.
    pub filter: Option<ResizeFilter>,
    /// What it sees of a picture.
    pub crop: ClassifierCrop,
    /// What its output is.
    pub output: ClassifierOutput,
}

/// The order of the input's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassifierLayout {
    /// `[1, 3, rows, columns]`: PyTorch.
    Nchw,
    /// `[1, rows, columns, 3]`: TensorFlow.
    Nhwc,
}

/// How pictures are resized, as Pillow does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResizeFilter {
    /// `Image.BICUBIC`.
    Bicubic,
    /// `Image.BILINEAR`.
    Bilinear,
}

/// What a classifier sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassifierCrop {
    /// A square around the animal's box.
    Square,
    /// The animal's box.
    Box,
    /// The whole picture, when there is an animal in it.
    Whole,
}

/// What an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassifierOutput {
    /// Before the softmax.
    Logits,
    /// Behind it: 0..=1.
    Probabilities,
}

const LAYOUTS: &[(&str, ClassifierLayout)] =
    &[("nchw", ClassifierLayout::Nchw), ("nhwc", ClassifierLayout::Nhwc)];
const FILTERS: &[(&str, ResizeFilter)] =
    &[("bicubic", ResizeFilter::Bicubic), ("bilinear", ResizeFilter::Bilinear)];
const CROPS: &[(&str, ClassifierCrop)] =
    &[("square", ClassifierCrop::Square), ("box", ClassifierCrop::Box), ("whole", ClassifierCrop::Whole)];
const OUTPUTS: &[(&str, ClassifierOutput)] =
    &[("logits", ClassifierOutput::Logits), ("probabilities", ClassifierOutput::Probabilities)];

impl Classifier {
    pub(super) fn read(value: &Value, problems: &mut Problems) -> Option<Self> {
        let section = Section::open(value, "classifier", KEYS, problems)?;
        let weights = section.need("weights", file_name::weights, problems);
        let labels = section.need("labels", labels::read, problems);
        let size = section.get("size", values::whole(16..=2048), problems).map(|side| side as usize);
        let layout = section.get("layout", values::choice(LAYOUTS), problems);
        let mean = section.get("mean", values::colours(-1e3..=1e3), problems);
        let std = section.get("std", values::colours(1e-6..=1e3), problems);
        let filter = section.get("filter", values::choice(FILTERS), problems);
        let crop = section.get("crop", values::choice(CROPS), problems);
        let output = section.get("output", values::choice(OUTPUTS), problems);
        Some(Self {
            weights: weights?,
            labels: labels?,
            size,
            layout: layout.unwrap_or(ClassifierLayout::Nchw),
            mean,
            std,
            filter,
            crop: crop.unwrap_or(ClassifierCrop::Square),
            output: output.unwrap_or(ClassifierOutput::Logits),
        })
    }
}
