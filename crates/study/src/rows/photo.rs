//! A photo: one observation for each box that counts, one without a box where there is none.

use super::raw::{Kind, Raw, RawBox};
use super::species::{Named, name};
use super::{Context, Observation};

/// The observations of `raw`: the surest box always, the others from the run's threshold on.
pub(super) fn observations(raw: &Raw, context: &Context<'_>) -> Vec<Observation> {
    let boxes = raw.boxes();
    let threshold = context.run.threshold;
    let kept = boxes.iter().enumerate().filter(|(index, one)| *index == 0 || one.conf >= threshold);
    let observations: Vec<_> = kept.map(|(_, one)| of_box(raw, one, context)).collect();
    if !observations.is_empty() {
        return observations;
    }
    let named = name(raw.prediction.as_deref().unwrap_or_default(), &context.run.model_id);
    vec![named.put(context.observation(), raw.prediction_score)]
}

fn of_box(raw: &Raw, one: &RawBox, context: &Context<'_>) -> Observation {
    let (label, score) = answer(raw, one, context);
    let mut observation = name(label, &context.run.model_id).put(context.observation(), score);
    observation.bbox = one.corner();
    observation.confidence = Some(clamp(one.conf));
    observation
}

/// Label and score of a box.
pub(super) fn answer<'a>(raw: &'a Raw, one: &'a RawBox, context: &Context<'_>) -> (&'a str, Option<f64>) {
    if let Some((label, score)) = one.own_answer() {
        return (label, Some(score));
    }
    let counts = one.conf >= context.run.threshold;
    let by_kind = (one.word(), Some(one.conf));
    let Some(prediction) = raw.prediction.as_deref() else {
        return if counts { by_kind } else { ("blank", None) };
    };
    let of_photo = (prediction, raw.prediction_score);
    let named = name(prediction, &context.run.model_id);
    let kind_of_photo = match named.scientific.as_deref() {
        // The model's word is that there is nothing, or nothing it knows: a box is no better than that.
        None => return of_photo,
        Some("homo sapiens") => Kind::Person,
        Some("vehicle") => Kind::Vehicle,
        Some(_) => Kind::Animal,
    };
    if context.run.model_id == "megadetector" && counts {
        return by_kind;
    }
    // The photo's answer is about its animals, or its people, or its vehicles: never about a box of another kind.
    if counts && one.kind() != kind_of_photo { by_kind } else { of_photo }
}

impl Named {
    /// `observation` with this name.
    pub(super) fn put(self, observation: Observation, score: Option<f64>) -> Observation {
        Observation {
            observation_type: self.is_unknown.then_some("unknown"),
            scientific_name: self.scientific,
            common_name: self.common,
            probability: score.map(clamp),
            ..observation
        }
    }
}

pub(super) fn clamp(score: f64) -> f64 {
    score.clamp(0.0, 1.0)
}
