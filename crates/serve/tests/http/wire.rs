//! The wire table: every request of the reference's probe, and what must come back.
//!
//! The reference is LitServe 0.2.16 as recorded. The groups say how an answer stands to it: kept, mended, or ours.

mod kept;
mod mended;
mod ours;

use crate::client::{Answer, Client};
use crate::server::{TestServer, echo, settings};

/// What a body must be.
enum Body {
    /// To the byte.
    Is(&'static str),
    /// JSON `{"detail": ...}` that holds these words.
    Detail(&'static str),
    /// A chunked stream of so many lines, each a chunk.
    Lines(usize),
    /// So many lines, of which the last is an error row.
    LastFails(usize),
    /// The same lines without chunks, to the end of the connection.
    PlainLines(usize),
    /// Holds these words.
    Holds(&'static str),
}

use Body::{Detail, Holds, Is, LastFails, Lines, PlainLines};

/// What happens to the connection.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Stays,
    Closes,
}

use After::{Closes, Stays};

struct Case {
    name: &'static str,
    request: Vec<u8>,
    status: &'static str,
    /// All headers but `date`, `server` and `content-length`, in alphabetical order.
    headers: &'static [(&'static str, &'static str)],
    body: Body,
    after: After,
}

const JSON: (&str, &str) = ("content-type", "application/json");
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");
const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
const STREAM: &[(&str, &str)] = &[NDJSON, CHUNKED];
const ERROR: &[(&str, &str)] = &[JSON];
const LAST_ERROR: &[(&str, &str)] = &[("connection", "close"), JSON];
const LAST_TEXT: &[(&str, &str)] = &[("connection", "close"), ("content-type", "text/plain; charset=utf-8")];
const GET_ONLY: &[(&str, &str)] = &[("allow", "GET, HEAD"), JSON];
const POST_ONLY: &[(&str, &str)] = &[("allow", "POST"), JSON];
const BEARER: &[(&str, &str)] = &[JSON, ("www-authenticate", "Bearer")];
const HTML: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("content-type", "text/html; charset=utf-8"),
    ("x-content-type-options", "nosniff"),
];
const TEXT: &[(&str, &str)] = &[("content-type", "text/plain; version=0.0.4; charset=utf-8")];

const OK: &str = "HTTP/1.1 200 OK";
const BAD: &str = "HTTP/1.1 400 Bad Request";
const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";
const NOT_ALLOWED: &str = "HTTP/1.1 405 Method Not Allowed";
const UNSUPPORTED: &str = "HTTP/1.1 415 Unsupported Media Type";
const HEAD_TOO_LARGE: &str = "HTTP/1.1 431 Request Header Fields Too Large";

const NO_METHOD: &str = r#"{"detail":"Method Not Allowed"}"#;
const NO_PATH: &str = r#"{"detail":"Not Found"}"#;
const NOT_HTTP: &str = "Invalid HTTP request received.";
const NO_KEY: &str = r#"{"detail":"Not authenticated"}"#;
const WRONG_KEY: &str = "{\"detail\":\"Invalid Bearer token for Shutdown API. Check that you are passing a correct \
                         'Authorization: Bearer <SHUTDOWN_API_KEY>' in your header.\"}";

fn case(
    name: &'static str,
    request: Vec<u8>,
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: Body,
    after: After,
) -> Case {
    Case { name, request, status, headers, body, after }
}

fn bare(method: &str, path: &str, headers: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

fn raw(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// POST with these headers after Host and before Content-Length.
fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn predict(body: impl AsRef<[u8]>) -> Vec<u8> {
    post("/predict", "Content-Type: application/json\r\n", body.as_ref())
}

fn shutdown(headers: &str) -> Vec<u8> {
    post("/shutdown", headers, b"")
}

const ONE: &str = r#"{"instances": [{"filepath": "a.jpg"}]}"#;
const TWO: &str = r#"{"instances": [{"filepath": "a.jpg"}, {"filepath": "b.jpg"}]}"#;

fn method(case: &Case) -> &'static str {
    if case.request.starts_with(b"HEAD ") { "HEAD" } else { "ANY" }
}

fn check_headers(case: &Case, answer: &Answer) {
    let name = case.name;
    assert!(answer.header("date").is_some(), "{name}: no date");
    assert_eq!(answer.header("server"), Some(concat!("biowatch/", env!("CARGO_PKG_VERSION"))), "{name}");
    let mut headers: Vec<_> = answer.headers.iter().map(|(key, value)| (&key[..], &value[..])).collect();
    headers.retain(|(key, _)| !["date", "server", "content-length"].contains(key));
    headers.sort_unstable();
    assert_eq!(headers, case.headers, "{name}");
}

fn check_lines(case: &Case, answer: &Answer, count: usize) {
    let name = case.name;
    assert_eq!(answer.header("content-length"), None, "{name}");
    let lines: Vec<_> = answer.body.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), count, "{name}");
    for line in lines {
        assert!(line.starts_with(b"{\"output\": {\"predictions\": [{\"filepath\": \""), "{name}");
        assert!(line.ends_with(b"}]}}\n") && line.is_ascii(), "{name}");
    }
}

fn check_body(case: &Case, answer: &Answer) {
    let name = case.name;
    match case.body {
        Is(text) => assert_eq!(answer.text(), text, "{name}"),
        Holds(text) => assert!(answer.text().contains(text), "{name}: {}", answer.text()),
        Detail(words) => {
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{name}");
            let detail = body["detail"].as_str().unwrap();
            assert!(detail.contains(words), "{name}: {detail:?} does not say {words:?}");
        }
        Lines(count) => {
            check_lines(case, answer, count);
            assert_eq!(answer.chunks.len(), count, "{name}: one chunk a line");
        }
        LastFails(count) => {
            check_lines(case, answer, count);
            let last = String::from_utf8_lossy(answer.chunks.last().unwrap());
            assert!(
                last.contains(r#""prediction": "error", "prediction_score": 0.0, "error": ""#),
                "{name}: {last}"
            );
        }
        PlainLines(count) => check_lines(case, answer, count),
    }
}

fn check(server: &TestServer, case: &Case) {
    let mut client = Client::connect(server.address);
    client.send_while_wanted(&case.request);
    let answer = client.answer(method(case));
    assert_eq!(answer.status, case.status, "{}: {}", case.name, String::from_utf8_lossy(&answer.body));
    assert!(answer.whole, "{}: cut", case.name);
    check_headers(case, &answer);
    check_body(case, &answer);
    match case.after {
        Stays => assert!(client.still_answers(), "{}: should stay open", case.name),
        Closes => {
            client.stop_sending();
            assert!(client.is_closed(), "{}: should be closed", case.name);
        }
    }
}

#[test]
fn the_table() {
    let server = TestServer::ready(settings(), echo);
    let groups = [kept::cases(), mended::cases(), ours::cases()];
    assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [54, 49, 6]);
    for case in groups.iter().flatten() {
        check(&server, case);
    }
}

#[test]
fn a_row_is_the_reference_line_to_the_byte() {
    let server = TestServer::ready(settings(), echo);
    let mut client = Client::connect(server.address);
    client.send(&predict("{\"instances\":[{\"filepath\":\"é//./a\\\"b.jpg\"}]}"));
    assert_eq!(
        client.answer("POST").text(),
        "{\"output\": {\"predictions\": [{\"filepath\": \"\\u00e9//./a\\\"b.jpg\", \"prediction\": \"blank\", \
         \"prediction_score\": 0.95, \"model_version\": \"1.0\"}]}}\n"
    );
}

#[test]
fn the_same_socket_serves_the_whole_table_that_keeps_it_open() {
    let server = TestServer::ready(settings(), echo);
    let mut client = Client::connect(server.address);
    let groups = [kept::cases(), mended::cases(), ours::cases()];
    for case in groups.iter().flatten().filter(|case| case.after == Stays) {
        client.send(&case.request);
        let answer = client.answer(method(case));
        assert_eq!(answer.status, case.status, "{}", case.name);
        check_body(case, &answer);
    }
}
