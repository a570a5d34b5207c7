//! Detector outputs become boxes: decode, suppress, map back to the photo.
//!
//! Each frame has a type of its own, so that a box of one cannot be taken for a box of another:
//! [`NetworkBox`] lies in the letterboxed picture, [`PhotoBox`] in the upright photo, and the wire carries
//! fractions of the photo ([`PhotoBox::fractions`]).

mod anchor_free;
mod decoded;
mod frame;
mod head;
mod suppression;

pub use anchor_free::{AnchorFreeHead, Cell, select};
pub use decoded::{DecodedForm, DecodedHead};
pub use frame::{NetworkBox, PhotoBox, WayBack};
pub use head::{DecodeHeadError, Level, Yolov5Head};
pub use suppression::{Neighbours, Suppression, suppress};

/// A box with what the detector says of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Where.
    pub bbox: NetworkBox,
    /// The class's score, 0..=1; times objectness where the head has one.
    pub confidence: f32,
    /// The class, from 0; the best one, the first of equals, where the head gives one box for a place.
    pub class: usize,
}

impl Scored {
    /// Reads one decoded row `[cx, cy, w, h, objectness, class scores...]`, pixels and 0..=1, and keeps it
    /// when objectness and its product with the best class score both exceed `threshold`. NaN never does.
    pub fn from_row(row: &[f32], threshold: f32) -> Option<Self> {
        let &[cx, cy, w, h, objectness, ref scores @ ..] = row else { return None };
        if objectness.is_nan() || objectness <= threshold {
            return None;
        }
        let mut best = (0, f32::NEG_INFINITY);
        for (class, score) in scores.iter().enumerate() {
            let confidence = score * objectness;
            if confidence > best.1 {
                best = (class, confidence);
            }
        }
        let (class, confidence) = best;
        let bbox = NetworkBox { x1: cx - w / 2.0, y1: cy - h / 2.0, x2: cx + w / 2.0, y2: cy + h / 2.0 };
        (confidence > threshold).then_some(Self { bbox, confidence, class })
    }
}
