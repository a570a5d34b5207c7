//! What was typed and what the environment says about the network, joined.

use biowatch_zoo::network::{Network, NetworkSettings, Patience};

use crate::cli::NetworkOptions;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// The way out that these options ask for.
pub(crate) fn open(typed: &NetworkOptions, environment: &Environment) -> Result<Network, Failure> {
    let ca = typed.ca.as_ref().map(fs_err::read).transpose();
    let ca = ca.map_err(|error| Failure::new(Exit::NoSuchPath, error))?;
    let proxies = &environment.proxies;
    let settings = NetworkSettings {
        offline: typed.offline || environment.offline,
        proxy: typed.proxy.clone().or_else(|| proxies.all.clone().filter(|_| is_http(proxies.all.as_ref()))),
        http_proxy: proxies.http.clone(),
        https_proxy: proxies.https.clone(),
        no_proxy: proxies.none_for.clone(),
        ca,
        patience: Patience::default(),
    };
    Network::new(&settings).map_err(|error| Failure::new(Exit::Usage, error))
}

/// `all_proxy` is often a SOCKS proxy for other programs, which this one does not speak.
fn is_http(proxy: Option<&String>) -> bool {
    proxy.is_some_and(|proxy| !proxy.starts_with("socks"))
}
