//! The YOLOv5 head's arithmetic: raw maps in, boxes out.
//!
//! The network's graph ends at the head's convolutions. A photo has some 80 000 anchors and a handful of
//! objects, so the objectness maps are scanned first and only what passes is decoded.

use thiserror::Error;

use super::Scored;
use crate::session::Output;

/// What the head needs beside its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Yolov5Head {
    /// Pixels of the letterboxed picture per cell, a level each.
    pub strides: Vec<f32>,
    /// Width and height of each anchor in pixels of the letterboxed picture, a list each level.
    pub anchors: Vec<Vec<[f32; 2]>>,
    /// Class scores per anchor.
    pub classes: usize,
}

/// One raw output map, `[anchors × (5 + classes), height, width]`, before the sigmoid.
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// Rows of cells.
    pub height: usize,
    /// Columns of cells.
    pub width: usize,
    /// Channels × height × width numbers.
    pub values: &'a [f32],
}

impl<'a> Level<'a> {
    /// An output of the shape `[1, channels, height, width]`.
    pub(crate) fn of(output: &'a Output) -> Result<Self, DecodeHeadError> {
        match output.shape.as_slice() {
            &[1, _, height, width] => Ok(Level { height, width, values: &output.data }),
            other => {
                let expected = "maps of the shape [1, channels, rows, columns]".to_owned();
                Err(DecodeHeadError::Shape { expected, got: format!("`{}` of {other:?}", output.name) })
            }
        }
    }
}

/// Why outputs cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeHeadError {
    /// The graph and the head disagree.
    #[error("the detector gave {got}, its head expects {expected}")]
    Shape {
        /// What the head describes.
        expected: String,
        /// What came.
        got: String,
    },
    /// Numbers that no picture should cause.
    #[error("the detector's output at level {level} is not a number")]
    NotANumber {
        /// Which level, from 0.
        level: usize,
    },
    /// A score outside 0..=1: another head, or a graph without its last sigmoid.
    #[error(
        "the detector gave a score of {0}, expected 0 to 1: its output is of another form, or lacks the sigmoid"
    )]
    Score(String),
}

impl Yolov5Head {
    /// Boxes whose confidence exceeds `threshold` (0..1), by level, anchor, row and column.
    ///
    /// `xy = (2σ − 0.5 + cell) · stride`, `wh = (2σ)² · anchor`, in f32 as the reference computes it.
    pub fn decode(&self, levels: &[Level<'_>], threshold: f32) -> Result<Vec<Scored>, DecodeHeadError> {
        let mut found = Vec::new();
        self.visit(levels, threshold, &mut |row| found.extend(Scored::from_row(row, threshold)))?;
        Ok(found)
    }

    /// Calls `each` with every decoded row `[cx, cy, w, h, objectness, class scores...]` whose objectness
    /// exceeds `threshold`; a negative threshold visits all.
    pub fn visit(
        &self,
        levels: &[Level<'_>],
        threshold: f32,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<(), DecodeHeadError> {
        if levels.len() != self.strides.len() || levels.len() != self.anchors.len() {
            let (expected, got) = (format!("{} levels", self.strides.len()), format!("{}", levels.len()));
            return Err(DecodeHeadError::Shape { expected, got });
        }
        let described = self.strides.iter().zip(&self.anchors);
        for (index, (level, (&stride, anchors))) in levels.iter().zip(described).enumerate() {
            self.visit_level(index, level, stride, anchors, threshold, each)?;
        }
        Ok(())
    }

    fn visit_level(
        &self,
        index: usize,
        level: &Level<'_>,
        stride: f32,
        anchors: &[[f32; 2]],
        threshold: f32,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<(), DecodeHeadError> {
        let channels = 5 + self.classes;
        let cells = level.height * level.width;
        if cells == 0 || level.values.len() != anchors.len() * channels * cells {
            let expected = format!("{} × {channels} maps at level {index}", anchors.len());
            let got = format!("{} numbers in maps of {} × {}", level.values.len(), level.height, level.width);
            return Err(DecodeHeadError::Shape { expected, got });
        }
        let quiet = below_logit(threshold);
        let mut row = vec![0.0; channels];
        for (maps, anchor) in level.values.chunks_exact(channels * cells).zip(anchors) {
            let maps: Vec<&[f32]> = maps.chunks_exact(cells).collect();
            let objectness = maps.get(4).copied().unwrap_or_default();
            for (cell, &logit) in objectness.iter().enumerate() {
                if logit < quiet {
                    continue;
                }
                for (value, map) in row.iter_mut().zip(&maps) {
                    *value = map.get(cell).map_or(f32::NAN, |&raw| sigmoid(raw));
                }
                if row.iter().any(|value| value.is_nan()) {
                    return Err(DecodeHeadError::NotANumber { level: index });
                }
                let cell = [(cell % level.width) as f32, (cell / level.width) as f32];
                place(&mut row, cell, stride, *anchor);
                each(&row);
            }
        }
        Ok(())
    }
}

/// Turns the first four numbers of a row, 0..=1, into a box in pixels.
fn place(row: &mut [f32], cell: [f32; 2], stride: f32, anchor: [f32; 2]) {
    if let [x, y, w, h, ..] = row {
        *x = (*x * 2.0 + (cell[0] - 0.5)) * stride;
        *y = (*y * 2.0 + (cell[1] - 0.5)) * stride;
        *w = (*w * 2.0) * (*w * 2.0) * anchor[0];
        *h = (*h * 2.0) * (*h * 2.0) * anchor[1];
    }
}

pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// A logit surely below the threshold's, so that skipping what is smaller skips nothing that passes.
/// Comparisons with NaN are false, so a NaN is never skipped.
pub(super) fn below_logit(threshold: f32) -> f32 {
    const MARGIN: f32 = 0.01;
    if threshold > 0.0 { (threshold / (1.0 - threshold)).ln() - MARGIN } else { f32::NEG_INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Yolov5Head {
        Yolov5Head { strides: vec![8.0], anchors: vec![vec![[10.0, 20.0]]], classes: 2 }
    }

    /// One anchor on a 1 × 2 grid: box maps at 0, objectness and classes as given.
    fn maps(objectness: [f32; 2], classes: [[f32; 2]; 2]) -> Vec<f32> {
        let mut values = vec![0.0; 8];
        values.extend(objectness);
        values.extend(classes.concat());
        values
    }

    #[test]
    fn decodes_what_passes() {
        let values = maps([-9.0, 40.0], [[40.0, -40.0], [40.0, 40.0]]);
        let found = head().decode(&[Level { height: 1, width: 2, values: &values }], 0.01).unwrap();
        assert_eq!(found.len(), 1);
        let only = found[0];
        assert_eq!((only.confidence, only.class), (1.0, 1));
        let centre = [(only.bbox.x1 + only.bbox.x2) / 2.0, (only.bbox.y1 + only.bbox.y2) / 2.0];
        assert_eq!(centre, [12.0, 4.0]);
        assert_eq!([only.bbox.x2 - only.bbox.x1, only.bbox.y2 - only.bbox.y1], [10.0, 20.0]);
    }

    #[test]
    fn not_a_number_is_an_error() {
        let level = |values: &[f32]| head().decode(&[Level { height: 1, width: 2, values }], 0.01);
        let nan = DecodeHeadError::NotANumber { level: 0 };
        assert_eq!(level(&maps([f32::NAN, 0.0], [[0.0; 2]; 2])), Err(nan.clone()));
        assert_eq!(level(&maps([3.0, -9.0], [[f32::NAN, 0.0], [0.0; 2]])), Err(nan));
    }

    #[test]
    fn other_shapes_are_errors() {
        let values = [0.0; 13];
        let short = Level { height: 1, width: 2, values: &values };
        assert!(head().decode(&[short], 0.01).unwrap_err().to_string().contains("13 numbers"));
        assert!(head().decode(&[], 0.01).unwrap_err().to_string().contains("1 levels"));
    }
}
