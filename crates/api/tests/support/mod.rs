//! A server without a socket, over a data folder of its own.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, request::Builder};
use biowatch_api::{Api, Country, Doings, Facts, Pages, Problem, Settings, router};
use biowatch_supervisor::Key;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// The server.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    router: Router,
    pub(crate) key: String,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

const PAGES: &[(&str, &[u8])] = &[("index.html", b"the page"), ("assets/app.js", b"1")];

impl Server {
    pub(crate) fn new() -> Self {
        Self::start(None)
    }

    pub(crate) fn with_password(password: &str) -> Self {
        Self::start(Some(Key::new(password)))
    }

    fn start(password: Option<Key>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random().unwrap();
        let settings = Settings {
            data: folder.path().join("data"),
            home: Some(folder.path().to_owned()),
            version: "0",
            port: 7420,
            lan: password.is_some(),
            key: key.clone(),
            password,
        };
        let country = |code: &str, name: &str| Country { code: code.to_owned(), name: name.to_owned() };
        let none = || Problem::unfit("not in this test");
        let doings = Doings {
            facts: Box::new(Facts::default),
            countries: vec![country("SVN", "Slovenia")],
            judge: Box::new(|_, _| Err(std::io::ErrorKind::Unsupported.into())),
            is_model: Box::new(|_| false),
            network: Box::new(move || Err(none())),
            carried: "demo:1.0",
            carry: Box::new(move |_| Err(none())),
            start_server: Box::new(move |_| Err(none())),
            restart_server: Box::new(move |_| Err(none())),
            server_key: None,
            queue_run: Box::new(move |_| Err(none())),
            run: Box::new(move |_, _, _| Err(none())),
            export: Box::new(move |_, _, _, _| Err(none())),
            picture: Box::new(move |_| Err(none())),
        };
        let router = router(Api::new(settings, doings, Pages::new(PAGES)));
        Self { folder, router, key: key.reveal().to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// With the key.
    pub(crate) async fn ask(&self, request: Request<String>) -> Answer {
        self.ask_as(request, Some(&format!("Bearer {}", self.key))).await
    }

    /// With these credentials.
    pub(crate) async fn ask_as(&self, mut request: Request<String>, credentials: Option<&str>) -> Answer {
        if let Some(credentials) = credentials {
            request.headers_mut().insert("authorization", credentials.parse().unwrap());
        }
        let headers = request.headers_mut();
        headers.entry("host").or_insert("127.0.0.1:7420".parse().unwrap());
        let response = self.router.clone().oneshot(request.map(Body::from)).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, text }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    /// The type of the problem.
    pub(crate) fn problem(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn request(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path)
}

pub(crate) fn get(path: &str) -> Request<String> {
    request("GET", path).body(String::new()).unwrap()
}

/// A change with a body of JSON.
pub(crate) fn change(method: &str, path: &str, body: &serde_json::Value) -> Request<String> {
    let head = request(method, path).header("x-biowatch", "1").header("content-type", "application/json");
    head.body(body.to_string()).unwrap()
}
