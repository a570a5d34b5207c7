//! `GET`, `PATCH` and `DELETE /studies/{id}`, and its check.

use axum::Json;
use axum::extract::State;
use biowatch_study::{Overview, ReviseError, Revision, Study, StudyCard, TrashError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::runs::Run;
use crate::schemas::{self, StudyRow};
/// A study at a glance, with its runs.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    overview: Overview,
    runs: Vec<Run>,
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StudyChange {
    name: Option<String>,
    title: Option<String>,
    description: Option<String>,
    /// Seconds, 0 to 600.
    sequence_gap: Option<u32>,
}

/// Where a study lies that was thrown away.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trashed {
    moved_to: String,
}

/// What is wrong with a study.
#[derive(Serialize, ToSchema)]
pub(crate) struct StudyCheck {
    passed: bool,
    /// A sentence each.
    problems: Vec<String>,
}

/// A study at a glance
#[utoipa::path(get, path = "/studies/{id}", tag = "studies", operation_id = "getStudy",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "The study", body = schemas::StudyOverview), Problem))]
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Shown>, Problem> {
    let shown = api.blocking(move |api| {
        let reader = api.reader(&id)?;
        let runs = reader.with(|study| api.runs_of(study))?;
        Ok(Shown { overview: reader.overview()?, runs })
    });
    shown.await.map(Json)
}

/// Changes what a study says of itself
#[utoipa::path(patch, path = "/studies/{id}", tag = "studies", operation_id = "changeStudy", request_body = StudyChange,
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "The study", body = StudyRow), Problem))]
pub(crate) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    Body(change): Body<StudyChange>,
) -> Result<Json<StudyCard>, Problem> {
    let row = api.blocking(move |api| {
        let StudyChange { name, title, description, sequence_gap } = change;
        let reader = api.reader(&id)?;
        let revised = reader.revise(&Revision { name, title, description, sequence_gap });
        revised.map_err(|error| match error {
            ReviseError::Sql(error) => error.into(),
            ReviseError::Open(error) => error.into(),
            error => Problem::unfit(error.to_string()),
        })?;
        api.tell_study(reader.file());
        Ok(api.study_row(reader.file()))
    });
    row.await.map(Json)
}

/// Moves a study into the trash; photos and videos stay where they are
#[utoipa::path(delete, path = "/studies/{id}", tag = "studies", operation_id = "removeStudy",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "Where it lies now", body = Trashed), Problem))]
pub(crate) async fn delete(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Trashed>, Problem> {
    let trashed = api.blocking(move |api| {
        let file = api.study_file(&id)?;
        api.close_study(&file);
        let moved = api.studies_folder().trash(&file.display().to_string()).map_err(|error| match error {
            TrashError::InUse(_) => {
                Problem::conflict(error.to_string()).hint("pause or cancel its runs first")
            }
            error => Problem::broken(&error),
        })?;
        Ok(Trashed { moved_to: moved.display().to_string() })
    });
    trashed.await.map(Json)
}

/// Checks the file of a study and all that must hold between its rows
#[utoipa::path(get, path = "/studies/{id}/check", tag = "studies", operation_id = "checkStudy",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "What is wrong", body = StudyCheck), Problem))]
pub(crate) async fn check(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<StudyCheck>, Problem> {
    let check = api.blocking(move |api| {
        let problems = Study::open(&api.study_file(&id)?)?.problems()?;
        let problems: Vec<_> =
            problems.iter().map(|problem| format!("{} ({})", problem.what, problem.count)).collect();
        Ok(StudyCheck { passed: problems.is_empty(), problems })
    });
    check.await.map(Json)
}
