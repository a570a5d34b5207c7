//! The detector: a picture fitted into its input, boxes out.

use thiserror::Error;

use super::{ANIMAL, OpenDetectorModelError, PERSON};
use crate::boxes::{
    AnchorFreeHead, DecodeHeadError, DecodedHead, Level, PhotoBox, Scored, Suppression, WayBack, Yolov5Head,
    suppress,
};
use crate::cancel::Cancel;
use crate::image::RgbImage;
use crate::letterbox::{Frame, Letterbox, TooThin};
use crate::resize::opencv_area::opencv_area;
use crate::resize::opencv_linear::opencv_linear;
use crate::session::{Input, RunError, Session};

/// A detection network, as it comes out of a checkpoint.
pub struct DetectorNetwork {
    /// Input `[1, 3, H, W]`, RGB, 0..=1; outputs as `head` describes them, levels finest first.
    pub session: Session,
    /// How to read the outputs.
    pub head: Head,
    /// Names of the classes.
    pub names: Vec<String>,
    /// The longer side of the input it was trained for, in pixels.
    pub image_size: usize,
}

/// How a detector's outputs are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// Raw maps of a YOLOv5.
    Yolov5(Yolov5Head),
    /// Raw maps of a YOLOv8, v9, v10 or 11.
    AnchorFree(AnchorFreeHead),
    /// The graph computes boxes itself.
    Decoded(DecodedHead),
}

/// How a picture becomes the network's input, and boxes find the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// As ultralytics 8.3 does.
    Ultralytics(Frame),
    /// As yolov5 does, and the MegaDetector package in its classic mode: boxes are rounded to whole pixels.
    Yolov5(Frame),
    /// As ultralytics does for networks that take one size only: a border all around to exactly that.
    Exact {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Pulled to exactly that size.
    Stretch {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// As the MegaDetector package does in its modern mode: resized first, then laid in the middle.
    Modern {
        /// The longer side after the resize, in pixels.
        side: usize,
        /// Both sides of the input become multiples of it.
        stride: usize,
    },
}

/// A detector with everything that decides its boxes.
pub struct Detector {
    /// The network.
    pub session: Session,
    /// How its outputs are read.
    pub head: Head,
    /// Names of its classes.
    pub names: Vec<String>,
    /// How pictures are fitted into its input.
    pub fit: Fit,
    /// What becomes of a picture's colours.
    pub colours: Colours,
    /// Its names of animals, which a classifier tells apart.
    pub animals: Vec<String>,
    /// Its names of people.
    pub people: Vec<String>,
    /// Boxes must be surer than this, 0..1.
    pub least_confidence: f32,
    /// How overlapping boxes are thinned out; of an end-to-end head only their number is bounded.
    pub suppression: Suppression,
}

/// What becomes of a picture's colours, which are 0..=1, on the way into the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colours {
    /// Subtracted from red, green and blue.
    pub mean: [f32; 3],
    /// Divides what is left.
    pub std: [f32; 3],
    /// Whether the blue plane comes first.
    pub blue_first: bool,
}

impl Default for Colours {
    /// Nothing.
    fn default() -> Self {
        Self { mean: [0.0; 3], std: [1.0; 3], blue_first: false }
    }
}

impl Colours {
    /// Changes three planes, RGB, in place.
    fn apply(&self, planes: &mut [f32]) {
        if *self == Self::default() {
            return;
        }
        let size = (planes.len() / 3).max(1);
        for (plane, (mean, std)) in planes.chunks_exact_mut(size).zip(self.mean.iter().zip(self.std)) {
            plane.iter_mut().for_each(|value| *value = (*value - mean) / std);
        }
        if self.blue_first {
            let (red, rest) = planes.split_at_mut(size);
            let blue = rest.get_mut(size..).unwrap_or_default();
            red.iter_mut().zip(blue).for_each(|(red, blue)| std::mem::swap(red, blue));
        }
    }
}

/// A picture, ready for the detector.
pub(super) struct Fitted {
    size: (usize, usize),
    planes: Vec<f32>,
    way_back: WayBack,
}

/// A box the detector kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub class: usize,
    /// 0..=1.
    pub confidence: f32,
    pub bbox: PhotoBox,
}

#[derive(Debug, Error)]
pub(super) enum DetectError {
    #[error("the detector gave no answer")]
    Run(#[source] RunError),
    #[error("the detector's answer cannot be read")]
    Head(#[source] DecodeHeadError),
}

/// The side that ultralytics makes of a size that is no multiple of the stride.
fn whole_strides(side: usize, stride: usize) -> usize {
    side.max(1).next_multiple_of(stride.max(1))
}

/// Stride of every anchor-free model.
const STRIDE: usize = 32;
/// Size for which YOLOv5's larger networks were made, and their stride.
const LARGE: (usize, usize) = (1280, 64);

impl Detector {
    /// As ultralytics' `predict` runs a network, and so Biowatch's servers of DeepFaune, Manas and MegaDetector.
    pub fn ultralytics(network: DetectorNetwork, least_confidence: f32) -> Self {
        let DetectorNetwork { session, head, names, image_size } = network;
        let frame = Frame { side: whole_strides(image_size, STRIDE), stride: Some(STRIDE) };
        let parts = (session, head, names);
        Self::of(parts, Fit::Ultralytics(frame), least_confidence, Suppression::ULTRALYTICS)
    }

    /// As the MegaDetector package runs a network in its default mode, "classic".
    pub fn megadetector_classic(network: DetectorNetwork, least_confidence: f32) -> Self {
        let stride = megadetector_stride(&network);
        let fit =
            Fit::Yolov5(Frame { side: whole_strides(network.image_size, stride), stride: Some(stride) });
        Self::megadetector(network, fit, least_confidence, 0.45)
    }

    /// As the MegaDetector package runs a network in its mode "modern".
    pub fn megadetector_modern(network: DetectorNetwork, least_confidence: f32) -> Self {
        let fit = Fit::Modern { side: network.image_size.max(1), stride: megadetector_stride(&network) };
        Self::megadetector(network, fit, least_confidence, 0.6)
    }

    fn megadetector(network: DetectorNetwork, fit: Fit, least_confidence: f32, max_overlap: f64) -> Self {
        let DetectorNetwork { session, head, names, .. } = network;
        let rule = match head {
            Head::Yolov5(_) => Suppression::MEGADETECTOR,
            Head::AnchorFree(_) | Head::Decoded(_) => Suppression::ULTRALYTICS,
        };
        let suppression = Suppression { max_overlap, ..rule };
        Self::of((session, head, names), fit, least_confidence, suppression)
    }

    /// With the names and colours of all published networks.
    fn of(
        (session, head, names): (Session, Head, Vec<String>),
        fit: Fit,
        least_confidence: f32,
        suppression: Suppression,
    ) -> Self {
        let (animals, people) = (vec![ANIMAL.to_owned()], vec![PERSON.to_owned()]);
        let colours = Colours::default();
        Self { session, head, names, fit, colours, animals, people, least_confidence, suppression }
    }

    pub(super) fn check(&self) -> Result<(), OpenDetectorModelError> {
        let (classes, levels) = match &self.head {
            Head::Yolov5(head) => (head.classes, head.strides.len().min(head.anchors.len())),
            Head::AnchorFree(head) => (head.classes, head.strides.len().min(head.bins)),
            Head::Decoded(head) => (head.classes, 1),
        };
        if levels == 0 {
            return Err(OpenDetectorModelError::Head("no levels, anchors or bins".to_owned()));
        }
        if classes == 0 || classes != self.names.len() {
            let names = self.names.len();
            return Err(OpenDetectorModelError::Names { network: "detector", classes, names });
        }
        Ok(())
    }

    /// Boxes in the photo, most confident first.
    pub(super) fn detect(&mut self, fitted: &Fitted, cancel: &Cancel) -> Result<Vec<Found>, DetectError> {
        let (width, height) = fitted.size;
        let input = Input { shape: &[1, 3, height, width], data: &fitted.planes };
        let outputs = self.session.run(input, cancel).map_err(DetectError::Run)?;
        let levels = || outputs.iter().map(Level::of).collect::<Result<Vec<_>, _>>();
        let least = self.least_confidence;
        let found = match &self.head {
            Head::Yolov5(head) => {
                levels().and_then(|levels| head.decode(&levels, least)).map(|found| self.thinned(found))
            }
            Head::AnchorFree(head) if head.end_to_end => {
                levels().and_then(|levels| head.select(&levels, least))
            }
            Head::AnchorFree(head) => {
                levels().and_then(|levels| head.decode(&levels, least)).map(|found| self.thinned(found))
            }
            Head::Decoded(head) => head
                .decode(&outputs, least)
                .map(|found| if head.is_final() { found } else { self.thinned(found) }),
        };
        let placed = |scored: Scored| Found {
            class: scored.class,
            confidence: scored.confidence.clamp(0.0, 1.0),
            bbox: fitted.way_back.take(scored.bbox),
        };
        let found = found.map_err(DetectError::Head)?;
        Ok(found.into_iter().take(self.suppression.kept).map(placed).collect())
    }

    fn thinned(&self, found: Vec<Scored>) -> Vec<Scored> {
        suppress(found, &self.suppression)
    }
}

fn megadetector_stride(network: &DetectorNetwork) -> usize {
    if network.image_size == LARGE.0 { LARGE.1 } else { STRIDE }
}

impl Fit {
    /// The network's input for a picture.
    pub(super) fn apply(&self, image: &RgbImage, colours: &Colours) -> Result<Fitted, TooThin> {
        let photo = (image.width(), image.height());
        let mut planes = Vec::new();
        let (letterbox, way_back) = match *self {
            Self::Ultralytics(frame) => {
                let letterbox = Letterbox::fit(photo.0, photo.1, frame)?;
                letterbox.write_planes(image, &mut planes);
                (letterbox, WayBack::ultralytics((letterbox.width(), letterbox.height()), photo))
            }
            Self::Yolov5(frame) => {
                let letterbox = Letterbox::fit(photo.0, photo.1, frame)?;
                letterbox.write_planes(image, &mut planes);
                (letterbox, WayBack::yolov5((letterbox.width(), letterbox.height()), photo))
            }
            Self::Exact { width, height } => {
                let letterbox = Letterbox::exactly(photo.0, photo.1, width, height)?;
                letterbox.write_planes(image, &mut planes);
                (letterbox, WayBack::ultralytics((width, height), photo))
            }
            Self::Stretch { width, height } => {
                let pulled = opencv_linear(image, width, height);
                let letterbox = Letterbox::centre(width, height, width, height);
                letterbox.write_planes(&pulled, &mut planes);
                (letterbox, WayBack::stretched((width, height), photo))
            }
            Self::Modern { side, stride } => {
                let resized = resized(image, side)?;
                let inner = (resized.width(), resized.height());
                let longer = inner.0.max(inner.1) as f64;
                let target = |length: usize| {
                    let strides = length as f64 / longer * side as f64 / stride as f64;
                    (strides + 0.5).ceil() as usize * stride
                };
                let letterbox = Letterbox::centre(inner.0, inner.1, target(inner.0), target(inner.1));
                letterbox.write_planes(&resized, &mut planes);
                let network = (letterbox.width(), letterbox.height());
                (letterbox, WayBack::centred(network, inner, photo))
            }
        };
        colours.apply(&mut planes);
        Ok(Fitted { size: (letterbox.width(), letterbox.height()), planes, way_back })
    }
}

/// The picture with its longer side at `side`; each side is cut off behind the point.
fn resized(image: &RgbImage, side: usize) -> Result<RgbImage, TooThin> {
    let (width, height) = (image.width(), image.height());
    let ratio = side as f64 / width.max(height) as f64;
    let [w, h] = [width, height].map(|length| (length as f64 * ratio) as usize);
    if w == 0 || h == 0 {
        return Err(TooThin { width, height, side });
    }
    if (w, h) == (width, height) {
        return Ok(image.clone());
    }
    Ok(if ratio > 1.0 { opencv_linear(image, w, h) } else { opencv_area(image, w, h) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_shifted_scaled_and_turned_round() {
        let colours = Colours { mean: [0.5, 0.0, 0.25], std: [0.5, 1.0, 0.25], blue_first: true };
        let mut planes = [1.0, 0.5, 0.25, 0.75, 0.5, 0.0];
        colours.apply(&mut planes);
        assert_eq!(planes, [1.0, -1.0, 0.25, 0.75, 1.0, 0.0]);
    }

    #[test]
    fn pictures_fit_exactly() {
        let grey = RgbImage::filled(40, 20, vec![255; 40 * 20 * 3]);
        let colours = Colours::default();
        let exact = Fit::Exact { width: 32, height: 24 }.apply(&grey, &colours).unwrap();
        assert_eq!((exact.size, exact.planes.len()), ((32, 24), 32 * 24 * 3));
        assert!(exact.planes.iter().any(|value| *value < 0.5), "there is a border");
        let stretched = Fit::Stretch { width: 32, height: 24 }.apply(&grey, &colours).unwrap();
        assert_eq!((stretched.size, stretched.planes.len()), ((32, 24), 32 * 24 * 3));
        assert!(stretched.planes.iter().all(|value| *value == 1.0), "there is no border");
    }
}
