//! `GET /docs`: the page for people. Nothing in it comes from elsewhere, so it works with no network.

use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Only what the page itself holds may run, and it may talk only to this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// HTML.
pub(crate) fn get(shared: &Shared) -> Result<Response<Body>, Refusal> {
    let page = include_str!("docs.html")
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{predict}}", &shared.settings.api_path);
    let content_type = HeaderValue::from_static("text/html; charset=utf-8");
    let mut answer = answer::full(StatusCode::OK, Some(content_type), page);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(answer)
}
