//! Greedy non-maximum suppression, class by class.

use super::{NetworkBox, Scored};

/// How overlapping boxes are thinned out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suppression {
    /// Overlap (intersection over union, 0..=1) above which the less confident box goes.
    pub max_overlap: f64,
    /// Most confident boxes that enter.
    pub candidates: usize,
    /// Boxes that leave, at most.
    pub kept: usize,
    /// How boxes of different classes are kept from covering each other.
    pub neighbours: Neighbours,
}

/// How boxes of different classes are kept from covering each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// They are shifted 7680 pixels apart for each class, in f32, which also coarsens them: yolov5's and ultralytics'
    /// libraries. The overlaps are those of the coarsened boxes, and boxes longer than that meet again.
    Shifted,
    /// Each class is thinned out by itself: the MegaDetector package.
    Apart,
}

impl Suppression {
    /// What the reference's SpeciesNet detector uses.
    pub const SPECIESNET: Self =
        Self { max_overlap: 0.45, candidates: 30_000, kept: 300, neighbours: Neighbours::Shifted };
    /// What ultralytics' library uses unless told otherwise.
    pub const ULTRALYTICS: Self = Self { max_overlap: 0.7, ..Self::SPECIESNET };
    /// What the MegaDetector package uses for YOLOv5 networks in its classic mode.
    pub const MEGADETECTOR: Self = Self { neighbours: Neighbours::Apart, ..Self::SPECIESNET };
}

/// What [`Neighbours::Shifted`] adds for each class.
const CLASS_OFFSET: f32 = 7680.0;

/// The boxes that remain, most confident first; equals keep their order.
pub fn suppress(mut boxes: Vec<Scored>, rule: &Suppression) -> Vec<Scored> {
    boxes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    boxes.truncate(rule.candidates);
    let mut kept: Vec<(Scored, NetworkBox)> = Vec::new();
    for candidate in boxes {
        if kept.len() == rule.kept {
            break;
        }
        let (shifted, apart) = match rule.neighbours {
            Neighbours::Shifted => (shifted(&candidate), false),
            Neighbours::Apart => (candidate.bbox, true),
        };
        let covered = |(scored, other): &(Scored, NetworkBox)| {
            let strangers = apart && scored.class != candidate.class;
            !strangers && f64::from(overlap(other, &shifted)) > rule.max_overlap
        };
        if !kept.iter().any(covered) {
            kept.push((candidate, shifted));
        }
    }
    kept.into_iter().map(|(scored, _)| scored).collect()
}

fn shifted(scored: &Scored) -> NetworkBox {
    let offset = scored.class as f32 * CLASS_OFFSET;
    let NetworkBox { x1, y1, x2, y2 } = scored.bbox;
    NetworkBox { x1: x1 + offset, y1: y1 + offset, x2: x2 + offset, y2: y2 + offset }
}

/// Intersection over union in f32; NaN for two empty boxes, which then do not cover each other.
fn overlap(a: &NetworkBox, b: &NetworkBox) -> f32 {
    let area = |r: &NetworkBox| (r.x2 - r.x1) * (r.y2 - r.y1);
    let width = (a.x2.min(b.x2) - a.x1.max(b.x1)).max(0.0);
    let height = (a.y2.min(b.y2) - a.y1.max(b.y1)).max(0.0);
    let shared = width * height;
    shared / (area(a) + area(b) - shared)
}
