//! `GET /studies/{id}/media`, `/positions` and `/sequences`: what a filter means, page by page.

use axum::Json;
use axum::extract::State;
use biowatch_study::{At, Medium, Page, Sequence};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::schemas;
use crate::studies::Asked;

/// Pairs behind `?`.
pub(crate) type Pairs = Vec<(String, String)>;

/// Which media are meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described: a filter reads the pairs itself")]
pub(crate) struct FilterParams {
    /// Scientific names, or beginnings of a lineage. May come again
    #[serde(default)]
    species: Option<Vec<String>>,
    /// Ids of deployments. May come again
    #[serde(default)]
    deployment: Option<Vec<String>>,
    /// Date or time of the camera's clock
    from: Option<String>,
    /// Date or time of the camera's clock
    to: Option<String>,
    /// 0 to 24
    hour_from: Option<u8>,
    /// 0 to 24; before `hourFrom`: over midnight
    hour_to: Option<u8>,
    /// 0 to 1
    min_confidence: Option<f64>,
    /// 0 to 1
    max_confidence: Option<f64>,
    /// `animal`, `human`, `vehicle`, `blank`, `unknown`, `unprocessed` or `failed`. May come again
    #[serde(default)]
    kind: Option<Vec<String>>,
    /// `human` or `machine`
    method: Option<String>,
    reviewed: Option<bool>,
    favourite: Option<bool>,
    video: Option<bool>,
    /// Part of the file's name
    search: Option<String>,
    /// `time`, `-time`, `confidence`, `-confidence` or `name`
    sort: Option<String>,
}

/// Which part.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(crate) struct PartParams {
    /// 1 to 1,000. Default 100
    limit: Option<u32>,
    /// Where an earlier page said that the next one begins
    cursor: Option<String>,
    /// After so many, where there is no cursor
    offset: Option<u64>,
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Positions {
    total: u64,
}

/// Some of the media that are meant
#[utoipa::path(get, path = "/studies/{id}/media", tag = "studies", operation_id = "listMedia",
    params(("id" = String, Path, description = "The study"), FilterParams, PartParams),
    responses((status = 200, description = "In order", body = schemas::MediaPage), Problem))]
pub(crate) async fn list(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Page<Medium>>, Problem> {
    let page = api.blocking(move |api| {
        let asked = Asked::of(pairs)?;
        let (at, limit) = part(&asked)?;
        Ok(api.reader(&id)?.gallery(&asked.filter, asked.sort, &at, limit)?)
    });
    page.await.map(Json)
}

/// How many media are meant
#[utoipa::path(get, path = "/studies/{id}/positions", tag = "studies", operation_id = "countMedia",
    params(("id" = String, Path, description = "The study"), FilterParams),
    responses((status = 200, description = "How many", body = Positions), Problem))]
pub(crate) async fn positions(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Positions>, Problem> {
    let total = api.blocking(move |api| Ok(api.reader(&id)?.count(&Asked::of(pairs)?.filter)?));
    Ok(Json(Positions { total: total.await? }))
}

/// Some of the sequences with a medium that is meant
#[utoipa::path(get, path = "/studies/{id}/sequences", tag = "studies", operation_id = "listSequences",
    params(("id" = String, Path, description = "The study"), FilterParams, PartParams),
    responses((status = 200, description = "In order", body = schemas::SequencePage), Problem))]
pub(crate) async fn sequences(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Page<Sequence>>, Problem> {
    let page = api.blocking(move |api| {
        let asked = Asked::of(pairs)?;
        let (at, limit) = part(&asked)?;
        Ok(api.reader(&id)?.sequences(&asked.filter, asked.sort, &at, limit)?)
    });
    page.await.map(Json)
}

fn part(asked: &Asked) -> Result<(At, u32), Problem> {
    let at = match asked.get("cursor").filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => At::Cursor(cursor.to_owned()),
        None => At::Offset(asked.number("offset")?.unwrap_or(0)),
    };
    Ok((at, asked.number("limit")?.unwrap_or(100).clamp(1, 1000)))
}
