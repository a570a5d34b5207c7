//! `GET /`: that somebody is here. `GET /favicon.ico`: that there is no icon.

use hyper::{Response, StatusCode};

use crate::answer::{self, Body};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The reference's words are `litserve running`; nothing reads them.
pub(crate) fn get(_: &Shared) -> Result<Response<Body>, Refusal> {
    Ok(answer::bare(StatusCode::OK, "biowatch running"))
}

/// Browsers ask for one when they show `/docs`.
pub(crate) fn no_icon(_: &Shared) -> Result<Response<Body>, Refusal> {
    Ok(answer::bare(StatusCode::NO_CONTENT, ""))
}
