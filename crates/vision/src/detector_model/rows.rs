//! Who decides, and the row that comes of it.

use biowatch_contract::Prediction;
use biowatch_contract::prediction::{DetectionRow, LabelledBox, MegaDetectorBox, MegaDetectorRow, Ranking};

use super::DetectorModel;
use super::detector::{Detector, Fit, Found};

/// Who decides what the row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody.
    Blank,
    /// The box of that index, by its own label.
    Box(usize),
    /// The classifier, of the box of that index or of the whole picture.
    Classify(Option<usize>),
}

/// What the networks said.
pub(super) struct Answer<'a> {
    pub found: &'a [Found],
    pub verdict: Verdict,
    /// The classes of what was classified.
    pub decided: Option<Ranking>,
    /// The kinds of bird of what was classified.
    pub birds: Option<Ranking>,
    /// Classes of each box; empty, or as many as boxes.
    pub each: Vec<Option<Ranking>>,
}

/// Class numbers as labels.
pub(super) fn ranking(best: &[(usize, f64)], labels: &[String]) -> Ranking {
    let label = |(class, _): &(usize, f64)| labels.get(*class).cloned().unwrap_or_default();
    Ranking {
        labels: best.iter().map(label).collect(),
        scores: best.iter().map(|(_, score)| *score).collect(),
    }
}

impl DetectorModel {
    /// With a classifier the surest animal is classified, and without one in the picture the first box decides.
    /// Without a classifier the surest box decides, if it is sure enough.
    pub(super) fn verdict(&self, found: &[Found]) -> Verdict {
        if self.detector.is_none() {
            return Verdict::Classify(None);
        }
        let strongest = surest(found, |_| true);
        if self.classifier.is_none() {
            let sure = |index: &usize| {
                found.get(*index).is_some_and(|found| f64::from(found.confidence) >= self.rules.threshold)
            };
            return strongest.filter(sure).map_or(Verdict::Blank, Verdict::Box);
        }
        let animal = surest(found, |found| self.is_animal(found));
        match (strongest, animal) {
            (None, _) => Verdict::Blank,
            (Some(_), None) => Verdict::Box(0),
            (Some(strongest), Some(animal)) => {
                let stronger = found.get(strongest).is_some_and(|found| !self.is_animal(found));
                if self.options.strongest_box_decides && stronger {
                    Verdict::Box(strongest)
                } else {
                    Verdict::Classify(Some(animal))
                }
            }
        }
    }

    pub(super) fn is_animal(&self, found: &Found) -> bool {
        self.is_one_of(found, |detector| &detector.animals)
    }

    fn is_one_of(&self, found: &Found, names: impl Fn(&Detector) -> &Vec<String>) -> bool {
        self.detector
            .as_ref()
            .is_some_and(|detector| names(detector).iter().any(|name| name == self.name(found)))
    }

    /// Names and classes were counted when the model was put together.
    fn name(&self, found: &Found) -> &str {
        let names = self.detector.as_ref().map_or(&[][..], |detector| &detector.names);
        names.get(found.class).map_or("", String::as_str)
    }

    /// The row in the form that Biowatch reads.
    pub(super) fn biowatch_row(&self, path: &str, size: (usize, usize), answer: Answer<'_>) -> Prediction {
        let Answer { found, verdict, decided, birds, each } = answer;
        let (prediction, score) = match verdict {
            Verdict::Blank => (self.rules.blank.clone(), None),
            Verdict::Box(index) => self.by_box(found.get(index)),
            Verdict::Classify(_) => by_ranking(birds.as_ref().or(decided.as_ref())),
        };
        let mut each = each.into_iter();
        let labelled = |found: &Found| LabelledBox {
            class: found.class,
            label: self.name(found).to_owned(),
            conf: f64::from(found.confidence),
            xyxy: found.bbox.corners(),
            xywhn: found.bbox.centred_fractions(size),
            classifications: each.next().flatten(),
        };
        Prediction::Detections(DetectionRow {
            filepath: path.to_owned(),
            classifications: decided,
            detections: found.iter().map(labelled).collect(),
            prediction,
            prediction_score: score,
            model_version: self.rules.version.clone(),
            frame: None,
            bird_classifications: birds,
            options: self.options(),
            detections_left_out: 0,
        })
    }

    fn by_box(&self, found: Option<&Found>) -> (String, Option<f64>) {
        let Some(found) = found else { return (self.rules.blank.clone(), None) };
        let name = self.name(found);
        let is_person = self.is_one_of(found, |detector| &detector.people);
        let word = if self.classifier.is_none() && is_person { &self.rules.person } else { name };
        (word.to_owned(), Some(f64::from(found.confidence)))
    }

    /// The row in the form of the MegaDetector package: the least confident box first, categories from 1.
    pub(super) fn records(&self, path: &str, found: &[Found], size: (usize, usize)) -> Prediction {
        let modern = self.detector.as_ref().is_some_and(rounds);
        let record = |found: &Found| MegaDetectorBox {
            category: (found.class + 1).to_string(),
            conf: shortened(f64::from(found.confidence), 1e3, modern),
            bbox: found.bbox.fractions(size).map(|part| shortened(part, 1e4, modern)),
        };
        Prediction::MegaDetector(MegaDetectorRow {
            filepath: path.to_owned(),
            detections: found.iter().rev().map(record).collect(),
            model_version: self.rules.version.clone(),
            frame: None,
            options: self.options(),
            detections_left_out: 0,
        })
    }
}

/// The modern mode rounds its numbers, the classic one cuts them off.
fn rounds(detector: &Detector) -> bool {
    matches!(detector.fit, Fit::Modern { .. })
}

fn shortened(value: f64, scale: f64, rounded: bool) -> f64 {
    let scaled = value * scale;
    (if rounded { scaled.round_ties_even() } else { scaled.floor() }) / scale
}

fn by_ranking(ranking: Option<&Ranking>) -> (String, Option<f64>) {
    let best = ranking.and_then(|ranking| ranking.labels.first().zip(ranking.scores.first()));
    best.map_or_else(|| (String::new(), None), |(label, score)| (label.clone(), Some(*score)))
}

/// The index of the most confident box that `counts`; of equal ones the first.
fn surest(found: &[Found], counts: impl Fn(&Found) -> bool) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (index, found) in found.iter().enumerate().filter(|(_, found)| counts(found)) {
        if best.is_none_or(|(_, confidence)| found.confidence > confidence) {
            best = Some((index, found.confidence));
        }
    }
    best.map(|(index, _)| index)
}
