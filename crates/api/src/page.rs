//! The pages: files that the program carries, and the way in by a key in the address.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::api::Api;
use crate::problem::Problem;

/// Shown where the program was built without pages.
const WITHOUT: &str = include_str!("page/without.html");
/// Shown to whoever comes with a wrong key.
const WRONG_KEY: &str = include_str!("page/wrong_key.html");

/// Files by their path below the root, such as `index.html` and `assets/app-1a2b.js`.
#[derive(Debug, Clone, Default)]
pub struct Pages(Arc<[(&'static str, &'static [u8])]>);

impl Pages {
    /// The files that the program carries. None: it was built without.
    pub fn new(files: &[(&'static str, &'static [u8])]) -> Self {
        let mut files = files.to_vec();
        files.sort_by_key(|(name, _)| *name);
        Self(files.into())
    }

    /// Whether there is something to show.
    pub(crate) fn is_there(&self) -> bool {
        self.find("index.html").is_some()
    }

    fn find(&self, name: &str) -> Option<&'static [u8]> {
        let place = self.0.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.0.get(place).map(|(_, bytes)| *bytes)
    }
}

/// Everything that is not the API: a file, or the page, which looks at the address itself.
pub(crate) async fn serve(State(api): State<Api>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Problem::not_found("there is no such call")
            .hint("`/api/v1/openapi.json` lists them")
            .into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "pages can only be read").into_response();
    }
    if let Some(key) = key_in(request.uri()) {
        return enter(&api, request.uri(), key);
    }
    let name = request.uri().path().trim_start_matches('/');
    if let Some(bytes) = api.pages.find(name).filter(|_| !name.is_empty()) {
        return file(name, bytes);
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    if last.contains('.') {
        return Problem::not_found(format!(
            "there is no file `{}`",
            last.chars().take(80).collect::<String>()
        ))
        .into_response();
    }
    match api.pages.find("index.html") {
        Some(bytes) => file("index.html", bytes),
        None => file("index.html", WITHOUT.as_bytes()),
    }
}

fn key_in(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key="))
}

/// The key becomes a session, and leaves the address.
fn enter(api: &Api, uri: &Uri, key: &str) -> Response {
    if !api.settings.key.matches(key) {
        let mut response = file("index.html", WRONG_KEY.as_bytes());
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return response;
    }
    let path = uri.path();
    // `//host` would lead elsewhere.
    let path = if path.starts_with("//") || path.contains('\\') { "/" } else { path };
    let (Ok(cookie), Ok(place)) = (api.begin_session(), HeaderValue::from_str(path)) else {
        return Problem::internal("no session could be made").into_response();
    };
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, place),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Files below `assets/` carry a digest in their name.
fn file(name: &str, bytes: &'static [u8]) -> Response {
    let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, media_type(name)), (header::CACHE_CONTROL, keep)];
    (headers, Body::from(bytes)).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
