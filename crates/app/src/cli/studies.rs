//! `biowatch studies ...`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `biowatch studies ...`.
#[derive(Debug, Subcommand)]
pub(crate) enum Studies {
    /// List the studies
    List(List),
    /// Show what is in a study: runs, deployments, species
    Show(Looked),
    /// Check a study: is the file whole, does everything add up?
    Check(Looked),
    /// Take results of other programs into a study: MegaDetector, SpeciesNet, Camtrap DP
    Import(ImportResults),
    /// List the files that could not be predicted, with the reasons
    Errors(Looked),
    /// Queue the files with errors again; the next import tries them
    Retry(Named),
    /// List the runs: which model over which folder, and how each stands
    Runs(Looked),
    /// Stop importers after the files in hand, in whichever window they run; `resume` goes on
    Pause(OfRun),
    /// Go on with what was paused, stopped or queued, as it was asked for
    Resume(Resume),
    /// Stop importers after the files in hand and drop the rest; rows stay
    Cancel(OfRun),
    /// Find media again whose folder was moved or renamed, by their content
    Relink(Relink),
    /// List events: photos of one deployment that follow each other, with species and the largest number at once
    Events(Events),
    /// Say what is on a photo or video; models never overwrite it
    Correct(Correct),
}

/// `biowatch studies list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A study to look at.
#[derive(Debug, Args)]
pub(crate) struct Looked {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A study.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Name or id of the study, or the path of its database
    #[arg(value_name = "STUDY")]
    pub(crate) study: String,
}

/// A run of a study.
#[derive(Debug, Args)]
pub(crate) struct OfRun {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Only this run, by the start of its id [default: every run that has not come to its end]
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,
}

/// `biowatch studies resume`.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    pub(crate) of: OfRun,
    /// No progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `biowatch studies import`.
#[derive(Debug, Args)]
#[command(
    after_help = "The media need not be there: `biowatch studies relink` finds them later. Nothing is added twice, and what people \
        have said in the study stays. See docs/studies.md."
)]
pub(crate) struct ImportResults {
    /// MegaDetector results or SpeciesNet predictions (a JSON file), or a package of Camtrap DP (a folder or zip file)
    #[arg(value_name = "RESULTS")]
    pub(crate) results: PathBuf,
    /// Study to import into, by name or id; a new one is made where there is none of that name
    #[arg(long, short, value_name = "NAME")]
    pub(crate) study: String,
    /// Folder that the paths in the results are below, which need not be there
    /// [default: that of the results; for absolute paths the one that all are in]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) media: Option<PathBuf>,
    /// No progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `biowatch studies relink`.
#[derive(Debug, Args)]
pub(crate) struct Relink {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Folder to search for the files
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

/// `biowatch studies events`.
#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    pub(crate) looked: Looked,
    /// Seconds without a photo after which a new event begins [default: the study's, usually 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub(crate) gap: Option<u32>,
}

/// `biowatch studies correct`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("word").required(true)))]
pub(crate) struct Correct {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Id of the medium, or the path or name of its file
    #[arg(value_name = "MEDIUM")]
    pub(crate) medium: String,
    /// The observation that is meant, where there are several on it
    #[arg(long, value_name = "ID")]
    pub(crate) observation: Option<String>,
    /// Scientific name of what is on it
    #[arg(long, value_name = "NAME", group = "word")]
    pub(crate) species: Option<String>,
    /// Nothing is on it
    #[arg(long, group = "word")]
    pub(crate) blank: bool,
    /// Common name, to be shown beside the scientific one
    #[arg(long, value_name = "NAME", requires = "species")]
    pub(crate) common_name: Option<String>,
    /// How many there are
    #[arg(long, value_name = "COUNT", requires = "species", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// Who says so
    #[arg(long, value_name = "NAME", default_value = "user")]
    pub(crate) by: String,
}
