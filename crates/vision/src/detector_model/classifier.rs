//! The classifier: a part of the picture in, its best classes out.

use thiserror::Error;

use crate::cancel::Cancel;
use crate::classes::{self, NotANumber};
use crate::crop::{Crop, EmptyCrop};
use crate::image::RgbImage;
use crate::resize::pillow::{Filter, pillow};
use crate::session::{Input, Output, RunError, Session};

/// Classes that a row shows.
const SHOWN: usize = 5;

/// An image classifier with everything that decides its answer.
pub struct Classifier {
    /// One input of `side` × `side` as `layout` says; the output called `logits`, else the first one, `[1, labels]`.
    /// A bird head also needs an output called `features`.
    pub session: Session,
    /// Names of the classes.
    pub labels: Vec<String>,
    /// Columns and rows of the input.
    pub side: usize,
    /// Which part of the picture it sees.
    pub crop: CropRule,
    /// How that part is resized.
    pub filter: Filter,
    /// Subtracted from red, green and blue, which are 0..=1.
    pub mean: [f32; 3],
    /// Divides what is left.
    pub std: [f32; 3],
    /// The order of the input's numbers.
    pub layout: Layout,
    /// What the output is.
    pub output: OutputKind,
}

/// What a classifier's output is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputKind {
    /// Before the softmax.
    #[default]
    Logits,
    /// Behind it: 0..=1.
    Probabilities,
}

/// Which part of the picture a classifier sees of a box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CropRule {
    /// A square around it, clipped to the picture: DeepFaune and Manas.
    #[default]
    Square,
    /// The box.
    Plain,
    /// The whole picture.
    Whole,
}

/// The order of a classifier's input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// `[1, 3, side, side]`.
    #[default]
    ChannelsFirst,
    /// `[1, side, side, 3]`.
    ChannelsLast,
}

/// Classes of a picture, best first.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranked {
    /// Class number and softmax, 0..=1; at most five.
    pub best: Vec<(usize, f64)>,
    /// What the network says of the picture before it decides; empty where the graph has no such output.
    pub features: Vec<f32>,
}

#[derive(Debug, Error)]
pub(super) enum ClassifyError {
    #[error("the classifier gave no answer")]
    Run(#[source] RunError),
    #[error("the classifier has nothing to look at")]
    EmptyCrop(#[source] EmptyCrop),
    #[error("the {network} gave {got} numbers, expected {expected}")]
    Shape { network: &'static str, got: usize, expected: usize },
    #[error("the classifier gives no `features`, which the bird head needs")]
    NoFeatures,
    #[error(
        "the classifier gave a probability of {0}, expected 0 to 1: its output is of another kind, perhaps logits"
    )]
    Probability(f32),
    #[error(transparent)]
    NotANumber(#[from] NotANumber),
}

impl Classifier {
    /// As DeepFaune and Manas were trained: a square crop, resized by Pillow's bicubic filter, normalised with
    /// ImageNet's mean and deviation.
    pub fn imagenet(session: Session, labels: Vec<String>, side: usize) -> Self {
        Self {
            session,
            labels,
            side,
            crop: CropRule::Square,
            filter: Filter::Bicubic,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
            layout: Layout::ChannelsFirst,
            output: OutputKind::Logits,
        }
    }

    /// The best classes of the box at `xyxy`, corners in pixels, or of the whole picture.
    pub(super) fn rank(
        &mut self,
        image: &RgbImage,
        xyxy: Option<[f64; 4]>,
        cancel: &Cancel,
    ) -> Result<Ranked, ClassifyError> {
        let crop = match (xyxy, self.crop) {
            (None, _) | (_, CropRule::Whole) => Ok(Crop::whole(image)),
            (Some(xyxy), CropRule::Square) => Crop::square(image, xyxy),
            (Some(xyxy), CropRule::Plain) => Crop::of_corners(image, xyxy),
        };
        let crop = crop.map_err(ClassifyError::EmptyCrop)?;
        let values = self.input(image, &crop);
        let shape = match self.layout {
            Layout::ChannelsFirst => [1, 3, self.side, self.side],
            Layout::ChannelsLast => [1, self.side, self.side, 3],
        };
        let outputs = self.session.run(Input { shape: &shape, data: &values }, cancel);
        let outputs = outputs.map_err(ClassifyError::Run)?;
        let named = outputs.iter().find(|output| output.name == "logits");
        let logits = named.or(outputs.first()).map_or(&[][..], |output| &output.data);
        let best = match self.output {
            OutputKind::Logits => best(logits, self.labels.len(), "classifier")?,
            OutputKind::Probabilities => best_of_probabilities(logits, self.labels.len())?,
        };
        let features = outputs.into_iter().find(|output: &Output| output.name == "features");
        Ok(Ranked { best, features: features.map(|output| output.data).unwrap_or_default() })
    }

    fn input(&self, image: &RgbImage, crop: &Crop) -> Vec<f32> {
        let resized = pillow(image, crop, self.side, self.side, self.filter);
        let of_channel = |channel: usize| -> [f32; 256] {
            let mean = self.mean.get(channel).copied().unwrap_or_default();
            let std = self.std.get(channel).copied().unwrap_or(1.0);
            std::array::from_fn(|value| (value as f32 / 255.0 - mean) / std)
        };
        let tables = [0, 1, 2].map(of_channel);
        let level =
            |table: &[f32; 256], value: u8| table.get(usize::from(value)).copied().unwrap_or_default();
        let (pixels, _) = resized.data().as_chunks::<3>();
        match self.layout {
            Layout::ChannelsLast => pixels
                .iter()
                .flat_map(|[r, g, b]| {
                    let [red, green, blue] = &tables;
                    [level(red, *r), level(green, *g), level(blue, *b)]
                })
                .collect(),
            Layout::ChannelsFirst => {
                let plane = |(channel, table): (usize, &[f32; 256])| {
                    let values = pixels.iter().map(|pixel| pixel.get(channel).copied().unwrap_or_default());
                    values.map(|value| level(table, value)).collect::<Vec<_>>()
                };
                tables.iter().enumerate().flat_map(plane).collect()
            }
        }
    }
}

/// The best five classes of `logits`, of which there must be as many as names.
pub(super) fn best(
    logits: &[f32],
    expected: usize,
    network: &'static str,
) -> Result<Vec<(usize, f64)>, ClassifyError> {
    if logits.len() != expected {
        return Err(ClassifyError::Shape { network, got: logits.len(), expected });
    }
    let clamped = |(class, score): (usize, f64)| (class, score.clamp(0.0, 1.0));
    Ok(classes::best(logits, SHOWN)?.into_iter().map(clamped).collect())
}

/// As [`best`], of numbers that are probabilities already.
fn best_of_probabilities(scores: &[f32], expected: usize) -> Result<Vec<(usize, f64)>, ClassifyError> {
    if scores.len() != expected {
        return Err(ClassifyError::Shape { network: "classifier", got: scores.len(), expected });
    }
    let strange = |score: &&f32| !(-0.01..=1.01).contains(*score);
    if let Some(score) = scores.iter().find(strange) {
        return Err(ClassifyError::Probability(*score));
    }
    let mut best: Vec<_> = scores.iter().map(|score| f64::from(score.clamp(0.0, 1.0))).enumerate().collect();
    best.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    best.truncate(SHOWN);
    Ok(best)
}
