//! The study database: photos and videos of camera traps, where and when they were taken, what models and people say is
//! on them, and what is still to be done.
//!
//! One study is one SQLite file with the tables of the Biowatch app, so that either program opens the other's; what this
//! program knows beyond them stands in tables of its own beside (`biowatch_…`).
//!
//! Never here: models, processes, the network, printing, the environment. A prediction comes in as a row. Media are read,
//! never written. No SQL outside `sql/`.
//!
//! Read first: [`Study`], an open study; then [`Studies`], the folder of them.

mod corrections;
mod deployments_file;
mod edits;
mod events;
pub mod export;
mod facts;
mod import;
mod instant;
mod look;
mod media_type;
mod preflight;
mod relink;
mod revision;
mod rows;
mod run;
mod sql;
mod studies;
mod study;
mod view;
pub mod walk;

pub use corrections::{CorrectError, Correction, Observed};
pub use deployments_file::{DeploymentsFile, ReadDeploymentsError};
pub use edits::{Action, Edit, EditError, Edited, MOST_MEDIA, Saying, Undone};
pub use events::Event;
pub use facts::{Clock, ParseClockError, Place};
pub use import::{
    Claimed, Claims, EnterError, Import, ImportError, Orders, RecordError, Recorded, Recorder, ScanError,
    ScanSettings, Scanned,
};
pub use media_type::MediaType;
pub use preflight::{Preflight, PreflightDeployment, PreflightProblem};
pub use relink::{RelinkError, Relinked};
pub use revision::{ReviseError, Revision};
pub use run::{Order, RunSettings, RunStatus};
pub use sql::{
    Counts, DeploymentSummary, FileError, Found, MigrateError, Migrated, Problem, RunError, RunSummary,
    SpeciesCount, SqlError, Totals,
};
pub use studies::{
    CreateStudyError, FindStudyError, Listed, OpenOrCreateError, Studies, StudyCard, TrashError,
};
pub use study::{About, OpenStudyError, Study};
pub use view::{
    At, Change, DeploymentCard, Details, EventPlace, Filter, FilterError, FoundSpecies, Medium, MediumFile,
    MediumObservation, Method, Named, Overview, OverviewTotals, Page, Plot, PlotTable, RawOutput, ReadError,
    Reader, Sequence, ShownKind, Sort, SpeciesCard, SpeciesNumber, Step, Taxon, TaxonNode,
};
