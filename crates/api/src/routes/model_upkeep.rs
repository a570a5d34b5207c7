//! `POST /models/{reference}/verify`, `DELETE /models/{reference}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::progress::Reporter;
use biowatch_zoo::remove::{self, RemoveError};
use biowatch_zoo::shelf::Shelved;
use biowatch_zoo::verify;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::Path;
use crate::models::Known;
use crate::problem::Problem;

/// What is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    /// A sentence each. None: every byte is as it was installed.
    problems: Vec<String>,
}

/// Reads every byte of a model and holds it against what was installed
#[utoipa::path(post, path = "/models/{reference}/verify", tag = "models", operation_id = "verifyModel",
    params(("reference" = String, Path, description = "`<id>:<version>`")),
    responses((status = 200, description = "What is wrong with it", body = Verified), Problem))]
pub(crate) async fn verify(
    State(api): State<Api>,
    Path(reference): Path<String>,
) -> Result<Json<Verified>, Problem> {
    let verified = api.blocking(move |api| {
        let known = Known::read(api);
        let model = installed(&known, &reference)?;
        let problems = verify::verify(model, &Reporter::new(&|_| {}), &Cancel::default());
        Ok(Verified { problems: problems.map_err(|error| Problem::unfit(error.to_string()))? })
    });
    verified.await.map(Json)
}

/// Removes a model from the disk
#[utoipa::path(delete, path = "/models/{reference}", tag = "models", operation_id = "removeModel",
    params(("reference" = String, Path, description = "`<id>:<version>`")),
    responses((status = 204, description = "It is gone"), Problem))]
pub(crate) async fn delete(
    State(api): State<Api>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = api.blocking(move |api| {
        let known = Known::read(api);
        let model = installed(&known, &reference)?;
        remove::remove(&known.zoo, model, &Reporter::new(&|_| {}), &Cancel::default()).map_err(|error| {
            match error {
                RemoveError::Biowatch { .. } => Problem::conflict(error.to_string())
                    .hint("remove it in the Biowatch app: Settings, AI Models"),
                error => Problem::broken(&error),
            }
        })
    });
    done.await.map(|()| StatusCode::NO_CONTENT)
}

fn installed<'a>(known: &'a Known, reference: &str) -> Result<&'a Shelved, Problem> {
    let name = known.find(reference)?;
    known.on_shelf(&name).ok_or_else(|| Problem::conflict(format!("{name} is not installed")))
}
