//! One answer from the detector's boxes and the classifier's best classes.
//!
//! Pure decisions, in f64, with strict comparisons; the same numbers in give the same answer to the bit
//! as speciesnet 5.0.3.

use std::fmt;

use super::geofence::Geofence;
use super::label::{ANIMAL, BLANK, HUMAN, Label, Level, UNKNOWN, VEHICLE};
use super::place::Place;
use super::taxonomy::Taxonomy;

/// What decisions are taken by.
#[derive(Debug, Clone, Copy)]
pub struct Ensemble<'a> {
    /// Ancestors of labels.
    pub taxonomy: &'a Taxonomy,
    /// Rules about countries; `None` lets every animal live everywhere.
    pub geofence: Option<&'a Geofence>,
    /// Where the photo was taken.
    pub place: Place,
}

/// One of the classifier's best classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<'a> {
    /// The class.
    pub label: &'a Label,
    /// Softmax, 0..=1.
    pub score: f64,
}

/// What the detector saw in a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The detector's class 0.
    Animal,
    /// The detector's class 1.
    Human,
    /// The detector's class 2.
    Vehicle,
}

impl Subject {
    /// The detector's class number, 0..=2.
    pub fn of_class(class: usize) -> Option<Self> {
        [Self::Animal, Self::Human, Self::Vehicle].get(class).copied()
    }

    /// The word on the wire.
    pub fn label(self) -> &'static str {
        match self {
            Self::Animal => "animal",
            Self::Human => "human",
            Self::Vehicle => "vehicle",
        }
    }

    /// The class number on the wire, which starts at 1.
    pub fn category(self) -> &'static str {
        match self {
            Self::Animal => "1",
            Self::Human => "2",
            Self::Vehicle => "3",
        }
    }
}

/// The box a decision is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    /// What is in it.
    pub subject: Subject,
    /// The detector's confidence, 0..=1.
    pub confidence: f64,
}

/// Stands for an image without boxes.
pub const NO_SIGHTING: Sighting = Sighting { subject: Subject::Animal, confidence: 0.0 };

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'a> {
    /// One of the candidates, one of their ancestors, or one of the fixed labels.
    pub label: &'a Label,
    /// A confidence, a softmax, or a sum of softmaxes.
    pub score: f64,
    /// Which rule decided.
    pub source: Source,
}

/// Which rule decided; displayed as `prediction_source` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The detector's box.
    Detector,
    /// The classifier's best class, or nothing could be decided.
    Classifier,
    /// Several classes agree on an ancestor.
    RollUp(Level),
    /// The best class does not live here, an ancestor of it or of the next ones does.
    GeofenceRollUp(Level),
    /// The best class does not live here, and no ancestor does either.
    GeofenceFailed,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Detector => f.write_str("detector"),
            Self::Classifier => f.write_str("classifier"),
            Self::RollUp(level) => write!(f, "classifier+rollup_to_{}", level.name()),
            Self::GeofenceRollUp(level) => write!(f, "classifier+geofence+rollup_to_{}", level.name()),
            Self::GeofenceFailed => f.write_str("classifier+geofence+rollup_failed"),
        }
    }
}

/// Where candidates agreed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RollUp<'a> {
    /// The common ancestor.
    pub label: &'a Label,
    /// Sum of the scores below it.
    pub score: f64,
    /// Its rank.
    pub level: Level,
}

impl<'a> Ensemble<'a> {
    /// Decides by the first rule that applies. `candidates` are the classifier's best five, best first;
    /// `sighting` is the box the classifier looked at, [`NO_SIGHTING`] when there is none. Without
    /// candidates the detector alone decides.
    pub fn decide(&self, candidates: &[Candidate<'a>], sighting: Sighting) -> Decision<'a> {
        let best = candidates.first().copied().unwrap_or(Candidate { label: &UNKNOWN, score: 0.0 });
        human_or_vehicle(best, sighting)
            .or_else(|| blank(best, sighting))
            .or_else(|| self.sure_animal(candidates, best, sighting))
            .or_else(|| self.agreement(candidates))
            .or_else(|| some_animal(sighting))
            .unwrap_or_else(|| by_classifier(&UNKNOWN, best.score))
    }

    /// The best class is an animal and sure enough to stand, unless it does not live here.
    fn sure_animal(
        &self,
        candidates: &[Candidate<'a>],
        best: Candidate<'a>,
        sighting: Sighting,
    ) -> Option<Decision<'a>> {
        let is_animal = ![&BLANK, &HUMAN, &VEHICLE].contains(&best.label);
        let boxed = sighting.subject == Subject::Animal && sighting.confidence > 0.2;
        let sure = best.score > 0.8 || (best.score > 0.65 && boxed);
        (is_animal && sure).then(|| self.geofenced(candidates, best))
    }

    /// `best` when it lives here, else the lowest ancestor from family up that does and collects at least
    /// as much score.
    fn geofenced(&self, candidates: &[Candidate<'a>], best: Candidate<'a>) -> Decision<'a> {
        /// Lets an ancestor stand whose sum is the best score alone.
        const SLACK: f64 = 1e-10;
        const LEVELS: [Level; 4] = [Level::Family, Level::Order, Level::Class, Level::Kingdom];
        if !self.blocks(best.label) {
            return by_classifier(best.label, best.score);
        }
        match self.roll_up(candidates, &LEVELS, best.score - SLACK) {
            Some(RollUp { label, score, level }) => {
                Decision { label, score, source: Source::GeofenceRollUp(level) }
            }
            None => Decision { label: &UNKNOWN, score: best.score, source: Source::GeofenceFailed },
        }
    }

    /// No class stands alone, but several share an ancestor.
    fn agreement(&self, candidates: &[Candidate<'a>]) -> Option<Decision<'a>> {
        const LEVELS: [Level; 5] = [Level::Genus, Level::Family, Level::Order, Level::Class, Level::Kingdom];
        let RollUp { label, score, level } = self.roll_up(candidates, &LEVELS, 0.65)?;
        Some(Decision { label, score, source: Source::RollUp(level) })
    }

    /// The first of `levels` at which some ancestor that lives here collects more than `threshold`.
    pub fn roll_up(
        &self,
        candidates: &[Candidate<'a>],
        levels: &[Level],
        threshold: f64,
    ) -> Option<RollUp<'a>> {
        levels.iter().find_map(|&level| {
            let (label, score) = self.best_ancestor(candidates, level)?;
            (score > threshold).then_some(RollUp { label, score, level })
        })
    }

    /// The ancestor at `level` with the largest sum of scores, the first of equals; `None` when no sum is
    /// above zero. Sums add up in the order of `candidates`: f64 addition minds it.
    fn best_ancestor(&self, candidates: &[Candidate<'a>], level: Level) -> Option<(&'a Label, f64)> {
        let mut sums: Vec<(&Label, f64)> = Vec::new();
        for candidate in candidates {
            let Some(ancestor) = self.taxonomy.ancestor(candidate.label, level) else { continue };
            match sums.iter_mut().find(|(label, _)| *label == ancestor) {
                Some((_, sum)) => *sum += candidate.score,
                None => sums.push((ancestor, candidate.score)),
            }
        }
        let mut best: Option<(&Label, f64)> = None;
        for (label, sum) in sums {
            if sum > best.map_or(0.0, |(_, sum)| sum) && !self.blocks(label) {
                best = Some((label, sum));
            }
        }
        best
    }

    /// Whether the geofence is on and says that `label` does not live here.
    pub fn blocks(&self, label: &Label) -> bool {
        self.geofence.is_some_and(|geofence| geofence.blocks(label, &self.place))
    }
}

/// A person or a vehicle was seen. A person in a vehicle is a person.
fn human_or_vehicle<'a>(best: Candidate<'a>, sighting: Sighting) -> Option<Decision<'a>> {
    let (is_human, is_vehicle) = (*best.label == HUMAN, *best.label == VEHICLE);
    let Sighting { subject, confidence } = sighting;
    match subject {
        Subject::Human if confidence > 0.7 => Some(by_detector(&HUMAN, confidence)),
        Subject::Human if confidence > 0.2 && (is_human || is_vehicle) && best.score > 0.5 => {
            Some(by_classifier(&HUMAN, best.score))
        }
        Subject::Vehicle if confidence > 0.2 && is_human && best.score > 0.5 => {
            Some(by_classifier(&HUMAN, best.score))
        }
        Subject::Vehicle if confidence > 0.7 => Some(by_detector(&VEHICLE, confidence)),
        Subject::Vehicle if confidence > 0.2 && is_vehicle && best.score > 0.4 => {
            Some(by_classifier(&VEHICLE, best.score))
        }
        _ => None,
    }
}

/// Nothing is there: the classifier says so, and the detector does not object or is overruled.
fn blank<'a>(best: Candidate<'a>, sighting: Sighting) -> Option<Decision<'a>> {
    let empty = (sighting.confidence < 0.2 && best.score > 0.5) || best.score > 0.99;
    (*best.label == BLANK && empty).then(|| by_classifier(&BLANK, best.score))
}

/// The detector is sure of an animal that the classifier cannot name.
fn some_animal<'a>(sighting: Sighting) -> Option<Decision<'a>> {
    let seen = sighting.subject == Subject::Animal && sighting.confidence > 0.5;
    seen.then(|| by_detector(&ANIMAL, sighting.confidence))
}

fn by_detector(label: &Label, score: f64) -> Decision<'_> {
    Decision { label, score, source: Source::Detector }
}

fn by_classifier(label: &Label, score: f64) -> Decision<'_> {
    Decision { label, score, source: Source::Classifier }
}

#[cfg(test)]
mod tests;
