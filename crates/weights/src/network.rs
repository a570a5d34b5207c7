//! A network read from a checkpoint, ready to be written as ONNX.

use std::io::Write;

use thiserror::Error;

pub use crate::architectures::LayerError;
use crate::architectures::{efficientnet, feature_head, fx_graph_module, vit, yolo};
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
    /// A YOLO detector without anchors: v8 and later.
    ///
    /// Input `images`: f32 `[1, 3, height, width]`, RGB, 0 to 1, both sides multiples of the largest stride.
    /// Outputs `level0`, `level1`, ...: f32 `[1, 4 * bins + classes, height / stride, width / stride]`, the raw
    /// maps, before softmax, sigmoid and decoding. Channels: the bins of left, top, right and bottom, then the
    /// classes.
    AnchorFree(AnchorFreeHead),
    /// A classifier. Input `input`, output `logits`, f32 `[batch, classes]`.
    Logits {
        /// Number of classes.
        classes: usize,
        /// Sizes of the input's axes where the graph fixes them. What the axes mean is up to the graph:
        /// SpeciesNet's takes `[batch, rows, columns, 3]`, RGB, 0 to 1, and scales it itself. Those that are built
        /// from ViT and EfficientNetV2 files take `[batch, 3, side, side]`, RGB, less the mean and divided by the
        /// deviation of each channel, which is not in the graph.
        input: Vec<Option<usize>>,
        /// Width of a second output `features`, f32 `[batch, width]`: what the last layer is given. A network of
        /// its own may go on from it.
        features: Option<usize>,
        /// How pictures are to be made into inputs, where the file says so.
        preprocessing: Option<Preprocessing>,
    },
    /// A classifier on top of another's `features`. Input `features`, f32 `[batch, features]`, output `logits`, f32
    /// `[batch, classes]`.
    OnFeatures {
        /// Width of the input.
        features: usize,
        /// Number of classes.
        classes: usize,
    },
}

/// The numbers that decode the maps of a detector without anchors.
#[derive(Debug, Clone, PartialEq)]
pub struct AnchorFreeHead {
    /// Pixels of the image for each pixel of a level, one for each level.
    pub strides: Vec<f32>,
    /// Bins that the distance to a side is spread over, 0, 1, 2, ... strides; 16 in every published model.
    pub bins: usize,
    /// Names of the classes, by index.
    pub names: Vec<String>,
    /// Each animal is found once, as in YOLOv10: boxes are taken by score and none is suppressed.
    pub end_to_end: bool,
    /// The side, in pixels, that images are to be fitted into: as asked for, else as the file says.
    pub image_size: Option<usize>,
}

/// What a file says of the pictures its network wants. None of it is in the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocessing {
    /// Rows and columns that pictures are resized to.
    pub size: [usize; 2],
    /// Subtracted from each channel, RGB, after scaling to 0..=1.
    pub mean: [f32; 3],
    /// Each channel is divided by it afterwards.
    pub std: [f32; 3],
    /// How pictures are resized, in Pillow's words: `bicubic`, `bilinear`, ...
    pub interpolation: Option<String>,
}

/// What a caller may choose about a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Side of the square pictures, in pixels, for classifiers whose graph depends on it: else what the file
    /// says, else what the network was made for. Detectors take any size and only pass it on.
    pub image_size: Option<usize>,
    /// Which of two models of one file is built.
    pub prefer: Prefer,
}

/// A checkpoint of a training may hold the model twice: as it was trained last, and averaged over the last steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Prefer {
    /// The average, `ema`, where there is one: as yolov5's and ultralytics' own loaders do.
    #[default]
    Ema,
    /// The last, `model`, where there is one: as SpeciesNet's loader does.
    Model,
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
        "{file}: no known network: expected a YOLO detector, a ViT state dict, an EfficientNet in TorchScript or a \
         torch.fx GraphModule, found {found}"
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

/// Builds the network that a checkpoint holds. Weights are not read yet, but for the few that decide shapes.
pub fn build(checkpoint: &Checkpoint) -> Result<Network<'_>, BuildError> {
    build_with(checkpoint, &BuildOptions::default())
}

/// As [`build`], with choices.
pub fn build_with<'c>(checkpoint: &'c Checkpoint, options: &BuildOptions) -> Result<Network<'c>, BuildError> {
    let root = checkpoint.root();
    let mut graph = Graph::default();
    let head = if let Some(body) = fx_graph_module::find(root) {
        fx_graph_module::build(&mut graph, checkpoint, body)
    } else if let Some(model) = yolo::find(root, options.prefer) {
        yolo::build(&mut graph, checkpoint, model)
    } else if let Some(naming) = efficientnet::find(checkpoint) {
        efficientnet::build(&mut graph, checkpoint, naming, options)
    } else if let Some(found) = vit::find(root) {
        vit::build(&mut graph, checkpoint, &found, options)
    } else if let Some(dict) = feature_head::find(root) {
        feature_head::build(&mut graph, dict)
    } else {
        let found = yolo::model(root, options.prefer).describe();
        return Err(BuildError::Unknown { file: checkpoint.file().to_owned(), found });
    };
    match head {
        Ok(head) => Ok(Network { head: with_size(head, options), graph, checkpoint }),
        Err(problem) => Err(BuildError::Layer {
            file: checkpoint.file().to_owned(),
            layer: graph.path(),
            class: graph.class().to_owned(),
            problem: Box::new(problem),
        }),
    }
}

/// A size that was asked for stands in for the file's.
fn with_size(head: Head, options: &BuildOptions) -> Head {
    match head {
        Head::AnchorFree(head) => {
            let image_size = options.image_size.or(head.image_size);
            Head::AnchorFree(AnchorFreeHead { image_size, ..head })
        }
        other => other,
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
