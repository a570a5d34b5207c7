//! The arithmetic of ultralytics' anchor-free heads (YOLOv8, v9, v10, 11): raw maps in, boxes out.
//!
//! Every cell of every level predicts one box: for each of its four sides a distribution over distances, whose mean
//! is taken, and a score for each class.

use super::head::{below_logit, sigmoid};
use super::{DecodeHeadError, Level, NetworkBox, Scored};

/// What the head needs beside its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct AnchorFreeHead {
    /// Pixels of the letterboxed picture per cell, a level each.
    pub strides: Vec<f32>,
    /// Distances each side chooses from, 0..bins cells; 16 in every published model.
    pub bins: usize,
    /// Class scores per cell.
    pub classes: usize,
    /// Whether the network was trained to answer without suppression (YOLOv10's one-to-one branch).
    pub end_to_end: bool,
}

/// One cell: its box as corners in pixels of the letterboxed picture, and the scores of its classes, 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Where.
    pub bbox: NetworkBox,
    /// One for each class.
    pub scores: Vec<f32>,
}

/// Boxes that leave an end-to-end head, at most.
const MOST_SELECTED: usize = 300;

impl AnchorFreeHead {
    /// Boxes whose best class exceeds `threshold` (0..1), by level, row and column; of equal classes the first.
    ///
    /// Raw maps are `[4 × bins + classes, rows, columns]`: left, top, right, bottom times bins, then class logits.
    /// Corners pass through centre and size, as the reference computes them before its suppression.
    pub fn decode(&self, levels: &[Level<'_>], threshold: f32) -> Result<Vec<Scored>, DecodeHeadError> {
        let mut found = Vec::new();
        self.visit(levels, threshold, &mut |cell| {
            let (class, confidence) = best(&cell.scores);
            if confidence > threshold {
                found.push(Scored { bbox: through_centre(cell.bbox), confidence, class });
            }
        })?;
        Ok(found)
    }

    /// What an end-to-end head keeps, most confident first: of the 300 cells with the highest best class, as
    /// many of the highest class scores, and of those what exceeds `threshold`. A cell may give a box for each of its classes.
    ///
    /// Equal scores keep the order of the cells.
    pub fn select(&self, levels: &[Level<'_>], threshold: f32) -> Result<Vec<Scored>, DecodeHeadError> {
        let mut cells = Vec::new();
        self.visit(levels, threshold, &mut |cell| cells.push(cell))?;
        let all: usize = levels.iter().map(|level| level.height * level.width).sum();
        Ok(select(cells, all, threshold))
    }

    /// Calls `each` with every cell of which a class exceeds `threshold`, by level, row and column; a negative
    /// threshold visits all.
    pub fn visit(
        &self,
        levels: &[Level<'_>],
        threshold: f32,
        each: &mut dyn FnMut(Cell),
    ) -> Result<(), DecodeHeadError> {
        if levels.len() != self.strides.len() {
            let (expected, got) = (format!("{} levels", self.strides.len()), format!("{}", levels.len()));
            return Err(DecodeHeadError::Shape { expected, got });
        }
        for (index, (level, stride)) in levels.iter().zip(&self.strides).enumerate() {
            self.visit_level(index, level, *stride, threshold, each)?;
        }
        Ok(())
    }

    fn visit_level(
        &self,
        index: usize,
        level: &Level<'_>,
        stride: f32,
        threshold: f32,
        each: &mut dyn FnMut(Cell),
    ) -> Result<(), DecodeHeadError> {
        let cells = level.height * level.width;
        let sides = 4 * self.bins;
        if cells == 0 || level.values.len() != (sides + self.classes) * cells {
            let expected = format!("{} maps at level {index}", sides + self.classes);
            let got = format!("{} numbers in maps of {} × {}", level.values.len(), level.height, level.width);
            return Err(DecodeHeadError::Shape { expected, got });
        }
        let quiet = below_logit(threshold);
        let maps: Vec<&[f32]> = level.values.chunks_exact(cells).collect();
        let (side_maps, class_maps) = maps.split_at(sides);
        for cell in 0..cells {
            let at = |map: &&[f32]| map.get(cell).copied().unwrap_or(f32::NAN);
            if class_maps.iter().map(at).all(|logit| logit < quiet) {
                continue;
            }
            let scores: Vec<f32> = class_maps.iter().map(at).map(sigmoid).collect();
            let logits: Vec<f32> = side_maps.iter().map(at).collect();
            let mut distances = logits.chunks_exact(self.bins).map(mean_distance);
            let mut next = || distances.next().unwrap_or(f32::NAN);
            let [left, top, right, bottom] = [next(), next(), next(), next()];
            let (x, y) = ((cell % level.width) as f32 + 0.5, (cell / level.width) as f32 + 0.5);
            let bbox = NetworkBox {
                x1: (x - left) * stride,
                y1: (y - top) * stride,
                x2: (x + right) * stride,
                y2: (y + bottom) * stride,
            };
            let sum = bbox.x1 + bbox.y1 + bbox.x2 + bbox.y2 + scores.iter().sum::<f32>();
            if !sum.is_finite() {
                return Err(DecodeHeadError::NotANumber { level: index });
            }
            each(Cell { bbox, scores });
        }
        Ok(())
    }
}

/// See [`AnchorFreeHead::select`]. `cells` are in the head's order; those without a class above `threshold` may be
/// missing, so `all` says how many there were.
pub fn select(mut cells: Vec<Cell>, all: usize, threshold: f32) -> Vec<Scored> {
    let most = all.min(MOST_SELECTED);
    cells.sort_by(|a, b| best(&b.scores).1.total_cmp(&best(&a.scores).1));
    cells.truncate(most);
    let scored = |cell: &Cell| {
        let bbox = cell.bbox;
        let each = |(class, confidence): (usize, f32)| Scored { bbox, confidence, class };
        cell.scores.iter().copied().enumerate().map(each).collect::<Vec<_>>()
    };
    let mut kept: Vec<Scored> = cells.iter().flat_map(scored).collect();
    kept.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    kept.truncate(most);
    kept.retain(|scored| scored.confidence > threshold);
    kept
}

/// The best class and its score; of equal ones the first.
fn best(scores: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, score) in scores.iter().enumerate() {
        if *score > best.1 {
            best = (class, *score);
        }
    }
    best
}

/// The mean of the softmax over distances 0, 1, 2, ... cells.
fn mean_distance(logits: &[f32]) -> f32 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    let mut weighed = 0.0;
    for (distance, logit) in logits.iter().enumerate() {
        let power = (logit - largest).exp();
        sum += power;
        weighed += power * distance as f32;
    }
    weighed / sum
}

fn through_centre(corners: NetworkBox) -> NetworkBox {
    let NetworkBox { x1, y1, x2, y2 } = corners;
    let (cx, cy, w, h) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0, x2 - x1, y2 - y1);
    NetworkBox { x1: cx - w / 2.0, y1: cy - h / 2.0, x2: cx + w / 2.0, y2: cy + h / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> AnchorFreeHead {
        AnchorFreeHead { strides: vec![8.0], bins: 2, classes: 2, end_to_end: false }
    }

    /// A grid of 1 × 2 cells: distances by their logits, then the classes of each cell.
    fn maps(bin_logits: [[f32; 2]; 8], classes: [[f32; 2]; 2]) -> Vec<f32> {
        bin_logits.concat().into_iter().chain(classes.concat()).collect()
    }

    #[test]
    fn decodes_what_passes() {
        let mut bins = [[0.0, 0.0]; 8];
        bins[5] = [100.0, 0.0];
        let values = maps(bins, [[-40.0, -40.0], [40.0, -40.0]]);
        let level = [Level { height: 1, width: 2, values: &values }];
        let expected =
            Scored { bbox: NetworkBox { x1: 0.0, y1: 0.0, x2: 12.0, y2: 8.0 }, confidence: 1.0, class: 1 };
        assert_eq!(head().decode(&level, 0.25).unwrap(), [expected]);
        assert_eq!(head().select(&level, 0.25).unwrap(), [expected]);
    }

    #[test]
    fn an_end_to_end_head_may_name_a_cell_twice() {
        let values = maps([[0.0; 2]; 8], [[3.0, -9.0], [4.0, -9.0]]);
        let level = [Level { height: 1, width: 2, values: &values }];
        let classes: Vec<_> = head().select(&level, 0.5).unwrap().iter().map(|scored| scored.class).collect();
        assert_eq!(classes, [1, 0]);
        assert_eq!(head().decode(&level, 0.5).unwrap().len(), 1);
    }

    #[test]
    fn nonsense_is_an_error() {
        let level = |values: &[f32]| head().decode(&[Level { height: 1, width: 2, values }], 0.25);
        let nan = DecodeHeadError::NotANumber { level: 0 };
        assert_eq!(level(&maps([[0.0; 2]; 8], [[f32::NAN, 0.0], [0.0; 2]])), Err(nan.clone()));
        assert_eq!(level(&maps([[f32::NAN; 2]; 8], [[9.0; 2]; 2])), Err(nan));
        assert!(level(&[0.0; 7]).unwrap_err().to_string().contains("7 numbers"));
        assert!(head().decode(&[], 0.25).unwrap_err().to_string().contains("1 levels"));
    }
}
