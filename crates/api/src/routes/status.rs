//! `GET /status`: the program and its machine.

use std::thread;

use axum::Json;
use axum::extract::State;
use biowatch_zoo::disk;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::doings::{EngineFacts, Ffmpeg};
use crate::problem::Problem;

/// The program and its machine.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    version: &'static str,
    data_folder: String,
    /// Whether the program carries pages.
    web_ui: bool,
    /// Whether other machines may ask.
    lan: bool,
    /// Bytes free on the disk of the data folder, where the system tells.
    free_bytes: Option<u64>,
    /// Threads that the program may use.
    cores: usize,
    /// The one that models get comes first.
    engines: Vec<EngineFacts>,
    ffmpeg: Ffmpeg,
}

/// The program and its machine
#[utoipa::path(get, path = "/status", tag = "system", operation_id = "getStatus",
    responses((status = 200, description = "The program and its machine", body = Status), Problem))]
pub(crate) async fn get(State(api): State<Api>) -> Result<Json<Status>, Problem> {
    let status = api.blocking(|api| {
        let facts = (api.doings.facts)();
        Ok(Status {
            version: api.settings.version,
            data_folder: api.settings.data.display().to_string(),
            web_ui: api.pages.is_there(),
            lan: api.settings.lan,
            free_bytes: disk::free_bytes(&api.settings.data),
            cores: thread::available_parallelism().map_or(1, Into::into),
            engines: facts.engines,
            ffmpeg: facts.ffmpeg,
        })
    });
    status.await.map(Json)
}
