//! The ONNX side: a graph that knows its shapes while it is built, and a writer that streams it.
//!
//! [`Graph`](graph::Graph) holds nodes, values and where each weight comes from; `ops` adds operators and
//! checks them; `write` emits protobuf with one tensor in memory at a time.

pub(crate) mod dims;
pub(crate) mod graph;
pub(crate) mod ops;
mod proto;
pub(crate) mod weight;
pub(crate) mod write;

/// Operator set of every graph: the newest that needs no axes-as-input reductions, which both engines fuse.
pub(crate) const OPSET: u64 = 17;
/// The IR version that goes with [`OPSET`].
pub(crate) const IR_VERSION: u64 = 8;
