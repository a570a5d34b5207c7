//! An observation on its way into the study: of a model or of a person.

use super::entry::Spoken;
use crate::rows;
use crate::sql::media::Taken;

/// A row of `observations`, in full.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// None for what was seen in an event of which there are no files.
    pub(crate) media: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) event_start: Option<String>,
    pub(crate) event_end: Option<String>,
    pub(crate) scientific_name: Option<String>,
    pub(crate) common_name: Option<String>,
    pub(crate) observation_type: Option<String>,
    /// 0 to 1.
    pub(crate) probability: Option<f64>,
    /// 0 to 1.
    pub(crate) confidence: Option<f64>,
    pub(crate) count: Option<i64>,
    pub(crate) life_stage: Option<String>,
    pub(crate) sex: Option<String>,
    /// JSON list of words.
    pub(crate) behaviour: Option<String>,
    /// Left, top, width and height as fractions of the picture.
    pub(crate) bbox: Option<[f64; 4]>,
    /// The model's answer that it comes from.
    pub(crate) output: Option<String>,
    /// `machine` or `human`.
    pub(crate) method: Option<String>,
    pub(crate) by: Option<String>,
    /// ISO 8601.
    pub(crate) at: Option<String>,
}

impl Row {
    /// What was settled on one medium, taken at `taken`. `model`: id and name of the model whose rows stayed.
    pub(super) fn of(spoken: &Spoken, media: &str, taken: &Taken, (model_id, model): (&str, &str)) -> Self {
        let (scientific_name, common_name) = rows::named(&spoken.label, model_id);
        let observation_type = match scientific_name.as_deref() {
            _ if spoken.is_unknown => Some("unknown"),
            _ if spoken.by.is_none() => None,
            None => Some("blank"),
            Some("homo sapiens") => Some("human"),
            Some("vehicle") => Some("vehicle"),
            Some(_) => None,
        };
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            media: Some(media.to_owned()),
            deployment: taken.deployment.clone(),
            event_start: taken.timestamp.clone(),
            event_end: taken.timestamp.clone(),
            scientific_name: scientific_name.filter(|_| !spoken.is_unknown),
            common_name: common_name.filter(|_| !spoken.is_unknown),
            observation_type: observation_type.map(str::to_owned),
            probability: spoken.probability,
            confidence: spoken.confidence,
            count: Some(1),
            bbox: spoken.bbox,
            method: Some(if spoken.by.is_some() { "human" } else { "machine" }.to_owned()),
            by: Some(spoken.by.clone().unwrap_or_else(|| model.to_owned())),
            at: Some(crate::instant::iso_now()),
            ..Self::default()
        }
    }
}
