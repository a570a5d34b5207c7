//! `GET` and `POST /studies`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use biowatch_study::{CreateStudyError, StudyCard};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::Body;
use crate::problem::Problem;
use crate::schemas::StudyRow;

/// Characters of a name.
const LONGEST: usize = 200;

/// A study that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStudy {
    /// 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// A name that a person would find again.
pub(crate) fn name(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST || name.contains(char::is_control) {
        return Err(Problem::unfit(format!("a name has 1 to {LONGEST} characters on one line")));
    }
    Ok(name.to_owned())
}

/// Every study, by name
#[utoipa::path(get, path = "/studies", tag = "studies", operation_id = "listStudies",
    responses((status = 200, description = "By name", body = Vec<StudyRow>), Problem))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Vec<StudyCard>>, Problem> {
    api.blocking(Api::study_rows).await.map(Json)
}

/// Makes an empty study
#[utoipa::path(post, path = "/studies", tag = "studies", operation_id = "createStudy", request_body = NewStudy,
    responses((status = 201, description = "It is there", body = StudyRow), Problem))]
pub(crate) async fn create(
    State(api): State<Api>,
    Body(wanted): Body<NewStudy>,
) -> Result<(StatusCode, Json<StudyCard>), Problem> {
    let row = api.blocking(move |api| {
        let made = api.studies_folder().create(&name(&wanted.name)?).map_err(|error| match error {
            CreateStudyError::NoName => Problem::unfit(error.to_string()),
            error => Problem::broken(&error),
        });
        let file = made?.file().to_owned();
        api.tell_study(&file);
        Ok(api.study_row(&file))
    });
    Ok((StatusCode::CREATED, Json(row.await?)))
}
