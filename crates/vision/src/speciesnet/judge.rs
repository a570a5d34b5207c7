//! From boxes and classes to the row that answers for a photo.

use biowatch_contract::Prediction;
use biowatch_contract::prediction::{
    Classifications, ClassifiedDetection, Detection, ErrorRow, Failure, ProcessedClassification, SpeciesNet,
    SpeciesNetPerAnimal,
};

use super::ensemble::{Candidate, Decision, Ensemble, NO_SIGHTING, Sighting};
use super::geofence::Geofence;
use super::info::Kind;
use super::label::{Label, UNKNOWN};
use super::place::Place;
use super::taxonomy::Taxonomy;
use super::{Format, PerAnimal};

/// How many of the best classes the ensemble weighs, and a first-generation row shows.
pub(super) const CANDIDATES: usize = 5;

/// The classifier's best classes, best first: class number and softmax, 0..=1.
pub(super) type Best = Vec<(usize, f64)>;

/// A box the detector kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    /// What is in it.
    pub sighting: Sighting,
    /// Left, top, width, height as fractions of the upright image.
    pub bbox_norm_xywh: [f64; 4],
}

/// Why a photo got no complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shortfall {
    /// What `error` of a first-generation row says, in the reference's words.
    pub error: String,
    /// The parts that have no result.
    pub parts: Vec<Failure>,
    /// Why, for people.
    pub reason: String,
}

impl Shortfall {
    /// `parts` have no result because of `reason`.
    pub(super) fn of_parts(parts: &[Failure], reason: String) -> Self {
        Self { error: inference_failed(parts), parts: parts.to_vec(), reason }
    }
}

/// Parts of the pipeline as a Python list of strings: clients have this text in their logs.
fn inference_failed(parts: &[Failure]) -> String {
    let quoted = parts.iter().map(|part| match part {
        Failure::Classifier => "'CLASSIFIER'",
        Failure::Detector => "'DETECTOR'",
        Failure::Geolocation => "'GEOLOCATION'",
    });
    format!("Inference failed: [{}]", quoted.collect::<Vec<_>>().join(", "))
}

/// Everything a row depends on besides the photo.
#[derive(Debug)]
pub(super) struct Judge {
    /// The model's version.
    pub version: String,
    /// What the classifier looks at.
    pub kind: Kind,
    /// Labels by class.
    pub labels: Vec<Label>,
    /// Ancestors of the labels.
    pub taxonomy: Taxonomy,
    /// Rules about countries, when they are to be heeded.
    pub geofence: Option<Geofence>,
    /// Where the photos were taken.
    pub place: Place,
    /// The form of the row.
    pub format: Format,
}

impl Judge {
    /// One answer for the photo: `best` are the classes of its first box, or of the whole photo.
    pub(super) fn one_answer(&self, filepath: String, seen: &[Seen], best: &Best) -> Prediction {
        let sighting = seen.first().map_or(NO_SIGHTING, |seen| seen.sighting);
        let decision = self.decide(best, sighting);
        Prediction::SpeciesNet(SpeciesNet {
            filepath,
            failures: Vec::new(),
            country: self.country(),
            admin1_region: self.admin1_region(),
            classifications: Some(self.classifications(best)),
            detections: Some(seen.iter().map(wire_detection).collect()),
            prediction: Some(decision.label.as_str().to_owned()),
            prediction_score: Some(decision.score),
            prediction_source: Some(decision.source.to_string()),
            model_version: self.version.clone(),
            frame: None,
        })
    }

    /// One answer for each box. `best` belong to the first of `seen`; the others were not classified. A
    /// classifier of whole images has looked at `whole` instead, which goes first as a box of its own.
    pub(super) fn answer_for_each(
        &self,
        filepath: String,
        seen: &[Seen],
        best: &[Best],
        whole: Option<&Best>,
        options: &PerAnimal,
    ) -> Prediction {
        let whole = whole.map(|best| {
            let sighting = seen.first().map_or(NO_SIGHTING, |seen| seen.sighting);
            self.classified(whole_image(), Some((best, sighting)), options)
        });
        let boxes = seen.iter().enumerate().map(|(index, seen)| {
            let best = best.get(index).map(|best| (best, seen.sighting));
            self.classified(wire_detection(seen), best, options)
        });
        let detections = whole.into_iter().chain(boxes).collect();
        Prediction::SpeciesNetPerAnimal(SpeciesNetPerAnimal {
            detections: Some(detections),
            ..self.bare_row(filepath)
        })
    }

    /// The row of a photo without a complete answer. The first generation has an error row for it, the
    /// second names the failed parts and shows the boxes, if there are any.
    pub(super) fn failed(&self, filepath: String, seen: Option<&[Seen]>, why: Shortfall) -> Prediction {
        match self.format {
            Format::FirstGeneration => Prediction::Error(ErrorRow {
                filepath,
                error: why.error,
                model_version: self.version.clone(),
                reason: Some(why.reason),
            }),
            Format::PerAnimal(_) => {
                let bare = |seen: &Seen| ClassifiedDetection {
                    detection: wire_detection(seen),
                    raw_classifications: None,
                    processed_classification: None,
                };
                Prediction::SpeciesNetPerAnimal(SpeciesNetPerAnimal {
                    failures: why.parts,
                    detections: seen.map(|seen| seen.iter().map(bare).collect()),
                    reason: Some(why.reason),
                    ..self.bare_row(filepath)
                })
            }
        }
    }

    fn bare_row(&self, filepath: String) -> SpeciesNetPerAnimal {
        SpeciesNetPerAnimal {
            filepath,
            failures: Vec::new(),
            country: self.country(),
            admin1_region: self.admin1_region(),
            detections: None,
            model_version: self.version.clone(),
            frame: None,
            reason: None,
        }
    }

    fn classified(
        &self,
        detection: Detection,
        best: Option<(&Best, Sighting)>,
        options: &PerAnimal,
    ) -> ClassifiedDetection {
        let raw = |best: &Best| {
            let shown = options.max_classes_per_detection.unwrap_or(CANDIDATES).min(best.len());
            self.classifications(best.get(..shown).unwrap_or_default())
        };
        let processed = |(best, sighting): (&Best, Sighting)| {
            let decision = self.decide(best, sighting);
            ProcessedClassification {
                class: decision.label.as_str().to_owned(),
                score: decision.score,
                source: decision.source.to_string(),
            }
        };
        ClassifiedDetection {
            detection,
            raw_classifications: best.map(|(best, _)| raw(best)),
            processed_classification: best.map(processed),
        }
    }

    /// The ensemble's answer. A roll-up adds scores that were rounded one by one and may come out above 1, which clients
    /// refuse together with the whole batch: it is 1 then.
    fn decide(&self, best: &Best, sighting: Sighting) -> Decision<'_> {
        let ensemble =
            Ensemble { taxonomy: &self.taxonomy, geofence: self.geofence.as_ref(), place: self.place };
        let weighed = best.iter().take(CANDIDATES);
        let candidates: Vec<_> =
            weighed.map(|&(class, score)| Candidate { label: self.label(class), score }).collect();
        let decision = ensemble.decide(&candidates, sighting);
        Decision { score: decision.score.min(1.0), ..decision }
    }

    fn classifications(&self, best: &[(usize, f64)]) -> Classifications {
        Classifications {
            classes: best.iter().map(|&(class, _)| self.label(class).as_str().to_owned()).collect(),
            scores: best.iter().map(|&(_, score)| score).collect(),
        }
    }

    /// Labels and classes were counted when the model was opened.
    fn label(&self, class: usize) -> &Label {
        self.labels.get(class).unwrap_or(&UNKNOWN)
    }

    fn country(&self) -> Option<String> {
        self.place.country.map(|country| country.to_string())
    }

    fn admin1_region(&self) -> Option<String> {
        self.place.admin1_region.map(|region| region.to_string())
    }
}

fn wire_detection(seen: &Seen) -> Detection {
    Detection {
        category: seen.sighting.subject.category().to_owned(),
        label: seen.sighting.subject.label().to_owned(),
        conf: seen.sighting.confidence,
        bbox: seen.bbox_norm_xywh,
    }
}

/// What a classifier of whole images looked at, in the form of a box.
fn whole_image() -> Detection {
    Detection {
        category: "0".to_owned(),
        label: "whole_image_classification".to_owned(),
        conf: 1.0,
        bbox: [0.0, 0.0, 1.0, 1.0],
    }
}

#[cfg(test)]
mod tests;
