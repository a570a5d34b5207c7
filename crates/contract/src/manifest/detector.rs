//! `detector`: the network that finds things.

use serde_json::Value;

use super::file_name::{self, FileName};
use super::labels::{self, Labels};
use super::problem::Problems;
use super::section::Section;
use super::values;

/// Keys of `detector`.
pub(super) const KEYS: &[&str] = &[
    "weights",
    "head",
    "labels",
    "size",
    "fit",
    "stride",
    "mean",
    "std",
    "channels",
    "confidence",
    "overlap",
    "most_boxes",
    "animal",
    "person",
];

/// A detector, as described.
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    /// The network.
    pub weights: FileName,
    /// How its outputs are read.
    pub head: HeadKind,
    /// Names of its classes. Needed for ONNX; a `.pt` knows its own, which these replace.
    pub labels: Option<Labels>,
    /// Rows and columns of the input, 32 to 4096; by default what the network says, else 640.
    pub size: Option<[usize; 2]>,
    /// How a picture is made to fit; by default `rectangle` where the network takes any size, else `square`.
    pub fit: Option<DetectorFit>,
    /// Both sides are made multiples of it, 1 to 256.
    pub stride: usize,
    /// Subtracted from red, green and blue, which are 0..=1.
    pub mean: [f32; 3],
    /// Divides what is left; above 0.
    pub std: [f32; 3],
    /// The order of the planes.
    pub channels: ChannelOrder,
    /// Boxes must be surer than this, 0.001 to 1.
    pub confidence: f64,
    /// Overlap (intersection over union) above which the less sure box goes, 0..=1.
    pub overlap: f64,
    /// Boxes of a picture, 1 to 3000.
    pub most_boxes: usize,
    /// Labels of animals: what a classifier names.
    pub animal: Vec<String>,
    /// Labels of people.
    pub person: Vec<String>,
}

/// How outputs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadKind {
    /// As the weights file says, which a `.pt` does.
    Auto,
    /// One output `[1, rows, 5 + classes]`: centre x and y, width, height, objectness, class scores.
    Yolov5,
    /// One output `[1, 4 + classes, rows]`: centre x and y, width, height, class scores. YOLOv8, v9, 11.
    Yolov8,
    /// One output `[1, rows, 6]`: left, top, right, bottom, score, class; already thinned out. YOLOv10.
    EndToEnd,
}

/// How a picture is made to fit the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetectorFit {
    /// Scaled to the size, with the least border that makes both sides multiples of the stride.
    Rectangle,
    /// Scaled to the size, with a border all around to exactly that size.
    Square,
    /// Pulled to exactly that size, whatever its proportions.
    Stretch,
}

/// The order of the planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelOrder {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// Words for [`HeadKind`].
pub(super) const HEADS: &[(&str, HeadKind)] = &[
    ("auto", HeadKind::Auto),
    ("yolov5", HeadKind::Yolov5),
    ("yolov8", HeadKind::Yolov8),
    ("end-to-end", HeadKind::EndToEnd),
];
const FITS: &[(&str, DetectorFit)] = &[
    ("rectangle", DetectorFit::Rectangle),
    ("square", DetectorFit::Square),
    ("stretch", DetectorFit::Stretch),
];
const ORDERS: &[(&str, ChannelOrder)] = &[("rgb", ChannelOrder::Rgb), ("bgr", ChannelOrder::Bgr)];

impl Detector {
    pub(super) fn read(value: &Value, problems: &mut Problems) -> Option<Self> {
        let section = Section::open(value, "detector", KEYS, problems)?;
        let weights = section.need("weights", file_name::weights, problems);
        let head = section.get("head", values::choice(HEADS), problems);
        let labels = section.get("labels", labels::read, problems);
        let onnx = weights.as_ref().is_some_and(|name| name.has_extension("onnx"));
        if onnx && !section.has("labels") {
            let text =
                "an ONNX file does not name its classes: give a list of names, or the name of a .txt, .json \
                        or .pkl file"
                    .to_owned();
            problems.add("detector.labels", text);
        }
        if onnx && (!section.has("head") || head == Some(HeadKind::Auto)) {
            let text = "an ONNX file does not tell how its output is read: give \"yolov5\" for [1, rows, 5 + classes], \
                        \"yolov8\" for [1, 4 + classes, rows] (YOLOv8, v9, 11), or \"end-to-end\" for [1, rows, 6] \
                        (YOLOv10)"
                .to_owned();
            problems.add("detector.head", text);
        }
        if weights.is_some() && !onnx && head.is_some_and(|head| head != HeadKind::Auto) {
            problems.add("detector.head", "a .pt file tells its head itself: leave this key out".to_owned());
        }
        let detector = Self {
            weights: weights?,
            head: head.unwrap_or(HeadKind::Auto),
            labels,
            size: section.get("size", values::size(32..=4096), problems),
            fit: section.get("fit", values::choice(FITS), problems),
            stride: section
                .get("stride", values::whole(1..=256), problems)
                .map_or(32, |stride| stride as usize),
            mean: section.get("mean", values::colours(-1e3..=1e3), problems).unwrap_or([0.0; 3]),
            std: section.get("std", values::colours(1e-6..=1e3), problems).unwrap_or([1.0; 3]),
            channels: section.get("channels", values::choice(ORDERS), problems).unwrap_or(ChannelOrder::Rgb),
            confidence: section.get("confidence", values::number(0.001..=1.0), problems).unwrap_or(0.25),
            overlap: section.get("overlap", values::number(0.0..=1.0), problems).unwrap_or(0.7),
            most_boxes: section
                .get("most_boxes", values::whole(1..=3_000), problems)
                .map_or(300, |most| most as usize),
            animal: names(&section, "animal", problems),
            person: names(&section, "person", problems),
        };
        detector.check(problems);
        Some(detector)
    }

    fn check(&self, problems: &mut Problems) {
        if self.fit == Some(DetectorFit::Rectangle)
            && self.size.is_some_and(|[rows, columns]| rows != columns)
        {
            let text = "with \"fit\": \"rectangle\" the size is one number, the longer side".to_owned();
            problems.add("detector.size", text);
        }
        let Some(Labels::List(labels)) = &self.labels else { return };
        for (key, names) in [("animal", &self.animal), ("person", &self.person)] {
            for name in names.iter().filter(|name| **name != key && !labels.contains(name)) {
                let text = format!("\"{}\" is not among the detector's labels", values::shortened(name));
                problems.add(format!("detector.{key}"), text);
            }
        }
    }
}

fn names(section: &Section<'_>, key: &str, problems: &mut Problems) -> Vec<String> {
    section.get(key, values::texts(0..=1_000, 500), problems).unwrap_or_else(|| vec![key.to_owned()])
}
