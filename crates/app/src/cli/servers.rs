//! `biowatch start`, `stop`, `restart`, `ps` and `logs`: servers that outlive the command.

use clap::Args;

use super::{KEYS, ServeOptions};

/// `biowatch start`.
#[derive(Debug, Args)]
#[command(after_help = KEYS)]
pub(crate) struct Start {
    #[command(flatten)]
    pub(crate) options: ServeOptions,
    /// Name of the server [default: that of the model, with a number where it is taken]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Stop the server when it was asked for nothing for so long; 0: never. Not for models that are programs
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub(crate) idle: u64,
    /// Time to load the model, after which the start has failed [default: 300, or what the model's manifest says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) ready_within: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `biowatch stop`.
#[derive(Debug, Args)]
pub(crate) struct Stop {
    /// Name of the server as `ps` shows it, or its model
    #[arg(value_name = "MODEL", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) server: Option<String>,
    /// Stop every server
    #[arg(long)]
    pub(crate) all: bool,
    /// Kill at once instead of asking first
    #[arg(long)]
    pub(crate) kill: bool,
}

/// `biowatch restart`.
#[derive(Debug, Args)]
pub(crate) struct Restart {
    /// Name of the server as `ps` shows it, or its model
    #[arg(value_name = "MODEL")]
    pub(crate) server: String,
}

/// `biowatch ps`.
#[derive(Debug, Args)]
pub(crate) struct Ps {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show stopped servers too
    #[arg(long, short)]
    pub(crate) all: bool,
    /// Print again every two seconds, until Ctrl-C
    #[arg(long, short)]
    pub(crate) watch: bool,
}

/// `biowatch logs`.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Name of the server as `ps` shows it, or its model
    #[arg(value_name = "MODEL")]
    pub(crate) server: String,
    /// Last lines to print
    #[arg(long, short = 'n', default_value_t = 50, value_name = "COUNT")]
    pub(crate) lines: usize,
    /// Go on printing what is written, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
}

/// `biowatch keep`: the process that `start` leaves behind.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// Name of a server whose folder holds what to start
    pub(crate) name: String,
}
