//! What results say of one file, whichever program wrote them.

use crate::facts::Place;

/// One file of the results.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    /// As it stands there.
    pub(super) path: String,
    pub(super) said: Said,
    /// When it was taken: ISO 8601, without an offset.
    pub(super) time: Option<String>,
    pub(super) place: Option<Place>,
    /// Frames a second of a video, above 0.
    pub(super) frame_rate: Option<f64>,
    /// Parts of it that mean nothing and were passed over: why, each.
    pub(super) passed_over: Vec<&'static str>,
}

/// What is said of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// A model answered: JSON texts as its program would have written them, one a photo or one a frame.
    Answer(Vec<String>),
    /// A person looked at what a model answered. What counts, in the end; nothing is a blank.
    Reviewed { texts: Vec<String>, rows: Vec<Spoken> },
    /// There is no answer, and why.
    Failed(String),
}

impl Default for Said {
    fn default() -> Self {
        Self::Answer(Vec::new())
    }
}

/// One observation of a file that a person looked over.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spoken {
    /// A name or a label of seven parts.
    pub(super) label: String,
    pub(super) is_unknown: bool,
    pub(super) bbox: Option<[f64; 4]>,
    pub(super) confidence: Option<f64>,
    pub(super) probability: Option<f64>,
    /// Who, where it was a person; none where the model's row stayed.
    pub(super) by: Option<String>,
}

/// The whole picture: what stands where there is no box.
pub(super) const WHOLE_PICTURE: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

/// A box, unless it is the whole picture.
pub(super) fn real_box(bbox: [f64; 4]) -> Option<[f64; 4]> {
    (bbox != WHOLE_PICTURE).then_some(bbox)
}
