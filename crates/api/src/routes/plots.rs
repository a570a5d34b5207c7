//! `GET /studies/{id}/plots/{name}`: the rows behind a plot.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use biowatch_study::{Plot, Step};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::Api;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::media::{FilterParams, Pairs};
use crate::schemas;
use crate::studies::Asked;

/// How it is drawn.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described")]
pub(crate) struct PlotParams {
    /// `activity`: whether hours are those of the sun
    sun: Option<bool>,
    /// `over-time`: `day`, `week` or `month`
    by: Option<String>,
    /// `csv` gives CSV
    format: Option<String>,
}

/// The rows behind a plot
#[utoipa::path(get, path = "/studies/{id}/plots/{name}", tag = "studies", operation_id = "getPlot",
    params(("id" = String, Path, description = "The study"),
        ("name" = String, Path, description = "`species-counts`, `activity`, `over-time`, `effort`, `accumulation` or `map`"),
        FilterParams, PlotParams),
    responses((status = 200, description = "The rows", body = schemas::PlotRows), Problem))]
pub(crate) async fn get(
    State(api): State<Api>,
    Path((id, name)): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let response = api.blocking(move |api| {
        let asked = Asked::of(pairs)?;
        let step = match asked.get("by") {
            None => Step::default(),
            Some(word) => Step::read(word).ok_or_else(|| Problem::bad("`by` is `day`, `week` or `month`"))?,
        };
        let plot = Plot::read(&name, asked.yes("sun"), step);
        let plot = plot.ok_or_else(|| Problem::not_found("there is no plot of that name"))?;
        let table = api.reader(&id)?.plot(plot, &asked.filter)?;
        if asked.get("format") != Some("csv") {
            return Ok(Json(table).into_response());
        }
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        ];
        Ok((headers, table.csv()).into_response())
    });
    response.await
}
