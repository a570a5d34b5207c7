//! Who may ask: the name the request came by, the page it came from, its session, and for changes a header of ours.
//!
//! A page of another site can make a browser on this machine send requests here. Its origin gives it away; a name of its
//! own that it points at this machine (DNS rebinding) stands in `Host`; the cookie does not come along (`SameSite=Strict`);
//! and `X-Biowatch` cannot be set by a form. Each of the four would do; all are asked for.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Api;
use crate::headers;
use crate::problem::Problem;

/// Below it everything wants a session, but for two addresses.
const API: &str = "/api/";
/// What is asked before there is a session.
const OPEN: [&str; 2] = ["/api/v1/session", "/api/v1/openapi.json"];
/// Set by our pages, and by no form.
pub(crate) const HEADER: &str = "x-biowatch";

/// Judges a request, and puts the headers of every answer on it.
pub(crate) async fn check(State(api): State<Api>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    let mut response = match judge(&api, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    headers::add(response.headers_mut(), is_api);
    response
}

fn judge(api: &Api, request: &Request) -> Result<(), Problem> {
    let (uri, headers) = (request.uri(), request.headers());
    let names = headers
        .get_all(header::HOST)
        .iter()
        .map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let names: Vec<_> = names.chain(uri.authority().map(|authority| authority.as_str().to_owned())).collect();
    if let Some(name) = names.iter().find(|name| !is_our_name(name, api.settings.lan)) {
        return Err(foreign(format!("`{}` is not a name of this server", shown(name))));
    }
    if !uri.path().starts_with(API) {
        return Ok(());
    }
    same_origin(headers, names.first().map_or("", String::as_str))?;
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD);
    if is_write && headers.get(HEADER).is_none_or(|value| value.as_bytes() != b"1") {
        return Err(foreign("the request lacks the header `X-Biowatch: 1`"));
    }
    if OPEN.contains(&uri.path()) || api.knows(headers) {
        return Ok(());
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "the request carries neither a session nor the key");
    Err(match api.settings.password {
        Some(_) => {
            problem.kind("password-needed", "Password needed").hint("give the password of this server")
        }
        None => problem
            .kind("key-needed", "Key needed")
            .hint("open the address that `biowatch up` printed; run it again to see it"),
    })
}

fn foreign(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, detail)
        .kind("foreign", "Not from a page of this server")
        .hint("open the address that `biowatch up` printed")
}

/// Clients that are not browsers send no `Origin`.
fn same_origin(headers: &HeaderMap, host: &str) -> Result<(), Problem> {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if authority.is_none_or(|authority| !authority.eq_ignore_ascii_case(host)) {
            return Err(foreign(format!("`{}` is another origin", shown(&origin))));
        }
    }
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(foreign("the request comes from a page of another site")),
    }
}

/// Names with a dot can be pointed anywhere by whoever owns them. `.local` names are given by this network.
fn is_our_name(host: &str, lan: bool) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
        return lan || address.to_canonical().is_loopback();
    }
    let short = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |name: &str| name.bytes().all(short);
    label(&name) || name.ends_with(".localhost") || lan && name.strip_suffix(".local").is_some_and(label)
}

/// A stranger's text, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_others_may_own_are_foreign() {
        let cases = [
            ("localhost:7420", true, true),
            ("127.0.0.1:7420", true, true),
            ("[::1]:7420", true, true),
            ("my-laptop:7420", true, true),
            ("app.localhost", true, true),
            ("192.168.1.5:7420", false, true),
            ("my-laptop.local:7420", false, true),
            ("a.b.local", false, false),
            ("attacker.example", false, false),
            ("127.0.0.1.attacker.example:7420", false, false),
            ("127.0.0.1@attacker.example", false, false),
        ];
        for (host, on_loopback, on_lan) in cases {
            assert_eq!((is_our_name(host, false), is_our_name(host, true)), (on_loopback, on_lan), "{host}");
        }
    }

    #[test]
    fn only_our_own_pages_pass() {
        let cases = [
            (None, None, true),
            (Some("http://localhost:7420"), Some("same-origin"), true),
            (None, Some("none"), true),
            (Some("http://localhost:7421"), None, false),
            (Some("null"), None, false),
            (None, Some("cross-site"), false),
            (None, Some("same-site"), false),
        ];
        for (origin, site, passes) in cases {
            let mut headers = HeaderMap::new();
            origin.map(|origin| headers.insert(header::ORIGIN, origin.parse().unwrap()));
            site.map(|site| headers.insert("sec-fetch-site", site.parse().unwrap()));
            assert_eq!(same_origin(&headers, "localhost:7420").is_ok(), passes, "{origin:?} {site:?}");
        }
    }
}
