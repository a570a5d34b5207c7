//! Who may ask: the name the request came by, the page it came from, its key, the kind of its body.
//!
//! A web page can make a browser on this machine send requests here. Two things protect a server on loopback:
//! the browser tells the page's origin, and a page that reaches us through a name of its own (DNS rebinding)
//! has that name in `Host`. Rebinding needs a name that its owner can point first at his server and then at
//! 127.0.0.1, that is a name in public DNS, and those hold a dot. So names with a dot are refused unless they
//! are loopback names or allowed; names without one (`Host: x`, a machine's short name) and an empty host are
//! answered, as the reference does.

use std::net::IpAddr;

use hyper::header::{self, HeaderMap};
use hyper::{Request, Uri};

use crate::refusal::Refusal;
use crate::{Secret, Settings};

/// Refuses names that may be rebound. `on_loopback` is false when other machines may reach the server: then its
/// names are not ours to know, and only a list of allowed hosts, if given, is enforced.
pub(crate) fn host<B>(request: &Request<B>, settings: &Settings, on_loopback: bool) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(Refusal::Malformed);
    }
    let host = host.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    for name in [host, authority].into_iter().flatten() {
        let known = is_loopback_name(&name) || is_allowed(&name, &settings.allowed_hosts);
        let free = !on_loopback && settings.allowed_hosts.is_empty();
        if !known && !free {
            return Err(Refusal::ForeignHost(shown(&name)));
        }
    }
    Ok(())
}

/// Refuses pages of other origins. Clients that are not browsers send no `Origin`.
pub(crate) fn origin(headers: &HeaderMap, uri: &Uri, settings: &Settings) -> Result<(), Refusal> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        return match site {
            Some(b"cross-site") => Err(Refusal::ForeignOrigin("another site".to_owned())),
            _ => Ok(()),
        };
    };
    let origin = String::from_utf8_lossy(origin.as_bytes());
    let host = headers.get(header::HOST).map(|host| host.as_bytes());
    let own = host.or_else(|| uri.authority().map(|authority| authority.as_str().as_bytes()));
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let is_own = own.zip(authority).is_some_and(|(own, origin)| own.eq_ignore_ascii_case(origin.as_bytes()));
    if is_own || settings.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(&origin)) {
        Ok(())
    } else {
        Err(Refusal::ForeignOrigin(shown(&origin)))
    }
}

/// Refuses callers without the API key, if there is one.
pub(crate) fn api_key(headers: &HeaderMap, key: Option<&Secret>) -> Result<(), Refusal> {
    let Some(key) = key else { return Ok(()) };
    let given = headers.get("x-api-key").map(|value| value.as_bytes());
    match given.or_else(|| bearer(headers)) {
        None => Err(Refusal::NoApiKey),
        Some(given) if key.matches(given) => Ok(()),
        Some(_) => Err(Refusal::WrongApiKey),
    }
}

/// Refuses callers without the shutdown key. Without a key nobody passes.
pub(crate) fn shutdown_key(headers: &HeaderMap, key: Option<&Secret>) -> Result<(), Refusal> {
    let given = bearer(headers).ok_or(Refusal::NoShutdownKey)?;
    if key.is_some_and(|key| key.matches(given)) { Ok(()) } else { Err(Refusal::WrongShutdownKey) }
}

/// Refuses bodies that cannot be JSON: forms, which a web page may send unasked, and compressed ones.
/// No content type, `text/plain` and unknown ones pass: old clients send them.
pub(crate) fn body_kind(headers: &HeaderMap) -> Result<(), Refusal> {
    let lower = |name| {
        let value =
            headers.get(name).map(|value: &header::HeaderValue| value.as_bytes().to_ascii_lowercase());
        value.unwrap_or_default()
    };
    let content_type = lower(header::CONTENT_TYPE);
    if content_type.starts_with(b"application/x-www-form-urlencoded")
        || content_type.starts_with(b"multipart/")
    {
        let text = "forms are not understood; send JSON with `content-type: application/json`";
        return Err(Refusal::UnsupportedBody(text.to_owned()));
    }
    let encoding = lower(header::CONTENT_ENCODING);
    if !encoding.is_empty() && encoding != b"identity" {
        return Err(Refusal::UnsupportedBody(
            "compressed bodies are not understood; send plain JSON".to_owned(),
        ));
    }
    Ok(())
}

/// The credentials of an `Authorization: Bearer`, possibly empty.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let split = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, credentials) = value.split_at(split);
    scheme.eq_ignore_ascii_case(b"bearer").then(|| credentials.trim_ascii())
}

fn is_loopback_name(host: &str) -> bool {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let short = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.ends_with(".localhost") || name.bytes().all(short)
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    let bare = without_port(host);
    allowed.iter().any(|name| name.eq_ignore_ascii_case(host) || name.eq_ignore_ascii_case(bare))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// A stranger's text, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_as(host: &str, target: &str, settings: &Settings, on_loopback: bool) -> bool {
        let request = Request::builder().uri(target).header(header::HOST, host).body(()).unwrap();
        super::host(&request, settings, on_loopback).is_ok()
    }

    #[test]
    fn loopback_and_short_names_pass() {
        let settings = Settings { allowed_hosts: vec!["cam.example".into()], ..Settings::default() };
        let cases = [
            ("localhost", true),
            ("localhost:8000", true),
            ("LOCALHOST:8000", true),
            ("localhost.", true),
            ("app.localhost:1", true),
            ("127.0.0.1:8000", true),
            ("127.9.9.9", true),
            ("[::1]:8000", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("", true),
            (":8000", true),
            ("x", true),
            ("my-laptop:8000", true),
            ("cam.example", true),
            ("cam.example:8000", true),
            ("attacker.example", false),
            ("attacker.example:8000", false),
            ("attacker.example.", false),
            ("localhost.attacker.example", false),
            ("127.0.0.1.attacker.example", false),
            ("127.0.0.1@attacker.example", false),
            ("192.168.1.5:8000", false),
            ("0.0.0.0:8000", false),
            ("[2001:db8::1]", false),
            ("a b", false),
        ];
        for (host, expected) in cases {
            assert_eq!(asked_as(host, "/health", &settings, true), expected, "{host:?}");
        }
    }

    #[test]
    fn the_target_of_an_absolute_request_counts_too() {
        let settings = Settings::default();
        assert!(asked_as("x", "http://other/health", &settings, true));
        assert!(!asked_as("x", "http://attacker.example/health", &settings, true));
    }

    #[test]
    fn beyond_loopback_only_a_list_is_enforced() {
        assert!(asked_as("cams.example.org", "/", &Settings::default(), false));
        let listed = Settings { allowed_hosts: vec!["cams.example.org".into()], ..Settings::default() };
        assert!(asked_as("cams.example.org:80", "/", &listed, false));
        assert!(!asked_as("attacker.example", "/", &listed, false));
    }

    #[test]
    fn only_our_own_pages_pass() {
        let settings =
            Settings { allowed_origins: vec!["http://localhost:3000".into()], ..Settings::default() };
        let cases = [
            (None, true),
            (Some("http://localhost:8000"), true),
            (Some("http://LOCALHOST:8000"), true),
            (Some("http://localhost:3000"), true),
            (Some("http://localhost:3001"), false),
            (Some("http://web.example"), false),
            (Some("null"), false),
            (Some(""), false),
        ];
        for (origin, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8000".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            let result = super::origin(&headers, &Uri::from_static("/predict"), &settings);
            assert_eq!(result.is_ok(), expected, "{origin:?}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert!(super::origin(&headers, &Uri::from_static("/predict"), &settings).is_err());
    }
}
