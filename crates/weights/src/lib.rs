//! Checkpoint bytes in, an ONNX graph out.
//!
//! PyTorch files are read by a decoder that knows what a pickle says and does none of it: classes are names, calls
//! are records, storages are stretches of a mapped file. Every size is checked against the bytes that are there
//! and against [`Limits`].
//!
//! Never here: running anything a file asks for, the network, threads, images. The same bytes in give the same
//! bytes out. The one `unsafe` block maps the file.
//!
//! Read first: [`Checkpoint`], an opened file, and [`View`], which walks through it; then [`build`], which makes a
//! [`Network`] of it.

mod architectures;
pub mod checkpoint;
pub mod class_names;
pub mod inspect;
pub mod limits;
pub mod megadetector;
pub mod network;
mod onnx;
pub mod pickle;
pub mod safetensors;
mod source;
pub mod tensor;
pub mod zip;

pub use checkpoint::{Checkpoint, OpenError};
pub use class_names::{ClassNamesError, class_names};
pub use inspect::{Report, inspect};
pub use limits::Limits;
pub use megadetector::MegadetectorInfo;
pub use network::{
    AnchorFreeHead, BuildError, BuildOptions, Head, Network, Prefer, Preprocessing, Yolov5Head, build,
    build_with,
};
pub use pickle::{Global, Kind, Pickle, View};
pub use safetensors::Safetensors;
pub use tensor::{DType, TensorError, TensorView};
