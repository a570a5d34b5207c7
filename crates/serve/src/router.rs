//! The list of routes, and the way every request goes through it.

use std::borrow::Cow;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, Uri};

use crate::access::{Access, Facts};
use crate::answer::{Body, Handled};
use crate::guard;
use crate::refusal::Refusal;
use crate::routes::{docs, health, info, livez, metrics, openapi, predict, root, shutdown};
use crate::shared::Shared;

/// One thing that may be asked for.
pub(crate) struct Route {
    /// Where; what the metrics call it.
    pub(crate) path: &'static str,
    /// Who may.
    key: Key,
    /// What happens.
    handler: Handler,
}

/// When the API key, if there is one, is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Never: probes, documentation, and routes with a key of their own.
    Never,
    /// Unless `health_needs_key` is off.
    Health,
    /// Always.
    Always,
}

/// A handler, with the method it implies.
enum Handler {
    /// GET and HEAD; answered from what is known, without waiting.
    Get(fn(&Shared) -> Result<Response<Body>, Refusal>),
    /// POST.
    Post(fn(Arc<Shared>, Request<Incoming>) -> Answering),
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Refusal>> + Send>>;

/// Predictions. Its path is a setting; this is the reference's.
const PREDICT: Route =
    post("/predict", Key::Always, |shared, request| Box::pin(predict::post(shared, request)));

/// Everything else.
pub(crate) const ROUTES: [Route; 13] = [
    get("/", Key::Health, root::get),
    get("/health", Key::Health, health::get),
    get("/livez", Key::Never, livez::get),
    get("/readyz", Key::Never, health::get),
    get("/v2/health/live", Key::Never, livez::get),
    get("/v2/health/ready", Key::Never, health::get),
    get("/info", Key::Always, info::get),
    get("/metrics", Key::Always, metrics::get),
    get("/docs", Key::Never, docs::get),
    get("/redoc", Key::Never, docs::get),
    get("/openapi.json", Key::Never, openapi::get),
    post("/shutdown", Key::Never, |shared, request| Box::pin(shutdown::post(shared, request))),
    get("/favicon.ico", Key::Never, root::no_icon),
];

const fn get(path: &'static str, key: Key, handler: fn(&Shared) -> Result<Response<Body>, Refusal>) -> Route {
    Route { path, key, handler: Handler::Get(handler) }
}

const fn post(
    path: &'static str,
    key: Key,
    handler: fn(Arc<Shared>, Request<Incoming>) -> Answering,
) -> Route {
    Route { path, key, handler: Handler::Post(handler) }
}

/// The route at `path`. One trailing slash is forgiven; two slashes are another path.
fn find(path: &str, api_path: &str) -> Option<&'static Route> {
    let path = path.strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/')).unwrap_or(path);
    if path == api_path {
        return Some(&PREDICT);
    }
    const { &ROUTES }.iter().find(|route| route.path == path)
}

/// Answers one request, logs and counts it.
pub(crate) async fn handle(
    shared: Arc<Shared>,
    peer: SocketAddr,
    refused: Option<Refusal>,
    request: Request<Incoming>,
) -> Handled {
    let route = find(&decoded(request.uri().path()), &shared.settings.api_path);
    let unreadable = refused.is_some();
    let facts = Facts {
        peer,
        method: request.method().clone(),
        target: if unreadable { "(refused head)".to_owned() } else { shown(request.uri()) },
        version: request.version(),
        route: route.filter(|_| !unreadable).map_or("other", |route| route.path),
    };
    let access = Access::new(facts, Arc::clone(&shared.metrics));
    let answered = match refused {
        Some(refusal) => Err(refusal),
        None => answer(&shared, route, request).await,
    };
    let mut response = answered.unwrap_or_else(|refusal| refusal.answer());
    const SERVER: HeaderValue = HeaderValue::from_static(concat!("biowatch/", env!("CARGO_PKG_VERSION")));
    response.headers_mut().insert(header::SERVER, SERVER);
    log(&mut response, access);
    Ok(response)
}

async fn answer(
    shared: &Arc<Shared>,
    route: Option<&Route>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Refusal> {
    let settings = &shared.settings;
    guard::host(&request, settings, shared.on_loopback())?;
    let route = route.ok_or(Refusal::NotFound)?;
    let method_fits = match (&route.handler, request.method()) {
        (Handler::Get(_), &Method::GET | &Method::HEAD) | (Handler::Post(_), &Method::POST) => Ok(()),
        (Handler::Get(_), _) => Err(Refusal::MethodNotAllowed("GET, HEAD")),
        (Handler::Post(_), _) => Err(Refusal::MethodNotAllowed("POST")),
    };
    method_fits?;
    guard::origin(request.headers(), request.uri(), settings)?;
    let keyed = match route.key {
        Key::Never => false,
        Key::Health => settings.keys.health_needs_key,
        Key::Always => true,
    };
    guard::api_key(request.headers(), settings.keys.api.as_ref().filter(|_| keyed))?;
    match route.handler {
        Handler::Get(handler) => handler(shared),
        Handler::Post(handler) => handler(Arc::clone(shared), request).await,
    }
}

fn log(response: &mut Response<Body>, mut access: Access) {
    let status = response.status();
    match response.body_mut() {
        Body::Full(_) => access.done(status),
        Body::Rows(rows) => {
            access.status(status);
            rows.log_in(access);
        }
    }
}

/// The target for the log. What follows the question mark is nobody's business: nothing here reads it.
fn shown(target: &Uri) -> String {
    let query = if target.query().is_some() { "?..." } else { "" };
    format!("{}{query}", target.path())
}

/// `path` with `%xx` undone. What then is not UTF-8 matches no route.
fn decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| hex_pair(tail)).flatten();
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*bytes.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Option<&'static str> {
        find(&decoded(path), "/predict").map(|route| route.path)
    }

    #[test]
    fn paths_lead_to_routes() {
        let cases = [
            ("/", Some("/")),
            ("/health", Some("/health")),
            ("/health/", Some("/health")),
            ("/%68ealth", Some("/health")),
            ("/predict", Some("/predict")),
            ("/predict/", Some("/predict")),
            ("//health", None),
            ("//", None),
            ("/health//", None),
            ("/Health", None),
            ("/../health", None),
            ("/health%2f", Some("/health")),
            ("/%zzealth", None),
            ("/%", None),
            ("/%ff", None),
            ("", None),
            ("*", None),
        ];
        for (path, expected) in cases {
            assert_eq!(found(path), expected, "{path:?}");
        }
        assert_eq!(find("/score", "/score").map(|route| route.path), Some("/predict"));
        assert!(find("/predict", "/score").is_none());
    }
}
