//! `POST /session`, `DELETE /session`: in by a password, and out.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::sleep;
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::Body;
use crate::problem::Problem;

/// A wrong password costs so long, and the next one waits for it.
const WRONG: Duration = Duration::from_secs(1);

/// The way in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Entry {
    password: String,
}

/// Opens a session by the password
#[utoipa::path(post, path = "/session", tag = "system", operation_id = "openSession", security(()), request_body = Entry,
    responses((status = 204, description = "The session is in the cookie"), Problem))]
pub(crate) async fn post(State(api): State<Api>, Body(entry): Body<Entry>) -> Result<Response, Problem> {
    let Some(password) = &api.settings.password else {
        return Err(Problem::conflict("this server has no password")
            .hint("open the address that `biowatch up` printed"));
    };
    let _one_guess = api.sessions.guess.lock().await;
    if !password.matches(&entry.password) {
        sleep(WRONG).await;
        return Err(Problem::new(StatusCode::FORBIDDEN, "the password is wrong")
            .kind("wrong-password", "Wrong password"));
    }
    let cookie = api.begin_session().map_err(|error| Problem::broken(&error))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Ends the session
#[utoipa::path(delete, path = "/session", tag = "system", operation_id = "closeSession", security(()),
    responses((status = 204, description = "There is no session any more"), Problem))]
pub(crate) async fn delete(State(api): State<Api>, headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = api.end_session(&headers) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
