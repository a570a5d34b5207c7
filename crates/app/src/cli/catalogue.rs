//! `biowatch models catalogue ...`.

use clap::{Args, Subcommand};

use super::NetworkOptions;

/// Lists of models that can be installed.
#[derive(Debug, Subcommand)]
pub(crate) enum Catalogue {
    /// Add a catalogue of your own: a JSON file, see docs/models.md
    Add(CatalogueAdd),
    /// List the catalogues and what they hold
    List(CatalogueList),
    /// Remove a catalogue that was added; installed models stay
    Remove(CatalogueRemove),
}

/// `biowatch models catalogue add`.
#[derive(Debug, Args)]
pub(crate) struct CatalogueAdd {
    /// The file, or its https address
    #[arg(value_name = "FILE|URL")]
    pub(crate) from: String,
    /// Name to keep it under [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

/// `biowatch models catalogue list`.
#[derive(Debug, Args)]
pub(crate) struct CatalogueList {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `biowatch models catalogue remove`.
#[derive(Debug, Args)]
pub(crate) struct CatalogueRemove {
    /// Its name, as `biowatch models catalogue list` shows it
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}
