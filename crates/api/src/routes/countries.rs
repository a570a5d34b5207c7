//! `GET /countries`: where photos can be from.

use axum::Json;
use axum::extract::State;

use crate::api::Api;
use crate::doings::Country;
use crate::problem::Problem;

/// Every country that a model may be told, by name
#[utoipa::path(get, path = "/countries", tag = "system", operation_id = "listCountries",
    responses((status = 200, description = "By name", body = Vec<Country>), Problem))]
pub(crate) async fn get(State(api): State<Api>) -> Json<Vec<Country>> {
    Json(api.doings.countries.clone())
}
