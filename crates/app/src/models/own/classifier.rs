//! The classifier of a model of one's own.

use std::path::Path;

use biowatch_contract::manifest::{self, ClassifierCrop, ClassifierLayout, ClassifierOutput, ResizeFilter};
use biowatch_vision::detector_model::{Classifier, CropRule, Layout, OutputKind};
use biowatch_vision::resize::pillow::Filter;
use biowatch_vision::session::{Session, SessionOptions};
use biowatch_weights::{BuildOptions, Head, Preprocessing};

use super::super::network;
use super::super::weights_file::WeightsFile;
use super::folder::Folder;
use super::onnx::{self, describe, may_be, mismatch};
use crate::exit::{Exit, Failure};

/// Opens the network and prepares it as described.
pub(super) fn open(
    folder: &Folder,
    described: manifest::Classifier,
    labels: Vec<String>,
    options: &SessionOptions,
    cache: Option<&Path>,
) -> Result<Classifier, Failure> {
    let refused = |text| Failure::message(Exit::ModelRefused, text);
    let file = folder.file("classifier.weights", &described.weights).map_err(refused)?;
    let (session, said) = if onnx::is_onnx(&described.weights) {
        (onnx::open(&file, options)?, None)
    } else {
        checkpoint(&file, described.size, labels.len(), options, cache)?
    };
    let side = side(&described, &session, said.as_ref())?;
    let filter = match (described.filter, said.as_ref().and_then(|said| said.interpolation.as_deref())) {
        (Some(ResizeFilter::Bilinear), _) | (None, Some("bilinear")) => Filter::Bilinear,
        _ => Filter::Bicubic,
    };
    let usual = Classifier::imagenet(session, labels, side);
    let (mean, std) = said.map_or((usual.mean, usual.std), |said| (said.mean, said.std));
    Ok(Classifier {
        crop: match described.crop {
            ClassifierCrop::Square => CropRule::Square,
            ClassifierCrop::Box => CropRule::Plain,
            ClassifierCrop::Whole => CropRule::Whole,
        },
        filter,
        mean: described.mean.unwrap_or(mean),
        std: described.std.unwrap_or(std),
        layout: layout(&described),
        output: match described.output {
            ClassifierOutput::Logits => OutputKind::Logits,
            ClassifierOutput::Probabilities => OutputKind::Probabilities,
        },
        ..usual
    })
}

fn layout(described: &manifest::Classifier) -> Layout {
    match described.layout {
        ClassifierLayout::Nchw => Layout::ChannelsFirst,
        ClassifierLayout::Nhwc => Layout::ChannelsLast,
    }
}

fn checkpoint(
    file: &Path,
    side: Option<usize>,
    names: usize,
    options: &SessionOptions,
    cache: Option<&Path>,
) -> Result<(Session, Option<Preprocessing>), Failure> {
    let wanted = BuildOptions { image_size: side, ..BuildOptions::default() };
    let (session, head) = network::open(&WeightsFile::open(file)?, &wanted, options, cache)?;
    match head {
        Head::Logits { classes, .. } if classes != names => {
            let text = format!("{names} names are given, and `{}` has {classes} classes", file.display());
            Err(mismatch("classifier.labels", text))
        }
        Head::Logits { preprocessing, .. } => Ok((session, preprocessing)),
        _ => {
            let text = format!("`{}` holds another network than an image classifier", file.display());
            Err(mismatch("classifier.weights", text))
        }
    }
}

/// Columns and rows of the input.
fn side(
    described: &manifest::Classifier,
    session: &Session,
    said: Option<&Preprocessing>,
) -> Result<usize, Failure> {
    let shape = session.input_shape();
    let name = &described.weights;
    let (expected, parts) = match (described.layout, shape) {
        (ClassifierLayout::Nchw, &[batch, channels, rows, columns]) => {
            ("[1, 3, rows, columns]", Some((batch, channels, rows, columns)))
        }
        (ClassifierLayout::Nhwc, &[batch, rows, columns, channels]) => {
            ("[1, rows, columns, 3]", Some((batch, channels, rows, columns)))
        }
        (ClassifierLayout::Nchw, _) => ("[1, 3, rows, columns]", None),
        (ClassifierLayout::Nhwc, _) => ("[1, rows, columns, 3]", None),
    };
    let fits = |batch: Option<usize>, channels: Option<usize>| may_be(batch, 1) && may_be(channels, 3);
    let Some((_, _, rows, columns)) = parts.filter(|(batch, channels, ..)| fits(*batch, *channels)) else {
        let text = format!(
            "`{name}` takes an input of the shape {}, expected {expected}: use the other layout, \"nchw\" or \"nhwc\", \
             or export it with a batch of 1",
            describe(shape)
        );
        return Err(mismatch("classifier.layout", text));
    };
    let said = said.and_then(|said| said.size.first().copied());
    let Some(side) = described.size.or(rows).or(columns).or(said) else {
        let text = format!("this key is missing: `{name}` takes pictures of any size, so say which");
        return Err(mismatch("classifier.size", text));
    };
    if !may_be(rows, side) || !may_be(columns, side) {
        let text = format!("`{name}` takes {}, and not {side} rows and columns", describe(shape));
        return Err(mismatch("classifier.size", text));
    }
    Ok(side)
}
