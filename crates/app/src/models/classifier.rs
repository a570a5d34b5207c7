//! A checkpoint of a classifier that is no SpeciesNet: what it holds, and its session.

use biowatch_vision::session::Session;
use biowatch_weights::{BuildOptions, Head};

use super::network;
use super::weights_file::WeightsFile;
use crate::exit::{Exit, Failure};
use crate::settings::ModelSettings;

/// How many classes the classifier in `weights` tells apart.
pub(super) fn classes(weights: &WeightsFile, wanted: &BuildOptions) -> Result<usize, Failure> {
    match weights.build(wanted)?.head {
        Head::Logits { classes, .. } => Ok(classes),
        _ => Err(network::another(weights.path(), "an image classifier")),
    }
}

/// The session of the classifier in `weights`, whose input is `[1, 3, side, side]`.
pub(super) fn open(
    weights: &WeightsFile,
    wanted: &BuildOptions,
    side: usize,
    settings: &ModelSettings,
) -> Result<Session, Failure> {
    let (file, options) = (weights.path(), network::options(settings));
    let (session, head) = network::open(weights, wanted, &options, settings.cache.as_deref())?;
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
pub(super) fn open_on_features(weights: &WeightsFile, settings: &ModelSettings) -> Result<Session, Failure> {
    let (wanted, options) = (BuildOptions::default(), network::options(settings));
    let (session, head) = network::open(weights, &wanted, &options, settings.cache.as_deref())?;
    match head {
        Head::OnFeatures { .. } => Ok(session),
        _ => Err(network::another(weights.path(), "a bird head")),
    }
}
