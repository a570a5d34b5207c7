//! Addresses that are fetched from: http and https, nothing else, and never shown with their secrets.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Why an address is not fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Not a URL at all.
    #[error("`{0}` is not an address such as https://example.org/model.tar.gz")]
    Malformed(String),
    /// Some other protocol.
    #[error("`{0}` is not an http or https address")]
    Scheme(String),
    /// Plain http, and nothing to hold the bytes against.
    #[error(
        "`{0}` is a plain http address, which anybody on the way can change, and its SHA-256 is not known"
    )]
    Plain(String),
}

/// An http or https URL. Shown without user name, password and query, which may hold keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Box<Url>);

impl Address {
    /// The URL itself, secrets included.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// An URL met on the way, by a redirect.
    pub(crate) fn from_url(url: Url) -> Result<Self, AddressError> {
        let shown = Self(Box::new(url));
        match shown.0.scheme() {
            "http" | "https" if shown.0.has_host() => Ok(shown),
            _ => Err(AddressError::Scheme(shown.to_string())),
        }
    }

    /// Whether nobody on the way can read or change what comes.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it leads to this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Refuses plain http to other machines where no digest is known.
    pub fn check_trust(&self, digest_known: bool) -> Result<(), AddressError> {
        if self.is_encrypted() || self.is_loopback() || digest_known {
            return Ok(());
        }
        Err(AddressError::Plain(self.to_string()))
    }

    /// The server's name.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The last part of the path, for names of files.
    pub fn file_name(&self) -> &str {
        self.0.path().rsplit('/').find(|part| !part.is_empty()).unwrap_or("download")
    }

    /// Everything, for telling two downloads apart; never shown.
    pub(crate) fn full(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text.trim());
        Self::from_url(url.map_err(|_| AddressError::Malformed(text.chars().take(200).collect()))?)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        // Both fail only for addresses without a host, which have no secrets either.
        let _ = shown.set_password(None);
        let _ = shown.set_username("");
        shown.set_query(None);
        shown.set_fragment(None);
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// As shown: what is written down keeps no secrets.
impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let address: Address = "https://ada:pass@example.org/a/b.tar.gz?token=x#y".parse().unwrap();
        assert_eq!(address.to_string(), "https://example.org/a/b.tar.gz");
        assert_eq!(format!("{address:?}"), "Address(https://example.org/a/b.tar.gz)");
        assert_eq!(address.file_name(), "b.tar.gz");
    }

    #[test]
    fn only_http_and_https_and_plain_http_only_where_nothing_can_go_wrong() {
        for bad in ["", "x", "ftp://a/b", "file:///etc/passwd", "data:,x", "http://", "javascript:1"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
        let cases = [
            ("https://a.org/x", true),
            ("http://localhost:8000/x", true),
            ("http://127.0.0.1/x", true),
            ("http://[::1]:80/x", true),
            ("http://a.org/x", false),
            ("http://127.0.0.1.a.org/x", false),
            ("http://localhost.a.org/x", false),
        ];
        for (text, trusted) in cases {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.check_trust(false).is_ok(), trusted, "{text}");
            assert!(address.check_trust(true).is_ok());
        }
    }
}
