//! `GET` and `POST /servers`, `DELETE /servers/{name}`, its restart and its log.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use biowatch_supervisor::last_lines;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::doings::ServerWish;
use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::servers::Server;

/// Lines of a log.
const MOST_LINES: u32 = 5_000;

/// How much of a log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Much {
    /// 1 to 5,000. Default 200.
    #[param(minimum = 1, maximum = 5000)]
    lines: Option<u32>,
}

/// What a server wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerLog {
    /// Oldest first.
    lines: Vec<String>,
}

/// Every server that was not forgotten
#[utoipa::path(get, path = "/servers", tag = "servers", operation_id = "listServers",
    responses((status = 200, description = "By name", body = Vec<Server>), Problem))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Vec<Server>>, Problem> {
    api.blocking(|api| Ok(api.servers())).await.map(Json)
}

/// Starts a server, or finds one that is equal; events tell when it is ready
///
/// A server that is started here is stopped when `biowatch up` ends.
#[utoipa::path(post, path = "/servers", tag = "servers", operation_id = "startServer", request_body = ServerWish,
    responses((status = 202, description = "It starts", body = Server), Problem))]
pub(crate) async fn start(
    State(api): State<Api>,
    Body(wish): Body<ServerWish>,
) -> Result<(StatusCode, Json<Server>), Problem> {
    let server = api.blocking(move |api| {
        let before: Vec<_> = api.registry().live().into_iter().filter(|entry| entry.kept).collect();
        let name = (api.doings.start_server)(&wish)?;
        if !before.iter().any(|entry| entry.record.about.name == name) {
            api.note_started(&name);
        }
        let server = api.server(&api.server_entry(&name)?);
        api.tell_servers();
        Ok(server)
    });
    Ok((StatusCode::ACCEPTED, Json(server.await?)))
}

/// Stops a server; one that is over is forgotten
#[utoipa::path(delete, path = "/servers/{name}", tag = "servers", operation_id = "stopServer",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It ends"), Problem))]
pub(crate) async fn stop(State(api): State<Api>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let done = api.blocking(move |api| {
        let entry = api.server_entry(&name)?;
        api.stop_server(&entry, false)?;
        api.tell_servers();
        Ok(())
    });
    done.await.map(|()| StatusCode::NO_CONTENT)
}

/// Starts a server again, running or not
#[utoipa::path(post, path = "/servers/{name}/restart", tag = "servers", operation_id = "restartServer",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 202, description = "It starts", body = Server), Problem))]
pub(crate) async fn restart(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Server>), Problem> {
    let server = api.blocking(move |api| {
        api.server_entry(&name)?;
        (api.doings.restart_server)(&name)?;
        Ok(api.server(&api.server_entry(&name)?))
    });
    Ok((StatusCode::ACCEPTED, Json(server.await?)))
}

/// The last lines that a server wrote
#[utoipa::path(get, path = "/servers/{name}/log", tag = "servers", operation_id = "getServerLog",
    params(("name" = String, Path, description = "Its name"), Much),
    responses((status = 200, description = "Oldest first", body = ServerLog), Problem))]
pub(crate) async fn log(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(much): Query<Much>,
) -> Result<Json<ServerLog>, Problem> {
    let log = api.blocking(move |api| {
        let folder = api.registry().folder(&name).filter(|folder| folder.log().is_file());
        let folder = folder.ok_or_else(|| Problem::not_found("there is no log of a server of that name"))?;
        let lines = much.lines.unwrap_or(200).clamp(1, MOST_LINES);
        let lines = last_lines(&folder.log(), lines as usize).map_err(|error| Problem::broken(&error))?;
        Ok(ServerLog { lines })
    });
    log.await.map(Json)
}
