//! `POST /preflight`, `GET /preflight/{id}`: what an import would find.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use biowatch_study::DeploymentsFile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::{Body, Path};
use crate::preflights::Look;
use crate::problem::{Problem, sentence};
use crate::routes::folders::plain;

/// What is to be looked into.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLook {
    /// An absolute path.
    folder: String,
    /// A CSV that tells of deployments: an absolute path.
    deployments: Option<String>,
}

/// What is known so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seen {
    id: String,
    done: bool,
    photos: u64,
    videos: u64,
    bytes: u64,
    first: Option<String>,
    last: Option<String>,
    undated: u64,
    deployments: Vec<SeenDeployment>,
    problems: Vec<SeenProblem>,
    cameras: Vec<String>,
}

/// A folder that will be a deployment.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenDeployment {
    name: String,
    photos: u64,
    videos: u64,
    first: Option<String>,
    last: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// What will not go well.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenProblem {
    kind: String,
    count: u64,
    example: Option<String>,
}

impl From<Look> for Seen {
    fn from(look: Look) -> Self {
        let Look { id, done, seen, .. } = look;
        let deployments = seen.deployments.into_iter().map(|(name, one)| SeenDeployment {
            name,
            photos: one.photos,
            videos: one.videos,
            first: one.first,
            last: one.last,
            latitude: one.place.map(|place| place.0),
            longitude: one.place.map(|place| place.1),
        });
        let problems = seen.problems.into_iter().map(|(kind, problem)| SeenProblem {
            kind: kind.to_owned(),
            count: problem.count,
            example: Some(problem.example).filter(|example| !example.is_empty()),
        });
        Self {
            id,
            done,
            photos: seen.photos,
            videos: seen.videos,
            bytes: seen.bytes,
            first: seen.first,
            last: seen.last,
            undated: seen.undated,
            deployments: deployments.collect(),
            problems: problems.collect(),
            cameras: seen.cameras.into_iter().collect(),
        }
    }
}

/// Begins a look into a folder
#[utoipa::path(post, path = "/preflight", tag = "runs", operation_id = "beginPreflight", request_body = NewLook,
    responses((status = 202, description = "It goes on", body = Seen), Problem))]
pub(crate) async fn post(
    State(api): State<Api>,
    Body(wanted): Body<NewLook>,
) -> Result<(StatusCode, Json<Seen>), Problem> {
    let seen = api.blocking(move |api| {
        let folder = plain(&wanted.folder)?;
        if !folder.is_dir() {
            return Err(Problem::unfit(format!("there is no folder `{}`", folder.display())));
        }
        let table = wanted.deployments.filter(|table| !table.is_empty()).as_deref().map(plain).transpose()?;
        let table = table.map_or(Ok(DeploymentsFile::default()), |table| {
            DeploymentsFile::read(&table).map_err(|error| {
                Problem::unfit(sentence(&error))
                    .hint("a header and a row a folder: folder,locationName,latitude,longitude")
            })
        });
        api.preflights.begin(folder, table?).map(Seen::from)
    });
    Ok((StatusCode::ACCEPTED, Json(seen.await?)))
}

/// What an import would find, as far as it is known
#[utoipa::path(get, path = "/preflight/{id}", tag = "runs", operation_id = "getPreflight",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "What is known so far", body = Seen), Problem))]
pub(crate) async fn get(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Seen>, Problem> {
    let look = api.preflights.get(&id).ok_or_else(|| Problem::not_found("there is no look of that id"))?;
    Ok(Json(look.into()))
}
