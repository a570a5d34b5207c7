//! A checkpoint of a classifier that is no SpeciesNet: what it holds, and its session.

use std::path::Path;

use biowatch_vision::session::Session;
use biowatch_weights::{BuildOptions, Checkpoint, Head, Limits, build_with};

use super::network;
use crate::exit::{Exit, Failure};
use crate::settings::ModelSettings;

/// How many classes the classifier in `file` tells apart. Weights are not read.
pub(super) fn classes(file: &Path, wanted: &BuildOptions) -> Result<usize, Failure> {
    let checkpoint =
        Checkpoint::open(file, &Limits::default()).map_err(|error| network::cannot_read(file, error))?;
    match build_with(&checkpoint, wanted).map_err(|error| network::cannot_build(file, error))?.head {
        Head::Logits { classes, .. } => Ok(classes),
        _ => Err(network::another(file, "an image classifier")),
    }
}

/// The session of the classifier in `file`, whose input is `[1, 3, side, side]`.
pub(super) fn open(
    file: &Path,
    wanted: &BuildOptions,
    side: usize,
    settings: &ModelSettings,
) -> Result<Session, Failure> {
    let options = network::options(settings);
    let (session, head) = network::open(file, wanted, &options, settings.cache.as_deref())?;
    let Head::Logits { input, .. } = head else { return Err(network::another(file, "an image classifier")) };
    let fits = matches!(input.as_slice(), [_, Some(3), rows, columns]
        if [rows, columns].iter().all(|size| size.is_none_or(|size| size == side)));
    if fits {
        return Ok(session);
    }
    let text =
        format!("`{}` takes input of the shape {input:?}, expected 3 x {side} x {side}", file.display());
    Err(Failure::message(Exit::ModelRefused, text).hint("check that the file belongs to this model"))
}

/// The session of a network that goes on from a classifier's features.
pub(super) fn open_on_features(file: &Path, settings: &ModelSettings) -> Result<Session, Failure> {
    let options = network::options(settings);
    let (session, head) = network::open(file, &BuildOptions::default(), &options, settings.cache.as_deref())?;
    match head {
        Head::OnFeatures { .. } => Ok(session),
        _ => Err(network::another(file, "a bird head")),
    }
}
