//! A network read from a checkpoint, ready to be written as ONNX.

use std::io::Write;

use thiserror::Error;

pub use crate::architectures::LayerError;
use crate::architectures::{fx_graph_module, yolov5};
use crate::checkpoint::Checkpoint;
use crate::onnx::graph::Graph;
use crate::onnx::write;
pub use crate::onnx::write::WriteError;

/// A network whose layers are wired and checked, and whose weights still lie in the checkpoint.
#[derive(Debug)]
pub struct Network<'c> {
    /// What the outputs mean.
    pub head: Head,
    graph: Graph<'c>,
    checkpoint: &'c Checkpoint,
}

/// What a network's outputs mean.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Head {
    /// A YOLOv5 detector.
    ///
    /// Input `images`: f32 `[1, 3, height, width]`, RGB, 0 to 1, both sides multiples of the largest stride.
    /// Outputs `level0`, `level1`, ...: f32 `[1, anchors * (5 + classes), height / stride, width / stride]`, the
    /// raw maps, before sigmoid and decoding. Channels run anchor by anchor: x, y, width, height, objectness,
    /// classes.
    Yolov5(Yolov5Head),
    /// A classifier. Input `input`, output `logits`, f32 `[batch, classes]`.
    Logits {
        /// Number of classes.
        classes: usize,
        /// Sizes of the input's axes where the graph fixes them. What the axes mean is up to the graph:
        /// SpeciesNet's takes `[batch, rows, columns, 3]`, RGB, 0 to 1, and scales it itself.
        input: Vec<Option<usize>>,
    },
}

/// The numbers that decode a YOLOv5 network's maps.
#[derive(Debug, Clone, PartialEq)]
pub struct Yolov5Head {
    /// Pixels of the image for each pixel of a level, one for each level.
    pub strides: Vec<f32>,
    /// Width and height of each anchor, per level, in pixels of the letterboxed image.
    pub anchors: Vec<Vec<[f32; 2]>>,
    /// Names of the classes, by index.
    pub names: Vec<String>,
}

/// Why no network could be built.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum BuildError {
    #[error(
        "{file}: no known network: expected a YOLOv5 checkpoint or a torch.fx GraphModule, found {found}"
    )]
    Unknown { file: String, found: String },
    #[error("{file}: layer {layer} ({class}) cannot be built")]
    Layer {
        file: String,
        layer: String,
        class: String,
        #[source]
        problem: Box<LayerError>,
    },
}

/// Builds the network that a checkpoint holds. Weights are not read yet, only their shapes.
pub fn build(checkpoint: &Checkpoint) -> Result<Network<'_>, BuildError> {
    let root = checkpoint.root();
    let mut graph = Graph::default();
    let head = if let Some(body) = fx_graph_module::find(root) {
        fx_graph_module::build(&mut graph, checkpoint, body)
    } else if let Some(model) = yolov5::find(root) {
        yolov5::build(&mut graph, checkpoint, model).map(Head::Yolov5)
    } else {
        let model = root.attr("ema").filter(|ema| !ema.is_none()).or_else(|| root.attr("model"));
        let found = model.unwrap_or(root).describe();
        return Err(BuildError::Unknown { file: checkpoint.file().to_owned(), found });
    };
    match head {
        Ok(head) => Ok(Network { head, graph, checkpoint }),
        Err(problem) => Err(BuildError::Layer {
            file: checkpoint.file().to_owned(),
            layer: graph.path(),
            class: graph.class().to_owned(),
            problem: Box::new(problem),
        }),
    }
}

impl Network<'_> {
    /// Writes the network as one ONNX file, at most 2 GiB. Weights are read, folded and written one at a time,
    /// so memory stays near the largest of them. Wrap a file in a `BufWriter`.
    pub fn write_onnx(&self, out: &mut impl Write) -> Result<(), WriteError> {
        write::inline(&self.graph, self.checkpoint, out)
    }

    /// Writes the network as an ONNX file and a file of weights beside it, which engines can map instead of
    /// reading. `data_name` is the second file's name, without folder.
    pub fn write_onnx_and_data(
        &self,
        out: &mut impl Write,
        data: &mut impl Write,
        data_name: &str,
    ) -> Result<(), WriteError> {
        write::split(&self.graph, self.checkpoint, out, data, data_name)
    }

    /// The network as the bytes of one ONNX file.
    pub fn to_onnx(&self) -> Result<Vec<u8>, WriteError> {
        let mut bytes = Vec::new();
        self.write_onnx(&mut bytes)?;
        Ok(bytes)
    }
}
