//! Graphs that compute their boxes themselves, as the exporters of yolov5 and ultralytics write them.

use super::{DecodeHeadError, NetworkBox, Scored};
use crate::session::Output;

/// What the first output of such a graph is. Boxes are in pixels of the network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodedHead {
    /// The form of the output.
    pub form: DecodedForm,
    /// Classes that are told apart.
    pub classes: usize,
}

/// The form of an output with boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodedForm {
    /// `[1, rows, 5 + classes]`: centre x and y, width, height, objectness, class scores 0..=1. yolov5.
    Objectness,
    /// `[1, 4 + classes, rows]`: centre x and y, width, height, class scores 0..=1. ultralytics from YOLOv8 on.
    ClassScores,
    /// `[1, rows, 6]`: left, top, right, bottom, score 0..=1, class; already thinned out. ultralytics' end-to-end form.
    Final,
}

impl DecodedHead {
    /// Whether nothing is left to thin out.
    pub fn is_final(&self) -> bool {
        self.form == DecodedForm::Final
    }

    /// Boxes whose confidence exceeds `threshold` (0..1): most confident first where they are final, else in the
    /// output's order.
    pub(crate) fn decode(&self, outputs: &[Output], threshold: f32) -> Result<Vec<Scored>, DecodeHeadError> {
        let (width, name) = (self.form.width(self.classes), self.form.name());
        let output = outputs.first();
        let transposed = self.form == DecodedForm::ClassScores;
        let rows = match (output.map(|output| output.shape.as_slice()), transposed) {
            (Some(&[1, rows, columns]), false) if columns == width => rows,
            (Some(&[1, columns, rows]), true) if columns == width => rows,
            (shape, _) => {
                let expected = format!("an output {name} with {} classes", self.classes);
                return Err(DecodeHeadError::Shape {
                    expected,
                    got: self.explain(shape.unwrap_or_default()),
                });
            }
        };
        let values = output.map_or(&[][..], |output| &output.data);
        if values.iter().any(|value| !value.is_finite()) {
            return Err(DecodeHeadError::NotANumber { level: 0 });
        }
        let mut found = match self.form {
            DecodedForm::Objectness => {
                values.chunks_exact(width).filter_map(|row| Scored::from_row(row, threshold)).collect()
            }
            DecodedForm::Final => {
                values.chunks_exact(6).filter_map(|row| self.final_row(row, threshold)).collect()
            }
            DecodedForm::ClassScores => {
                let row = |index: usize| {
                    let mut row: Vec<f32> = values.iter().skip(index).step_by(rows).copied().collect();
                    row.insert(4.min(row.len()), 1.0);
                    Scored::from_row(&row, threshold)
                };
                (0..rows).filter_map(row).collect::<Vec<_>>()
            }
        };
        // Half precision rounds a little over.
        if let Some(strange) = found.iter().map(|scored| scored.confidence).find(|score| *score > 1.01) {
            return Err(DecodeHeadError::Score(strange.to_string()));
        }
        if self.is_final() {
            found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        }
        Ok(found)
    }

    /// An output of another shape, and what it looks like.
    fn explain(&self, shape: &[usize]) -> String {
        let forms = [DecodedForm::Final, DecodedForm::ClassScores, DecodedForm::Objectness];
        let fits = |form: &&DecodedForm| match *shape {
            [1, columns, _] if **form == DecodedForm::ClassScores => columns == form.width(self.classes),
            [1, _, columns] => columns == form.width(self.classes),
            _ => false,
        };
        let own = |form: DecodedForm| match *shape {
            [1, columns, _] if form == DecodedForm::ClassScores => columns.checked_sub(form.width(0)),
            [1, _, columns] if form == DecodedForm::Objectness => columns.checked_sub(form.width(0)),
            _ => None,
        };
        let hint = match (forms.iter().find(fits), own(self.form)) {
            (Some(form), _) => format!(", which has the form {}", form.name()),
            (None, Some(classes @ 1..=10_000)) => format!(", which would be {classes} classes"),
            _ => String::new(),
        };
        format!("an output {shape:?}{hint}")
    }

    fn final_row(&self, row: &[f32], threshold: f32) -> Option<Scored> {
        let &[x1, y1, x2, y2, confidence, class] = row else { return None };
        let known = class >= 0.0 && class < self.classes as f32;
        let bbox = NetworkBox { x1, y1, x2, y2 };
        (known && confidence > threshold).then_some(Scored { bbox, confidence, class: class as usize })
    }
}

impl DecodedForm {
    /// Numbers that belong to one box.
    fn width(self, classes: usize) -> usize {
        match self {
            Self::Objectness => 5 + classes,
            Self::ClassScores => 4 + classes,
            Self::Final => 6,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Objectness => "[1, rows, 5 + classes]",
            Self::ClassScores => "[1, 4 + classes, rows]",
            Self::Final => "[1, rows, 6]",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(form: DecodedForm, shape: &[usize], data: &[f32]) -> Result<Vec<Scored>, DecodeHeadError> {
        let output = Output { name: "output0".into(), shape: shape.to_vec(), data: data.to_vec() };
        DecodedHead { form, classes: 2 }.decode(&[output], 0.25)
    }

    #[test]
    fn the_forms_say_the_same() {
        let expected =
            Scored { bbox: NetworkBox { x1: 5.0, y1: 10.0, x2: 15.0, y2: 30.0 }, confidence: 0.5, class: 1 };
        let rows = [10.0, 20.0, 10.0, 20.0, 1.0, 0.25, 0.5, 0.0, 0.0, 1.0, 1.0, 0.125, 1.0, 1.0];
        assert_eq!(decode(DecodedForm::Objectness, &[1, 2, 7], &rows), Ok(vec![expected]));
        let columns = [10.0, 0.0, 20.0, 0.0, 10.0, 1.0, 20.0, 1.0, 0.25, 0.125, 0.5, 0.125];
        assert_eq!(decode(DecodedForm::ClassScores, &[1, 6, 2], &columns), Ok(vec![expected]));
        let finished = [0.0, 0.0, 1.0, 1.0, 0.125, 0.0, 5.0, 10.0, 15.0, 30.0, 0.5, 1.0];
        assert_eq!(decode(DecodedForm::Final, &[1, 2, 6], &finished), Ok(vec![expected]));
    }

    #[test]
    fn a_wrong_form_is_told_from_the_shape() {
        let refused = |form, shape: &[usize]| {
            decode(form, shape, &vec![0.0; shape.iter().product()]).unwrap_err().to_string()
        };
        let rows = refused(DecodedForm::ClassScores, &[1, 9, 7]);
        assert!(rows.contains("an output [1, 9, 7], which has the form [1, rows, 5 + classes]"), "{rows}");
        let classes = refused(DecodedForm::ClassScores, &[1, 84, 20]);
        assert!(classes.contains("which would be 80 classes, its head expects"), "{classes}");
        assert!(classes.contains("an output [1, 4 + classes, rows] with 2 classes"), "{classes}");
        let logits = decode(DecodedForm::Final, &[1, 1, 6], &[0.0, 0.0, 1.0, 1.0, 3.5, 0.0]);
        assert!(logits.unwrap_err().to_string().contains("a score of 3.5, expected 0 to 1"));
    }

    #[test]
    fn other_shapes_and_classes_are_refused() {
        for shape in [&[1, 2, 6][..], &[2, 1, 7], &[14], &[1, 7, 2]] {
            assert!(decode(DecodedForm::Objectness, shape, &[0.0; 14]).is_err(), "{shape:?}");
        }
        let strange = [0.0, 0.0, 1.0, 1.0, 0.9, 7.0, 0.0, 0.0, 1.0, 1.0, 0.9, -1.0];
        assert_eq!(decode(DecodedForm::Final, &[1, 2, 6], &strange), Ok(vec![]));
        assert!(decode(DecodedForm::Final, &[1, 1, 6], &[f32::NAN; 6]).is_err());
    }
}
