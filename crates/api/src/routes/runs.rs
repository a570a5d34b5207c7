//! `GET` and `POST /runs`, one run, and what can be done with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use biowatch_study::{Order, Study};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::doings::{RunWish, StudyName};
use crate::extract::{Body, Path, Query};
use crate::moment;
use crate::problem::Problem;
use crate::routes::folders::plain;
use crate::routes::studies::name;
use crate::runs::Run;

/// A file that could not be predicted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedFile {
    /// Empty where it failed before it was known.
    media_id: String,
    file_path: String,
    reason: String,
    attempts: u32,
    at: String,
}

/// Some of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedFiles {
    items: Vec<FailedFile>,
    next: Option<String>,
    total: u64,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Where an earlier page said that the next one begins.
    cursor: Option<String>,
    /// 1 to 1,000. Default 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Every run of every study, the latest first
#[utoipa::path(get, path = "/runs", tag = "runs", operation_id = "listRuns",
    responses((status = 200, description = "The latest first", body = Vec<Run>), Problem))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Vec<Run>>, Problem> {
    api.blocking(|api| Ok(api.all_runs())).await.map(Json)
}

/// Queues a run; one runs at a time
#[utoipa::path(post, path = "/runs", tag = "runs", operation_id = "createRun", request_body = RunWish,
    responses((status = 202, description = "It is queued", body = Run), Problem))]
pub(crate) async fn create(
    State(api): State<Api>,
    Body(mut wish): Body<RunWish>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    let run = api.blocking(move |api| {
        plain(&wish.folder)?;
        wish.deployments.as_deref().map(plain).transpose()?;
        wish.study = match wish.study {
            StudyName::Id(id) => StudyName::Id(api.study_file(&id)?.display().to_string()),
            StudyName::Name(text) => StudyName::Name(name(&text)?),
        };
        let (file, id) = (api.doings.queue_run)(&wish)?;
        // The same run as an earlier one, wanted again.
        let study = Study::open(&file)?;
        let again =
            study.runs()?.iter().any(|run| run.id == id && run.state != biowatch_study::RunStatus::Queued);
        drop(study);
        if again {
            Study::open(&file)?.requeue(&id)?;
        }
        api.runs.wake();
        api.tell_study(&file);
        api.run_in(&file, &id)
    });
    Ok((StatusCode::ACCEPTED, Json(run.await?)))
}

/// One run
#[utoipa::path(get, path = "/runs/{id}", tag = "runs", operation_id = "getRun",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The run", body = Run), Problem))]
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Run>, Problem> {
    api.blocking(move |api| api.run_in(&api.file_of_run(&id)?, &id)).await.map(Json)
}

/// Pauses a run after the files in hand
#[utoipa::path(post, path = "/runs/{id}/pause", tag = "runs", operation_id = "pauseRun",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The run", body = Run), Problem))]
pub(crate) async fn pause(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Run>, Problem> {
    change(api, id, |study, id| study.order(id, Order::Pause).map(drop)).await
}

/// Ends a run for good; what is predicted stays
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "runs", operation_id = "cancelRun",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The run", body = Run), Problem))]
pub(crate) async fn cancel(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Run>, Problem> {
    change(api, id, |study, id| study.order(id, Order::Cancel).map(drop)).await
}

/// Goes on with a run that was paused, interrupted or failed
#[utoipa::path(post, path = "/runs/{id}/resume", tag = "runs", operation_id = "resumeRun",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The run", body = Run), Problem))]
pub(crate) async fn resume(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Run>, Problem> {
    change(api, id, Study::requeue).await
}

/// Tries all files again that could not be predicted
#[utoipa::path(post, path = "/runs/{id}/retry", tag = "runs", operation_id = "retryRun",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The run", body = Run), Problem))]
pub(crate) async fn retry(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Run>, Problem> {
    change(api, id, |study, id| {
        study.retry()?;
        study.requeue(id)
    })
    .await
}

async fn change(
    api: Api,
    id: String,
    change: impl FnOnce(&mut Study, &str) -> Result<(), biowatch_study::SqlError> + Send + 'static,
) -> Result<Json<Run>, Problem> {
    let run = api.blocking(move |api| {
        let file = api.file_of_run(&id)?;
        let mut study = Study::open(&file)?;
        let told = study.runs()?.iter().any(|run| run.id == id && run.wish.is_some());
        if !told {
            return Err(Problem::conflict("this run does not say how it was asked for").hint(
                "start a new run with the same folder, study and model: it goes on where this one stopped",
            ));
        }
        change(&mut study, &id)?;
        drop(study);
        api.runs.wake();
        api.tell_run(&file, &id);
        api.run_in(&file, &id)
    });
    run.await.map(Json)
}

/// Files of a run that could not be predicted
#[utoipa::path(get, path = "/runs/{id}/errors", tag = "runs", operation_id = "listRunErrors",
    params(("id" = String, Path, description = "Its id"), Part),
    responses((status = 200, description = "In the order of paths", body = FailedFiles), Problem))]
pub(crate) async fn errors(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<FailedFiles>, Problem> {
    let files = api.blocking(move |api| {
        let study = Study::open(&api.file_of_run(&id)?)?;
        let limit = part.limit.unwrap_or(100).clamp(1, 1000);
        let (errors, total) = study.errors_of(&id, part.cursor.as_deref().unwrap_or_default(), limit)?;
        let next = errors.last().filter(|_| errors.len() == limit as usize).map(|error| error.path.clone());
        let items = errors.into_iter().map(|error| FailedFile {
            media_id: error.media.unwrap_or_default(),
            file_path: error.path,
            reason: error.reason,
            attempts: error.attempts,
            at: moment::of_millis(u64::try_from(error.at).unwrap_or_default()),
        });
        Ok(FailedFiles { items: items.collect(), next, total })
    });
    files.await.map(Json)
}
