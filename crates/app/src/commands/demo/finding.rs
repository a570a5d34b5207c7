//! What the model said of one scene, beside what the scene shows.

use biowatch_vision::annotate::{Kind, Mark};
use serde::Deserialize;

use super::truth::Scene;
use crate::tally::short_name;

/// Boxes less sure than this do not count for SpeciesNet's rules, and are not drawn.
const LEAST_CONFIDENCE: f64 = 0.2;

/// What is read of a row.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    detections: Vec<Detection>,
    prediction: String,
    prediction_score: Option<f64>,
    #[serde(default)]
    prediction_source: String,
}

#[derive(Debug, Deserialize)]
struct Detection {
    category: String,
    label: String,
    conf: f64,
    bbox: [f64; 4],
}

/// One line of the table, one picture of the page.
#[derive(Debug)]
pub(super) struct Finding {
    /// Name of the photo.
    pub(super) file: String,
    /// The name that was settled on.
    pub(super) found: String,
    /// Its score, 0..=1.
    pub(super) score: Option<f64>,
    /// Which rule decided, in words.
    pub(super) decided_by: String,
    /// The name of what is there.
    pub(super) really: String,
    /// How the two go together.
    pub(super) verdict: Verdict,
    /// Boxes to draw, the surest first.
    pub(super) marks: Vec<Mark>,
}

/// How an answer and the truth go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same.
    Right,
    /// True, and less exact: the family of the species.
    Broader,
    /// Something else.
    Wrong,
}

impl Finding {
    pub(super) fn new(row: &Row, scene: &Scene) -> Self {
        let label = &row.prediction;
        let found = short_name(label);
        let source = &row.prediction_source;
        Self {
            file: scene.file.clone(),
            marks: marks(row, &found, source),
            score: row.prediction_score,
            decided_by: in_words(source),
            really: short_name(&scene.label),
            verdict: Verdict::of(label, &scene.label),
            found,
        }
    }
}

impl Verdict {
    /// Compares two seven-part labels.
    fn of(found: &str, really: &str) -> Self {
        let taxa = |label: &str| label.split(';').skip(1).take(5).map(str::to_owned).collect::<Vec<_>>();
        let (found_taxa, real_taxa) = (taxa(found), taxa(really));
        let named = |taxa: &[String]| taxa.iter().any(|taxon| !taxon.is_empty());
        let same_name = short_name(found) == short_name(really);
        if found_taxa == real_taxa && (named(&found_taxa) || same_name) {
            return Self::Right;
        }
        let fits = found_taxa.iter().zip(&real_taxa).all(|(found, real)| found.is_empty() || found == real);
        let is_animal = named(&found_taxa) || short_name(found) == "animal";
        if fits && is_animal && named(&real_taxa) { Self::Broader } else { Self::Wrong }
    }

    /// For the table and the page.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Broader => "less exact",
            Self::Wrong => "wrong",
        }
    }
}

/// The box that decided carries the answer, the others what the detector calls them.
fn marks(row: &Row, found: &str, source: &str) -> Vec<Mark> {
    let boxes = row.detections.iter().filter(|detection| detection.conf >= LEAST_CONFIDENCE);
    boxes
        .enumerate()
        .map(|(index, detection)| {
            let kind = match detection.category.as_str() {
                "2" => Kind::Person,
                "3" => Kind::Vehicle,
                _ => Kind::Animal,
            };
            let label = match row.prediction_score {
                Some(score) if index == 0 && source.starts_with("classifier") => {
                    format!("{found} {score:.2}")
                }
                _ => format!("{} {:.2}", detection.label, detection.conf),
            };
            Mark { bbox: detection.bbox, kind, label }
        })
        .collect()
}

/// `classifier+geofence+rollup_to_family`, said to people.
fn in_words(source: &str) -> String {
    let parts = source.split('+').map(|part| match part.strip_prefix("rollup_to_") {
        Some(level) => format!("rolled up to {level}"),
        None => part.replace('_', " "),
    });
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ancestor_is_less_exact_and_a_cousin_wrong() {
        let fox = "a;mammalia;carnivora;canidae;vulpes;vulpes;red fox";
        let cases = [
            (fox, Verdict::Right),
            ("other;mammalia;carnivora;canidae;vulpes;vulpes;fox", Verdict::Right),
            ("b;mammalia;carnivora;canidae;;;canine family", Verdict::Broader),
            ("c;;;;;;animal", Verdict::Broader),
            ("d;mammalia;carnivora;canidae;canis;lupus;grey wolf", Verdict::Wrong),
            ("e;;;;;;blank", Verdict::Wrong),
            ("", Verdict::Wrong),
        ];
        for (found, verdict) in cases {
            assert_eq!(Verdict::of(found, fox), verdict, "{found}");
        }
        assert_eq!(Verdict::of("e;;;;;;blank", "e;;;;;;blank"), Verdict::Right);
        assert_eq!(Verdict::of("c;;;;;;animal", "e;;;;;;blank"), Verdict::Wrong);
        assert_eq!(Verdict::of("v;;;;;;vehicle", "e;;;;;;blank"), Verdict::Wrong);
    }

    #[test]
    fn rules_are_said_in_words() {
        assert_eq!(in_words("classifier"), "classifier");
        assert_eq!(in_words("classifier+rollup_to_family"), "classifier, rolled up to family");
        assert_eq!(in_words("classifier+geofence+rollup_failed"), "classifier, geofence, rollup failed");
    }
}
