//! One route a file, and all of them as one router.

mod countries;
mod edits;
mod events;
mod exports;
mod folders;
mod media;
mod medium;
mod model_install;
mod model_upkeep;
mod models;
mod openapi;
mod picture;
mod plots;
mod preflight;
mod runs;
mod server_try;
mod servers;
mod session;
mod status;
mod studies;
mod study;
mod taxa;
mod video;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::problem::Problem;
use crate::{guard, page};

/// Bytes of a body, where a route does not say otherwise.
const BODY: usize = 1 << 20;

/// The calls and their description.
pub(crate) fn parts() -> (Router<Api>, OpenApi) {
    let calls = OpenApiRouter::new()
        .routes(routes!(status::get))
        .routes(routes!(folders::get))
        .routes(routes!(countries::get))
        .routes(routes!(events::get))
        .routes(routes!(session::post, session::delete))
        .routes(routes!(openapi::get))
        .routes(routes!(models::list))
        .routes(routes!(models::show, model_upkeep::delete))
        .routes(routes!(models::species))
        .routes(routes!(model_install::post, model_install::delete))
        .routes(routes!(model_install::from_path))
        .routes(routes!(model_upkeep::verify))
        .routes(routes!(servers::list, servers::start))
        .routes(routes!(servers::stop))
        .routes(routes!(servers::restart))
        .routes(routes!(servers::log))
        .routes(routes!(runs::list, runs::create))
        .routes(routes!(runs::show))
        .routes(routes!(runs::pause))
        .routes(routes!(runs::resume))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::retry))
        .routes(routes!(runs::errors))
        .routes(routes!(preflight::post))
        .routes(routes!(preflight::get))
        .routes(routes!(studies::list, studies::create))
        .routes(routes!(study::show, study::change, study::delete))
        .routes(routes!(study::check))
        .routes(routes!(media::list))
        .routes(routes!(media::positions))
        .routes(routes!(media::sequences))
        .routes(routes!(medium::show))
        .routes(routes!(medium::observe))
        .routes(routes!(picture::get))
        .routes(routes!(video::get))
        .routes(routes!(edits::list, edits::create))
        .routes(routes!(edits::undo))
        .routes(routes!(edits::redo))
        .routes(routes!(taxa::species))
        .routes(routes!(taxa::tree))
        .routes(routes!(plots::get))
        .routes(routes!(exports::list, exports::create))
        .routes(routes!(exports::download))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(OpenApiRouter::new().routes(routes!(server_try::post)).layer(server_try::limit()));
    OpenApiRouter::with_openapi(crate::openapi::head()).nest("/api/v1", calls).split_for_parts()
}

/// Everything that is answered.
pub fn router(api: Api) -> Router {
    parts()
        .0
        .fallback(page::serve)
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method")
        })
        .layer(middleware::from_fn_with_state(api.clone(), guard::check))
        .with_state(api)
}
