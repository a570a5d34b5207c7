//! From a model's rows of one file to what the study keeps: the raw output and the observations.
//!
//! The rules are Biowatch's, and its defects are mended where nothing depends on them: each box has its own species where
//! the model gives one, people and vehicles are never called by the animal's name, and a video's observation has
//! the seconds and the probability of the frames it was seen in.

mod photo;
mod raw;
mod species;
#[cfg(test)]
mod tests;
mod video;

use biowatch_contract::Prediction;
use biowatch_contract::lines::to_python_json;

use crate::run::RunSettings;
use crate::sql::media::Taken;

use raw::Raw;

/// One row of `observations` by a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Observation {
    pub(crate) deployment: Option<String>,
    pub(crate) event: String,
    pub(crate) event_start: Option<String>,
    pub(crate) event_end: Option<String>,
    pub(crate) scientific_name: Option<String>,
    /// NULL for photos, as in Biowatch, unless the model could not tell.
    pub(crate) observation_type: Option<&'static str>,
    pub(crate) common_name: Option<String>,
    /// 0 to 1.
    pub(crate) probability: Option<f64>,
    pub(crate) count: u32,
    /// Left, top, width and height as fractions of the upright picture.
    pub(crate) bbox: Option<[f64; 4]>,
    /// 0 to 1.
    pub(crate) confidence: Option<f64>,
    pub(crate) classified_by: String,
    pub(crate) classified_at: String,
}

/// What the rows of a file come to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mapped {
    /// The file was predicted.
    Predicted {
        /// `model_outputs.rawOutput`.
        raw: String,
        observations: Vec<Observation>,
        /// What `media.exifData` is to say of a video beside what it says.
        video: Option<VideoFacts>,
    },
    /// It was not, and why: a row is about its file, and another attempt would end the same. Faults of the model are no rows.
    Failed(String),
}

/// What the container of a video says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VideoFacts {
    pub(crate) fps: f64,
    /// Seconds.
    pub(crate) duration: f64,
}

/// What observations take over from where they belong.
#[derive(Debug)]
struct Context<'a> {
    run: &'a RunSettings,
    taken: &'a Taken,
    event: String,
    classified_at: String,
}

impl Context<'_> {
    fn observation(&self) -> Observation {
        Observation {
            deployment: self.taken.deployment.clone(),
            event: self.event.clone(),
            event_start: self.taken.timestamp.clone(),
            event_end: self.taken.timestamp.clone(),
            count: 1,
            classified_by: self.run.classified_by(),
            classified_at: self.classified_at.clone(),
            ..Observation::default()
        }
    }
}

/// Understands all `rows` of one file.
pub(crate) fn map(rows: &[Prediction], run: &RunSettings, taken: &Taken) -> Mapped {
    let texts: Result<Vec<_>, _> = rows.iter().map(to_python_json).collect();
    let Ok(texts) = texts else {
        return Mapped::Failed("the model gave a number that is not finite".to_owned());
    };
    map_texts(texts.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect(), run, taken)
}

/// The same, for rows as JSON texts.
pub(crate) fn map_texts(texts: Vec<String>, run: &RunSettings, taken: &Taken) -> Mapped {
    let failed = Mapped::Failed;
    let mut raws = Vec::with_capacity(texts.len());
    for text in &texts {
        let raw: Raw = match serde_json::from_str(text) {
            Ok(raw) => raw,
            Err(error) => return failed(format!("the model's row is not understood: {error}")),
        };
        if raw.is_error() {
            return failed(raw.reason());
        }
        raws.push(raw);
    }
    let context = Context {
        run,
        taken,
        event: uuid::Uuid::new_v4().to_string(),
        classified_at: crate::instant::iso_now(),
    };
    match (raws.as_slice(), texts.as_slice()) {
        ([], _) => failed("the model gave no row for it".to_owned()),
        ([raw], [text]) if raw.frame_number.is_none() => Mapped::Predicted {
            raw: text.clone(),
            observations: photo::observations(raw, &context),
            video: None,
        },
        _ => Mapped::Predicted {
            raw: format!("{{\"frames\": [{}]}}", texts.join(", ")),
            observations: vec![video::observation(&raws, &context)],
            video: raws.iter().find_map(|raw| raw.metadata),
        },
    }
}

/// What a label of a model says: scientific name (none for nothing and for what could not be told) and common name.
pub(crate) fn named(label: &str, model_id: &str) -> (Option<String>, Option<String>) {
    let named = species::name(label, model_id);
    (named.scientific, named.common)
}
