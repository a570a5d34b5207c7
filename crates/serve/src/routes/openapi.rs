//! `GET /openapi.json`: the machine's description of this server.

use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// OpenAPI 3.1. The text lies beside this file; a test holds it against the routes and the rows.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    let text = include_str!("openapi.json")
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{predict}}", &shared.settings.api_path);
    Ok(answer::json(StatusCode::OK, text))
}
