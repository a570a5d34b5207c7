//! One request, with the redirects it leads through.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{self, HeaderValue};
use reqwest::{Client, Response, StatusCode};

use super::error::FetchError;
use super::headers;
use crate::address::Address;
use crate::cancel::Cancel;
use crate::network::Network;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// Time between two looks at the wish to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A part of a file that is wanted: all from a byte on, if it is still the same file.
pub(super) struct Rest {
    pub(super) from: u64,
    pub(super) validator: Option<String>,
}

/// Asks for the file at `address`, or for the rest of it. Success, 206 and 416 come back; everything else is an error.
pub(super) async fn ask(
    network: &Network,
    address: &Address,
    rest: Option<&Rest>,
    digest_known: bool,
    cancel: &Cancel,
) -> Result<Response, FetchError> {
    let client = network.client.as_ref().ok_or_else(|| FetchError::Offline(address.clone()))?;
    let mut at = address.clone();
    for _ in 0..=MOST_REDIRECTS {
        at.check_trust(digest_known)?;
        let answer = once(client, network, &at, rest, cancel).await?;
        if !answer.status().is_redirection() || answer.status() == StatusCode::NOT_MODIFIED {
            return judge(answer, &at);
        }
        at = next(&answer, &at)?;
    }
    Err(FetchError::Redirects(address.clone()))
}

async fn once(
    client: &Client,
    network: &Network,
    at: &Address,
    rest: Option<&Rest>,
    cancel: &Cancel,
) -> Result<Response, FetchError> {
    let mut request =
        client.get(at.url().clone()).header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(rest) = rest {
        request = request.header(header::RANGE, format!("bytes={}-", rest.from));
        if let Some(validator) = &rest.validator {
            request = request.header(header::IF_RANGE, validator);
        }
    }
    let limit = network.patience.answer + network.patience.connect;
    match within(limit, cancel, request.send()).await? {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(error)) => Err(refused(error, at, network)),
        None => Err(FetchError::NoAnswer { address: at.clone(), after: limit }),
    }
}

/// Waits for `work`, at most `limit`, which gives `None`.
pub(super) async fn within<T>(
    limit: Duration,
    cancel: &Cancel,
    work: impl Future<Output = T>,
) -> Result<Option<T>, FetchError> {
    let begun = Instant::now();
    let mut work = std::pin::pin!(work);
    loop {
        if cancel.asked() {
            return Err(FetchError::Cancelled);
        }
        if let Ok(done) = tokio::time::timeout(LOOK.min(limit), work.as_mut()).await {
            return Ok(Some(done));
        }
        if begun.elapsed() >= limit {
            return Ok(None);
        }
    }
}

fn refused(source: reqwest::Error, at: &Address, network: &Network) -> FetchError {
    let address = at.clone();
    if is_tls(&source) {
        let none_here = network.without_system_certificates;
        return FetchError::Tls { address, source: source.into(), none_here };
    }
    if source.is_connect() || source.is_timeout() {
        return FetchError::Connect { address, source: source.into() };
    }
    FetchError::Broken { address, bytes: 0, source: source.into() }
}

fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // An I/O error hides the one it wraps behind that one's own cause.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}

fn judge(answer: Response, at: &Address) -> Result<Response, FetchError> {
    let status = answer.status();
    if !matches!(status.as_u16(), 200 | 206 | 416) {
        let retry_after = headers::retry_after(answer.headers(), SystemTime::now());
        return Err(FetchError::Status { address: at.clone(), status, retry_after });
    }
    // Some servers call a .tar.gz that lies there as it is a packed .tar.
    let own_packing = at.file_name().ends_with("gz");
    let plain = |packed: &str| packed == "identity" || own_packing && matches!(packed, "gzip" | "x-gzip");
    if headers::text(answer.headers(), header::CONTENT_ENCODING).is_some_and(|packed| !plain(packed)) {
        return Err(FetchError::Encoded(at.clone()));
    }
    let kind = headers::text(answer.headers(), header::CONTENT_TYPE).unwrap_or_default();
    if status.is_success() && kind.to_ascii_lowercase().starts_with("text/html") {
        return Err(FetchError::WebPage(at.clone()));
    }
    Ok(answer)
}

fn next(answer: &Response, at: &Address) -> Result<Address, FetchError> {
    let location = headers::text(answer.headers(), header::LOCATION);
    let url = location.and_then(|location| at.url().join(location).ok());
    let to =
        url.and_then(|url| Address::from_url(url).ok()).ok_or_else(|| FetchError::BadRedirect(at.clone()))?;
    if at.is_encrypted() && !to.is_encrypted() {
        return Err(FetchError::Downgrade { from: at.clone(), to });
    }
    Ok(to)
}
