//! How anything is fetched.

use std::path::PathBuf;

use clap::Args;

/// Options of every command that may fetch something.
#[derive(Debug, Args)]
pub(crate) struct NetworkOptions {
    /// Fetch nothing; what is not on this machine is an error [env: BIOWATCH_OFFLINE]
    #[arg(long)]
    pub(crate) offline: bool,
    /// HTTP proxy [env: https_proxy, http_proxy, all_proxy; no_proxy lists hosts that do without]
    #[arg(long, value_name = "URL", conflicts_with = "offline")]
    pub(crate) proxy: Option<String>,
    /// Certificates (PEM) to trust beside the system's, for networks that look into encrypted traffic
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    pub(crate) ca: Option<PathBuf>,
}
