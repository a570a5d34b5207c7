//! `POST` and `DELETE /models/{reference}/install`, `POST /models/install`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::{Body, Path};
use crate::models::{Known, Model};
use crate::problem::Problem;
use crate::routes::folders::plain;

/// Where a model lies.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// Absolute path of an archive, a bundle, a weights file or a folder.
    path: String,
}

/// Begins to install a model; events tell how far it is
#[utoipa::path(post, path = "/models/{reference}/install", tag = "models", operation_id = "installModel",
    params(("reference" = String, Path, description = "`<id>:<version>`")),
    responses((status = 202, description = "It goes on", body = Model), Problem))]
pub(crate) async fn post(
    State(api): State<Api>,
    Path(reference): Path<String>,
) -> Result<(StatusCode, Json<Model>), Problem> {
    let model = api.blocking(move |api| {
        let known = Known::read(api);
        let name = known.find(&reference)?;
        api.install(&name)?;
        Ok(api.model(&known, &name))
    });
    Ok((StatusCode::ACCEPTED, Json(model.await?)))
}

/// Stops the install of a model; what is downloaded stays
#[utoipa::path(delete, path = "/models/{reference}/install", tag = "models", operation_id = "cancelInstall",
    params(("reference" = String, Path, description = "`<id>:<version>`, or the path that is installed from")),
    responses((status = 204, description = "It ends"), Problem))]
pub(crate) async fn delete(
    State(api): State<Api>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Problem> {
    if api.installs.cancel(&reference) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found("that model is not being installed"))
}

/// Begins to install what lies on this machine
#[utoipa::path(post, path = "/models/install", tag = "models", operation_id = "installModelFrom", request_body = Place,
    responses((status = 202, description = "It goes on"), Problem))]
pub(crate) async fn from_path(
    State(api): State<Api>,
    Body(place): Body<Place>,
) -> Result<StatusCode, Problem> {
    let path = plain(&place.path)?;
    let done = api.blocking(move |api| {
        if !path.exists() {
            return Err(Problem::unfit(format!("there is no file or folder `{}`", path.display())));
        }
        api.install_from(path)
    });
    done.await.map(|()| StatusCode::ACCEPTED)
}
