//! The ONNX files that people bring.

use std::path::Path;

use biowatch_contract::manifest::FileName;
use biowatch_vision::session::{Graph, OpenSessionError, Session, SessionOptions};

use super::super::network;
use crate::exit::{Exit, Failure};

/// Whether the name is that of an ONNX file; else it is a checkpoint.
pub(super) fn is_onnx(name: &FileName) -> bool {
    name.has_extension("onnx")
}

/// Opens the network in `file`. Engines read weights beside it only from its own folder.
pub(super) fn open(file: &Path, options: &SessionOptions) -> Result<Session, Failure> {
    Session::open(Graph::File(file.to_owned()), options).map_err(|error| {
        let by_network = matches!(error, OpenSessionError::Graph { .. } | OpenSessionError::Signature(_));
        let failure = network::cannot_open(file, error);
        if by_network {
            failure.hint(
                "a network has one f32 input and f32 outputs; where the built-in engine lacks an operator, try \
                 `--engine onnxruntime` or an export of another opset",
            )
        } else {
            failure
        }
    })
}

/// A sentence about the key of the manifest that does not suit the network.
pub(super) fn mismatch(key: &str, text: String) -> Failure {
    Failure::message(Exit::ModelRefused, format!("`{key}`: {text}")).hint(super::PAGE)
}

/// Extents of a shape, `any` where the graph leaves them open.
pub(super) fn describe(shape: &[Option<usize>]) -> String {
    let extents: Vec<_> =
        shape.iter().map(|extent| extent.map_or("any".to_owned(), |extent| extent.to_string())).collect();
    format!("[{}]", extents.join(", "))
}

/// Whether an extent may be `wanted`.
pub(super) fn may_be(extent: Option<usize>, wanted: usize) -> bool {
    extent.is_none_or(|extent| extent == wanted)
}
