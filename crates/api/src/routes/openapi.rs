//! `GET /openapi.json`: the description of the API. Asked without a session.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::IntoResponse;

use crate::openapi::document;
use crate::problem::Problem;

/// This description
#[utoipa::path(get, path = "/openapi.json", tag = "system", operation_id = "getOpenApi", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"), Problem))]
pub(crate) async fn get() -> impl IntoResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str())
}
