//! A video: one observation, of the species that most frames agree on.

use std::collections::BTreeMap;

use super::photo::answer;
use super::raw::Raw;
use super::species::name;
use super::{Context, Observation};
use crate::instant::seconds_after;

/// What the frames say of one species.
#[derive(Debug, Default)]
struct Seen<'a> {
    label: &'a str,
    frames: usize,
    scores: Vec<f64>,
    /// Seconds from the start: first and last.
    from: Option<f64>,
    to: Option<f64>,
    /// Largest number at once.
    at_once: u32,
}

impl Seen<'_> {
    /// 0 without scores.
    fn mean_score(&self) -> f64 {
        if self.scores.is_empty() { 0.0 } else { self.scores.iter().sum::<f64>() / self.scores.len() as f64 }
    }
}

/// The one observation of the frames `raws`.
pub(super) fn observation(raws: &[Raw], context: &Context<'_>) -> Observation {
    let mut seen: BTreeMap<String, Seen<'_>> = BTreeMap::new();
    for raw in raws {
        let Some((species, label, score)) = best(raw, context) else { continue };
        let at_once = raw.boxes().into_iter().filter(|one| {
            let label = answer(raw, one, context).0;
            one.conf >= context.run.threshold && species_of(label, context).as_deref() == Some(&*species)
        });
        let at_once = u32::try_from(at_once.count()).unwrap_or(u32::MAX).max(1);
        let second = second(raw, context.run.sample_fps);
        let entry = seen.entry(species).or_insert_with(|| Seen { label, ..Seen::default() });
        entry.frames += 1;
        entry.scores.extend(score);
        entry.at_once = entry.at_once.max(at_once);
        entry.from = entry.from.or(second);
        entry.to = second.or(entry.to);
    }
    let by_score = context.run.model_id == "megadetector";
    let winner = seen.into_values().reduce(|best, other| {
        let (frames, score) =
            (other.frames.cmp(&best.frames), other.mean_score().total_cmp(&best.mean_score()));
        let order = if by_score { score.then(frames) } else { frames.then(score) };
        if order.is_gt() { other } else { best }
    });
    let Some(winner) = winner else {
        return Observation { observation_type: Some("blank"), count: 0, ..context.observation() };
    };
    let score = (!winner.scores.is_empty()).then(|| winner.mean_score());
    let mut observation = name(winner.label, &context.run.model_id).put(context.observation(), score);
    observation.count = winner.at_once;
    if let Some(start) = context.taken.timestamp.as_deref() {
        observation.event_start =
            winner.from.and_then(|seconds| seconds_after(start, seconds)).or(observation.event_start);
        observation.event_end =
            winner.to.and_then(|seconds| seconds_after(start, seconds)).or(observation.event_end);
    }
    observation
}

/// Species, label and score of a frame; nothing for one in which nothing is.
fn best<'a>(raw: &'a Raw, context: &Context<'_>) -> Option<(String, &'a str, Option<f64>)> {
    let (label, score) = match raw.prediction.as_deref() {
        Some(label) => (label, raw.prediction_score),
        None => {
            let boxes = raw.boxes();
            let mut answers = boxes.into_iter().map(|one| answer(raw, one, context));
            answers.find(|(label, _)| species_of(label, context).is_some())?
        }
    };
    species_of(label, context).map(|species| (species, label, score))
}

fn species_of(label: &str, context: &Context<'_>) -> Option<String> {
    name(label, &context.run.model_id).scientific
}

/// When a frame is shown. Frames are counted among those sampled: every `floor(fps / sample_fps)`th of the file.
fn second(raw: &Raw, sample_fps: f64) -> Option<f64> {
    if raw.frame_time.is_some() {
        return raw.frame_time;
    }
    let fps = raw.metadata?.fps;
    let interval = (fps / sample_fps).floor().max(1.0);
    let second = raw.frame_number? as f64 * interval / fps;
    second.is_finite().then_some(second)
}
