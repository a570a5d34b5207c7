//! What can go wrong while bytes come from the network, and what would help.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::address::{Address, AddressError};
use crate::digest::Digest;
use crate::lock::LockError;

/// Why nothing whole came.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The caller forbade it.
    #[error("`{0}` is not fetched: this run is offline")]
    Offline(Address),
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// Plain http without a digest.
    #[error(transparent)]
    Untrusted(#[from] AddressError),
    /// No connection.
    #[error("no connection to `{address}`")]
    Connect {
        /// Where.
        address: Address,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A certificate that is not trusted, or no encryption in common.
    #[error("`{address}` cannot be trusted: its certificate is not one that this machine knows")]
    Tls {
        /// Where.
        address: Address,
        /// Why.
        #[source]
        source: Cause,
        /// Whether this machine has no certificates at all.
        none_here: bool,
    },
    /// No answer in time.
    #[error("`{address}` gave no answer for {} s", .after.as_secs())]
    NoAnswer {
        /// Where.
        address: Address,
        /// How long.
        after: Duration,
    },
    /// Too few bytes in time.
    #[error("`{address}` stalled: only {bytes} bytes came in {} s", .after.as_secs())]
    Stalled {
        /// Where.
        address: Address,
        /// How many.
        bytes: u64,
        /// How long.
        after: Duration,
    },
    /// The connection ended early, or the answer was no HTTP.
    #[error("the connection to `{address}` broke after {bytes} bytes")]
    Broken {
        /// Where.
        address: Address,
        /// Bytes of the file so far.
        bytes: u64,
        /// How.
        #[source]
        source: Cause,
    },
    /// A status other than success.
    #[error("`{address}` answered {status}")]
    Status {
        /// Where.
        address: Address,
        /// With which.
        status: reqwest::StatusCode,
        /// When to come again, if it said so.
        retry_after: Option<Duration>,
    },
    /// Redirected again and again.
    #[error("`{0}` leads from one address to the next without an end")]
    Redirects(Address),
    /// Redirected to nowhere.
    #[error("`{0}` leads on to no address that can be used")]
    BadRedirect(Address),
    /// Redirected to where anybody on the way can change the bytes.
    #[error("`{from}` is encrypted and leads on to `{to}`, which is not")]
    Downgrade {
        /// Where it began.
        from: Address,
        /// Where it leads.
        to: Address,
    },
    /// A page for people, such as the one where a hotel wants a name.
    #[error("`{0}` answered with a web page instead of a file")]
    WebPage(Address),
    /// Packed on the way although that was not asked for.
    #[error("`{0}` packed the file on the way, which was not asked for")]
    Encoded(Address),
    /// A part of the file that was not asked for.
    #[error("`{address}` sent another part of the file than was asked for: {got}")]
    OtherPart {
        /// Where.
        address: Address,
        /// The range it says.
        got: String,
    },
    /// The file is not the size it should be.
    #[error("`{address}` has {got} bytes, expected {expected}")]
    WrongSize {
        /// Where.
        address: Address,
        /// Its size.
        got: u64,
        /// What it should be.
        expected: u64,
    },
    /// More and more bytes.
    #[error("`{address}` sends more than {limit} bytes, and no end is in sight")]
    TooLarge {
        /// Where.
        address: Address,
        /// Bytes that are taken at most.
        limit: u64,
    },
    /// Other bytes than they should be.
    #[error("`{address}` has the SHA-256 {got}, expected {expected}")]
    WrongDigest {
        /// Where.
        address: Address,
        /// Of what came.
        got: Digest,
        /// Of what should have come.
        expected: Digest,
    },
    /// The disk.
    #[error("the download cannot be kept on disk")]
    Io(#[from] io::Error),
}

/// The cause at the bottom of a client's error: the layers above it say little to people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Cause(String);

impl From<reqwest::Error> for Cause {
    fn from(error: reqwest::Error) -> Self {
        // The error holds the address as it is, keys included.
        let error = error.without_url();
        let mut bottom: &dyn std::error::Error = &error;
        let mut by_proxy = false;
        while let Some(cause) = bottom.source() {
            by_proxy |= cause.to_string().starts_with("tunnel error");
            bottom = cause;
        }
        Self(format!("{}{bottom}", if by_proxy { "by way of the proxy: " } else { "" }))
    }
}

impl FetchError {
    /// Whether the same address may do better in a while.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::NoAnswer { .. } | Self::Stalled { .. } | Self::Broken { .. } => true,
            Self::Status { status, .. } => {
                matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504 | 507 | 509 | 520..=529)
            }
            // An answer that contradicts itself may come from one of several servers behind the address.
            Self::OtherPart { .. } => true,
            Self::Offline(_)
            | Self::Cancelled
            | Self::Untrusted(_)
            | Self::Tls { .. }
            | Self::Redirects(_)
            | Self::BadRedirect(_)
            | Self::Downgrade { .. }
            | Self::WebPage(_)
            | Self::Encoded(_)
            | Self::WrongSize { .. }
            | Self::TooLarge { .. }
            | Self::WrongDigest { .. }
            | Self::Io(_) => false,
        }
    }

    /// Whether another mirror may do better.
    pub fn would_another_mirror_help(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Tls { .. }
            | Self::NoAnswer { .. }
            | Self::Stalled { .. }
            | Self::Broken { .. }
            | Self::Status { .. }
            | Self::Redirects(_)
            | Self::BadRedirect(_)
            | Self::Downgrade { .. }
            | Self::WebPage(_)
            | Self::Encoded(_)
            | Self::OtherPart { .. }
            | Self::WrongSize { .. }
            | Self::TooLarge { .. }
            | Self::Untrusted(_)
            // The digest judges what the other one sends just as well.
            | Self::WrongDigest { .. } => true,
            Self::Offline(_) | Self::Cancelled | Self::Io(_) => false,
        }
    }

    /// When the server wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Offline(_) => "leave `--offline` out, or give a file or folder with `--from`",
            Self::Cancelled => "run the same command again: it goes on where it stopped",
            Self::Tls { .. } => {
                "a network that looks into encrypted traffic needs its own certificate: `--ca FILE` (PEM)"
            }
            Self::Connect { .. } | Self::NoAnswer { .. } => {
                "is there a network? Behind a proxy, give it with `--proxy http://HOST:PORT`"
            }
            Self::Stalled { .. } | Self::Broken { .. } => {
                "run the same command again: it goes on where it stopped"
            }
            Self::WebPage(_) => "open the address in a browser: the network may want you to log in first",
            Self::Status { status, .. } if status.as_u16() == 404 => {
                "the file is not there any more; fetch it by hand and give it with `--from`"
            }
            Self::Status { status, .. } if matches!(status.as_u16(), 401 | 403) => {
                "fetch the file by hand, logged in where it asks for that, and give it with `--from`"
            }
            Self::Status { status, .. } if status.as_u16() == 407 => {
                "the proxy wants a name and a password: `--proxy http://NAME:PASSWORD@HOST:PORT`"
            }
            Self::Status { .. } => "try again later, or fetch the file by hand and give it with `--from`",
            Self::WrongDigest { .. } | Self::WrongSize { .. } => {
                "it is not the file that this catalogue means: try again later, and tell its makers if it stays so"
            }
            Self::Untrusted(_) => "fetch the file by hand, look that it is right, and give it with `--from`",
            Self::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
                "make room, or choose another disk with `--data-dir`, and run the same command again"
            }
            _ => return None,
        })
    }
}

impl From<LockError> for FetchError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Cancelled => Self::Cancelled,
            LockError::Io(error) => Self::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> FetchError {
        let status = reqwest::StatusCode::from_u16(code).unwrap();
        FetchError::Status { address: address(), status, retry_after: None }
    }

    fn address() -> Address {
        "https://example.org/a".parse().unwrap()
    }

    #[test]
    fn a_mirror_helps_against_a_bad_server_and_never_against_a_bad_disk() {
        let digest: Digest = "0".repeat(64).parse().unwrap();
        let cases = [
            (status(404), false, true),
            (status(403), false, true),
            (status(429), true, true),
            (status(503), true, true),
            (FetchError::Offline(address()), false, false),
            (FetchError::Cancelled, false, false),
            (FetchError::Io(io::ErrorKind::StorageFull.into()), false, false),
            (FetchError::Redirects(address()), false, true),
            (FetchError::BadRedirect(address()), false, true),
            (FetchError::Downgrade { from: address(), to: address() }, false, true),
            (FetchError::WebPage(address()), false, true),
            (FetchError::Encoded(address()), false, true),
            (FetchError::OtherPart { address: address(), got: String::new() }, true, true),
            (FetchError::Untrusted(AddressError::Plain(String::new())), false, true),
            (FetchError::NoAnswer { address: address(), after: Duration::ZERO }, true, true),
            (FetchError::Stalled { address: address(), bytes: 0, after: Duration::ZERO }, true, true),
            (FetchError::WrongSize { address: address(), got: 1, expected: 2 }, false, true),
            (FetchError::TooLarge { address: address(), limit: 1 }, false, true),
            (FetchError::WrongDigest { address: address(), got: digest, expected: digest }, false, true),
        ];
        for (error, again, mirror) in cases {
            assert_eq!(error.is_transient(), again, "{error:?}");
            assert_eq!(error.would_another_mirror_help(), mirror, "{error:?}");
        }
    }
}
