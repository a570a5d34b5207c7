//! Every way a request is refused: its status, its words, its headers.

use biowatch_contract::detail::Detail;
use biowatch_contract::request::ParseRequestError;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use thiserror::Error;

use crate::answer::{self, Body};

/// Why a request gets no answer. The text is the `detail` the client reads.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// Not HTTP/1, or two ways of saying how long the body is.
    #[error("Invalid HTTP request received.")]
    Malformed,
    /// The request target is over its limit.
    #[error("the URL is longer than {0} bytes")]
    TargetTooLong(usize),
    /// The head is over one of its limits.
    #[error("the request head is larger than {bytes} bytes or {headers} headers")]
    HeadTooLarge { bytes: usize, headers: usize },
    /// The body did not arrive in time.
    #[error("the request body did not arrive within {0} s")]
    BodyTimeout(u64),
    /// The body broke off, or its chunks make no sense.
    #[error("the request body broke off")]
    BodyBroken,
    /// The body is over its limit. The words are the reference's.
    #[error("Payload too large")]
    BodyTooLarge,
    /// A form, or a compressed body.
    #[error("{0}")]
    UnsupportedBody(String),
    /// The `Host` may be a rebound name.
    #[error(
        "the host `{0}` is not a name of this machine; if you use it on purpose, allow it when you start the \
         server (allowed hosts)"
    )]
    ForeignHost(String),
    /// A web page of another origin.
    #[error(
        "pages of `{0}` may not use this server; if you trust that origin, allow it when you start the server \
         (allowed origins)"
    )]
    ForeignOrigin(String),
    /// No API key.
    #[error("Not authenticated")]
    NoApiKey,
    /// The wrong API key. The words are the reference's.
    #[error("Invalid API Key. Check that you are passing a correct 'X-API-Key' in your header.")]
    WrongApiKey,
    /// No Bearer key for shutdown.
    #[error("Not authenticated")]
    NoShutdownKey,
    /// The wrong Bearer key for shutdown. The words are the reference's.
    #[error(
        "Invalid Bearer token for Shutdown API. Check that you are passing a correct 'Authorization: Bearer \
         <SHUTDOWN_API_KEY>' in your header."
    )]
    WrongShutdownKey,
    /// No such path.
    #[error("Not Found")]
    NotFound,
    /// The path takes other methods: those given.
    #[error("Method Not Allowed")]
    MethodNotAllowed(&'static str),
    /// Not a prediction request.
    #[error("{0}")]
    NotARequest(#[from] ParseRequestError),
    /// A file does not exist, and the server was told to refuse such requests. The words are the reference's.
    #[error("Cannot access filepath: `{0}`")]
    MissingFile(String),
    /// The model is loading.
    #[error("the model is still loading; try again shortly")]
    Loading,
    /// As many requests wait as may wait.
    #[error("the queue is full ({0} requests wait); try again shortly")]
    QueueFull(usize),
    /// Waited as long as a request may wait. The words are the reference's.
    #[error("Request timed out")]
    QueueTimeout,
    /// The server was told to stop.
    #[error("the server is stopping")]
    Stopping,
    /// The engine's thread is gone.
    #[error("the model stopped working; the server is ending")]
    EngineGone,
}

impl Refusal {
    /// Who erred, as HTTP says it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Malformed | Self::BodyBroken | Self::NotARequest(_) | Self::MissingFile(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::NoApiKey | Self::WrongApiKey | Self::NoShutdownKey | Self::WrongShutdownKey => {
                StatusCode::UNAUTHORIZED
            }
            Self::ForeignHost(_) | Self::ForeignOrigin(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTimeout(_) => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TargetTooLong(_) => StatusCode::URI_TOO_LONG,
            Self::UnsupportedBody(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::EngineGone => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Loading | Self::QueueFull(_) | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Self::QueueTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The answer: JSON `{"detail": ...}`, or the reference's bare text for what is not HTTP.
    pub(crate) fn answer(&self) -> Response<Body> {
        let text = self.to_string();
        let mut answer = match self {
            Self::Malformed => {
                answer::full(self.status(), Some(HeaderValue::from_static("text/plain; charset=utf-8")), text)
            }
            _ => answer::json(self.status(), Detail::json(text)),
        };
        if let Some((name, value)) = self.header() {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        if self.ends_connection() {
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }

    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::NoApiKey => Some((header::WWW_AUTHENTICATE, "APIKey")),
            Self::NoShutdownKey => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::MethodNotAllowed(methods) => Some((header::ALLOW, methods)),
            Self::Loading | Self::QueueFull(_) | Self::Stopping => Some((header::RETRY_AFTER, "1")),
            _ => None,
        }
    }

    /// Whether the rest of what the client sends can no longer be told apart, or is not worth reading.
    fn ends_connection(&self) -> bool {
        matches!(
            self,
            Self::Malformed
                | Self::TargetTooLong(_)
                | Self::HeadTooLarge { .. }
                | Self::BodyTimeout(_)
                | Self::BodyBroken
                | Self::BodyTooLarge
                | Self::UnsupportedBody(_)
                | Self::Stopping
                | Self::EngineGone
        )
    }
}
