//! `biowatch models ...`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Catalogue, Model, NetworkOptions};

/// What is done with models on disk.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List the models that are installed, and those that could be
    List(ModelsList),
    /// Say what is known of a model: licence, citation, files, sources
    Show(ModelsShow),
    /// Install a model of the catalogue, or the one that a file, folder or address holds
    Install(ModelsInstall),
    /// Install a model of your own: a folder or archive with `biowatch-model.json`, or weights that are known
    Add(ModelsAdd),
    /// Read every byte of installed models and hold it against what was installed
    Verify(ModelsVerify),
    /// Remove an installed model
    Remove(ModelsRemove),
    /// Write an installed model into one file, for `models install --from` on a machine without a network
    Bundle(ModelsBundle),
    /// Lists of models that can be installed
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Open a model, try it on an empty picture, and say what is wrong with it, a sentence each
    Check(ModelsCheck),
    /// Say as JSON what a folder holds and whether it opens
    #[command(hide = true)]
    Try(ModelsTry),
    /// Become the program of a model
    #[command(hide = true)]
    RunProgram(RunProgram),
}

/// `biowatch models run-program`: how this program starts the programs of models.
#[derive(Debug, Args)]
pub(crate) struct RunProgram {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    /// Process that it must not outlive
    pub(crate) parent: u32,
    /// Become the program instead of guarding it
    #[arg(long)]
    pub(crate) bare: bool,
}

/// `biowatch models try`: how an install looks at a model without being harmed by it.
#[derive(Debug, Args)]
pub(crate) struct ModelsTry {
    pub(crate) folder: PathBuf,
    /// Process that it must not outlive
    pub(crate) parent: u32,
}

/// `biowatch models check`.
#[derive(Debug, Args)]
pub(crate) struct ModelsCheck {
    #[command(flatten)]
    pub(crate) model: Model,
}

/// `biowatch models list`.
#[derive(Debug, Args)]
pub(crate) struct ModelsList {
    /// Only those that are installed
    #[arg(long)]
    pub(crate) installed: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `biowatch models show`.
#[derive(Debug, Args)]
pub(crate) struct ModelsShow {
    /// Model, such as speciesnet or deepfaune:1.3
    #[arg(value_name = "ID[:VERSION]")]
    pub(crate) reference: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `biowatch models install`.
#[derive(Debug, Args)]
pub(crate) struct ModelsInstall {
    /// Model, such as speciesnet or deepfaune:1.3; without a version the newest, or the one that is given with --from
    #[arg(value_name = "ID[:VERSION]")]
    pub(crate) reference: String,
    /// Take it from here: a bundle, an archive (.tar.gz, .tar, .zip), a weights file, a folder, or an address
    #[arg(long, value_name = "FILE|FOLDER|URL")]
    pub(crate) from: Option<String>,
    /// Print what goes on as JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

/// `biowatch models add`.
#[derive(Debug, Args)]
pub(crate) struct ModelsAdd {
    /// A folder, an archive (.tar.gz, .tar, .zip), a bundle, a weights file, or an address
    #[arg(value_name = "FOLDER|FILE|URL")]
    pub(crate) from: String,
    /// Print what goes on as JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

/// `biowatch models verify`.
#[derive(Debug, Args)]
pub(crate) struct ModelsVerify {
    /// Models to verify [default: every one that this program installed]
    #[arg(value_name = "ID[:VERSION]")]
    pub(crate) references: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `biowatch models remove`.
#[derive(Debug, Args)]
pub(crate) struct ModelsRemove {
    /// Model and version, such as deepfaune:1.3; the version may be left out where there is only one
    #[arg(value_name = "ID[:VERSION]")]
    pub(crate) reference: String,
}

/// `biowatch models bundle`.
#[derive(Debug, Args)]
pub(crate) struct ModelsBundle {
    /// Model, such as speciesnet or deepfaune:1.3
    #[arg(value_name = "ID[:VERSION]")]
    pub(crate) reference: String,
    /// Write it here [default: ID-VERSION.biowatch.tar in this folder]
    #[arg(long, short, value_name = "FILE|FOLDER")]
    pub(crate) out: Option<PathBuf>,
}
