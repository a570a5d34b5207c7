//! The one way out: an HTTP client under rules of our own.

use std::future::Future;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, NoProxy, Proxy};
use thiserror::Error;

/// Hosts that never go through a proxy.
const NEVER_BY_PROXY: &str = "localhost,127.0.0.0/8,::1";

/// What the caller says about the network. Nothing is read from the environment here.
#[derive(Debug, Clone, Default)]
pub struct NetworkSettings {
    /// Nothing may be fetched.
    pub offline: bool,
    /// Proxy for everything, before the next two.
    pub proxy: Option<String>,
    /// Proxy for http addresses, as `http_proxy` says it.
    pub http_proxy: Option<String>,
    /// Proxy for https addresses, as `https_proxy` says it.
    pub https_proxy: Option<String>,
    /// Hosts that do without a proxy, as `no_proxy` says it.
    pub no_proxy: Option<String>,
    /// Certificates, as PEM, that are trusted beside the system's.
    pub ca: Option<Vec<u8>>,
    /// How long to wait for what.
    pub patience: Patience,
}

/// How long to wait, and how often to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the head of an answer.
    pub answer: Duration,
    /// For more of a body: in so much time `least_bytes` must come.
    pub stall: Duration,
    /// Bytes that must come in `stall`.
    pub least_bytes: u64,
    /// Tries at one address that bring nothing new, before it is given up.
    pub tries: u32,
    /// Time before the second try; doubled each time.
    pub first_wait: Duration,
    /// Most time between two tries by our own reckoning.
    pub longest_wait: Duration,
    /// Most time that a server may ask us to wait.
    pub longest_retry_after: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(60),
            stall: Duration::from_secs(60),
            least_bytes: 4096,
            tries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            longest_retry_after: Duration::from_secs(120),
        }
    }
}

/// Why there is no client.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The proxy's address.
    #[error("`{0}` is not the address of a proxy, such as http://proxy.example.org:3128")]
    Proxy(String),
    /// The certificates.
    #[error("the file of certificates holds none that can be read (expected PEM)")]
    Certificates,
    /// Something in the client itself.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    /// The system gave no way to wait.
    #[error("the network cannot be used")]
    Runtime(#[from] std::io::Error),
}

/// A way out, or the word that there is none.
pub struct Network {
    runtime: tokio::runtime::Runtime,
    pub(crate) client: Option<Client>,
    pub(crate) patience: Patience,
    /// Whether the system's own certificates could not be read.
    pub(crate) without_system_certificates: bool,
}

impl Network {
    /// Sets the client up. Nothing is sent yet.
    pub fn new(settings: &NetworkSettings) -> Result<Self, NetworkError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let patience = settings.patience;
        if settings.offline {
            return Ok(Self { runtime, client: None, patience, without_system_certificates: false });
        }
        let certificates = certificates(settings.ca.as_deref())?;
        let merged = builder(settings)?.tls_certs_merge(certificates.clone()).build();
        let without_system_certificates = merged.is_err();
        // A machine without a list of authorities still reaches plain addresses, and those that `ca` vouches for.
        let client = merged.or_else(|_| {
            builder(settings)?.tls_certs_only(certificates).build().map_err(NetworkError::Client)
        })?;
        Ok(Self { runtime, client: Some(client), patience, without_system_certificates })
    }

    /// Waits for `work`, which blocks this thread.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn builder(settings: &NetworkSettings) -> Result<reqwest::ClientBuilder, NetworkError> {
    // Of two that are installed at once the first stays; they are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("biowatch/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(settings.patience.connect);
    let direct = match &settings.no_proxy {
        Some(hosts) => format!("{NEVER_BY_PROXY},{hosts}"),
        None => NEVER_BY_PROXY.to_owned(),
    };
    type Kind = fn(String) -> reqwest::Result<Proxy>;
    let all: (&Option<String>, Kind) = (&settings.proxy, Proxy::all);
    let by_scheme: [(&Option<String>, Kind); 2] =
        [(&settings.http_proxy, Proxy::http), (&settings.https_proxy, Proxy::https)];
    for (address, kind) in [all].into_iter().chain(by_scheme) {
        if let Some(address) = address {
            let whole = if address.contains("://") { address.clone() } else { format!("http://{address}") };
            let known = ["http://", "https://"].iter().any(|scheme| whole.starts_with(scheme));
            let proxy = kind(whole).ok().filter(|_| known);
            let proxy = proxy.ok_or_else(|| NetworkError::Proxy(without_secrets(address)))?;
            builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&direct)));
        }
    }
    Ok(builder)
}

/// `user:password@` may stand before the host.
fn without_secrets(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().to_owned()
}

fn certificates(pem: Option<&[u8]>) -> Result<Vec<Certificate>, NetworkError> {
    let Some(pem) = pem else { return Ok(Vec::new()) };
    let found = Certificate::from_pem_bundle(pem).map_err(|_| NetworkError::Certificates)?;
    if found.is_empty() { Err(NetworkError::Certificates) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_are_refused_by_name() {
        let proxy =
            |proxy: &str| NetworkSettings { proxy: Some(proxy.to_owned()), ..NetworkSettings::default() };
        assert!(Network::new(&proxy("proxy.example.org:3128")).is_ok());
        for bad in ["socks5://a", "http://", "ftp://a"] {
            let error = Network::new(&proxy(bad)).err().map(|error| error.to_string());
            assert!(error.is_some_and(|text| text.contains("not the address of a proxy")), "{bad}");
        }
        let secret = Network::new(&proxy("ftp://ada:pass@a")).err().unwrap().to_string();
        assert!(!secret.contains("pass"), "{secret}");
        for ca in [&b""[..], b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let settings = NetworkSettings { ca: Some(ca.to_vec()), ..NetworkSettings::default() };
            assert!(Network::new(&settings).is_err(), "{ca:?}");
        }
    }
}
