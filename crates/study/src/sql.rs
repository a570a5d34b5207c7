//! Every statement of SQL in the program, one place a query.
//!
//! Functions here take and return types of this crate: another database can stand behind the same functions. Nothing
//! outside this folder names the driver.
//!
//! Read first: [`Database`].

pub(crate) mod check;
pub(crate) mod corrections;
mod database;
pub(crate) mod deployments;
pub(crate) mod edits;
mod error;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod jobs;
pub(crate) mod media;
pub(crate) mod metadata;
mod migrations;
pub(crate) mod observations;
pub(crate) mod outputs;
pub(crate) mod results;
pub(crate) mod runs;
pub(crate) mod summary;
pub(crate) mod view;

pub use check::Problem;
pub(crate) use database::{Database, Reading, Writing};
pub use deployments::DeploymentSummary;
pub use error::SqlError;
pub use errors::{FileError, RunError};
pub(crate) use export::ExportReader;
pub use jobs::Counts;
pub use migrations::{MigrateError, Migrated};
pub use runs::{Found, RunSummary};
pub use summary::{SpeciesCount, Totals};
