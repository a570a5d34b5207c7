//! Who has shown the key or the password: a cookie that scripts cannot read and other sites cannot send.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, header};
use biowatch_supervisor::Key;

use crate::api::Api;

/// Sessions at a time; the oldest goes first.
const MOST: usize = 64;
/// How long one lasts.
const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The sessions that are open.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<Vec<(Key, Instant)>>,
    /// Held while a password is tried: guesses are one at a time.
    pub(crate) guess: tokio::sync::Mutex<()>,
}

impl Sessions {
    fn begin(&self) -> std::io::Result<Key> {
        let key = Key::random()?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, began)| began.elapsed() < LIFE);
        if open.len() >= MOST {
            open.remove(0);
        }
        open.push((key.clone(), Instant::now()));
        Ok(key)
    }

    fn is_open(&self, candidate: &str) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().any(|(key, began)| key.matches(candidate) && began.elapsed() < LIFE)
    }

    fn end(&self, candidate: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(key, _)| !key.matches(candidate));
    }
}

impl Api {
    /// Browsers share cookies between the ports of a machine.
    fn cookie_name(&self) -> String {
        format!("biowatch-{}", self.settings.port)
    }

    fn cookie<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.cookie_name();
        let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Whether the request carries a session or the key.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.split_once(' '));
        let has_key = bearer.is_some_and(|(scheme, key)| {
            scheme.eq_ignore_ascii_case("bearer") && self.settings.key.matches(key.trim())
        });
        has_key || self.cookie(headers).is_some_and(|cookie| self.sessions.is_open(cookie))
    }

    /// A new session, as the cookie to be set.
    pub(crate) fn begin_session(&self) -> std::io::Result<HeaderValue> {
        let key = self.sessions.begin()?;
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
            self.cookie_name(),
            key.reveal(),
            LIFE.as_secs()
        );
        HeaderValue::from_str(&text).map_err(std::io::Error::other)
    }

    /// Ends the request's session, and gives the cookie that takes the old one away.
    pub(crate) fn end_session(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if let Some(cookie) = self.cookie(headers) {
            self.sessions.end(cookie);
        }
        let text = format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", self.cookie_name());
        HeaderValue::from_str(&text).ok()
    }
}
