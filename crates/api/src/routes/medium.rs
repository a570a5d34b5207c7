//! `GET /studies/{id}/media/{medium}`, and a person's word on it.

use axum::Json;
use axum::extract::State;
use biowatch_study::{Details, Medium, Saying};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::schemas;

/// Who edits here.
pub(crate) const WHO: &str = "user";
/// Observations of one medium.
const MOST: usize = 1_000;

/// What a person says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Word {
    /// Of an observation that is there; none: a new one.
    id: Option<String>,
    /// None: nothing is there.
    scientific_name: Option<String>,
    common_name: Option<String>,
    count: Option<u32>,
    life_stage: Option<String>,
    sex: Option<String>,
    /// Left, top, width and height as shares of the sides.
    bbox: Option<[f64; 4]>,
}

/// Everything that is on the medium.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    observations: Vec<Word>,
}

/// The medium as it is now.
#[derive(Serialize)]
pub(crate) struct Observed {
    #[serde(flatten)]
    medium: Medium,
    undo: Option<i64>,
}

/// See [`Observed`].
#[derive(ToSchema)]
#[schema(as = Observed)]
#[expect(dead_code, reason = "only described")]
pub(crate) struct ObservedSchema {
    #[schema(inline)]
    #[serde(flatten)]
    medium: schemas::Medium,
    /// The edit; none where nothing had to be changed.
    undo: Option<i64>,
}

/// A medium with everything around it
#[utoipa::path(get, path = "/studies/{id}/media/{medium}", tag = "studies", operation_id = "getMedium",
    params(("id" = String, Path, description = "The study"), ("medium" = String, Path, description = "Its id")),
    responses((status = 200, description = "The medium", body = schemas::MediumDetail), Problem))]
pub(crate) async fn show(
    State(api): State<Api>,
    Path((id, medium)): Path<(String, String)>,
) -> Result<Json<Details>, Problem> {
    api.blocking(move |api| Ok(api.reader(&id)?.medium(&medium)?)).await.map(Json)
}

/// A person's word for the whole medium; nothing, or one without a name: nothing is on it
#[utoipa::path(put, path = "/studies/{id}/media/{medium}/observations", tag = "studies", operation_id = "observe",
    params(("id" = String, Path, description = "The study"), ("medium" = String, Path, description = "Its id")),
    request_body = Words,
    responses((status = 200, description = "The medium as it is now", body = ObservedSchema), Problem))]
pub(crate) async fn observe(
    State(api): State<Api>,
    Path((id, medium)): Path<(String, String)>,
    Body(words): Body<Words>,
) -> Result<Json<Observed>, Problem> {
    let observed = api.blocking(move |api| {
        if words.observations.len() > MOST {
            return Err(Problem::unfit(format!("{MOST} observations are the most of one medium")));
        }
        let sayings: Vec<_> = words.observations.into_iter().map(Saying::from).collect();
        let reader = api.reader(&id)?;
        let edited = reader.say(&medium, &sayings, WHO)?;
        api.tell_study(reader.file());
        Ok(Observed { medium: reader.medium(&medium)?.medium, undo: edited.edit })
    });
    observed.await.map(Json)
}

impl From<Word> for Saying {
    fn from(word: Word) -> Self {
        let Word { id, scientific_name, common_name, count, life_stage, sex, bbox } = word;
        Self { id, scientific_name, common_name, count, life_stage, sex, bbox }
    }
}
