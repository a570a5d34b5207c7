//! DeepFaune's second classifier, which tells kinds of birds apart.

use super::classifier::{ClassifyError, best};
use crate::cancel::Cancel;
use crate::session::{Input, Session};

/// A network on top of the classifier's features, asked where the classifier's best class is a bird.
pub struct BirdHead {
    /// Input `[1, features]`; output `[1, labels]` logits.
    pub session: Session,
    /// Names of its classes.
    pub labels: Vec<String>,
    /// The classifier's label that it refines.
    pub refines: String,
    /// Divides the logits before the softmax; 0.9 in DeepFaune.
    pub temperature: f32,
}

impl BirdHead {
    /// Class number and softmax, 0..=1, best first.
    pub(super) fn rank(
        &mut self,
        features: &[f32],
        cancel: &Cancel,
    ) -> Result<Vec<(usize, f64)>, ClassifyError> {
        if features.is_empty() {
            return Err(ClassifyError::NoFeatures);
        }
        let input = Input { shape: &[1, features.len()], data: features };
        let outputs = self.session.run(input, cancel).map_err(ClassifyError::Run)?;
        let logits = outputs.first().map_or(&[][..], |output| &output.data);
        let cooled: Vec<f32> = logits.iter().map(|logit| logit / self.temperature).collect();
        best(&cooled, self.labels.len(), "bird head")
    }
}
