//! One file a network: what its checkpoints look like and which operators it is made of.

use thiserror::Error;

use crate::tensor::TensorError;
use crate::zip::ZipError;

pub(crate) mod efficientnet;
pub(crate) mod feature_head;
pub(crate) mod fx_graph_module;
mod script_module;
mod state_dict;
mod torch_nn;
pub(crate) mod vit;
pub(crate) mod yolo;

/// What was wrong with one layer. The error around it says which.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum LayerError {
    #[error("layers of class {class} are not known")]
    UnknownClass { class: String },
    #[error("field {field}: expected {expected}, found {found}")]
    Field { field: &'static str, expected: &'static str, found: String },
    #[error("tensor {name}: expected {expected}, found {found}")]
    Tensor { name: String, expected: String, found: String },
    #[error("{count} tensors have no place in this network, the first is {first}")]
    Leftover { count: usize, first: String },
    #[error("{operator}: expected {expected}, found {found}")]
    Shape { operator: &'static str, expected: String, found: String },
    #[error("{what} is not supported: {found}")]
    Unsupported { what: &'static str, found: String },
    #[error("layer {index} takes its input from {from}, expected an earlier layer")]
    From { index: usize, from: i64 },
    #[error(
        "layer {index} takes its input from layer {from}, which the file does not list among those to keep"
    )]
    NotKept { index: usize, from: usize },
    #[error("line {line}: expected {expected}, found {text:?}")]
    Code { line: usize, expected: &'static str, text: String },
    #[error("the text of the class cannot be read from entry {entry:?}")]
    Text { entry: String, source: Option<Box<ZipError>> },
    #[error("more than {limit} {what}")]
    TooLarge { what: &'static str, limit: usize },
    #[error("a constant cannot be read")]
    Constant(#[from] TensorError),
}
