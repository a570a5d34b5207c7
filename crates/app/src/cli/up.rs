//! `biowatch up`.

use clap::Args;

/// `biowatch up`.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// TCP port; 0 takes any free one [default: the first free one from 7420 on]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Let other machines in the network in, by a password [env: BIOWATCH_UP_PASSWORD, else asked]
    #[arg(long)]
    pub(crate) lan: bool,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
}
