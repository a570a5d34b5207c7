//! Every statement of SQL in the program, one place a query.
//!
//! Functions here take and return types of this crate: another database can stand behind the same functions. Nothing
//! outside this folder names the driver.
//!
//! Read first: [`Database`].

mod database;
mod error;
pub(crate) mod export;
pub(crate) mod metadata;
mod migrations;

pub(crate) use database::Database;
pub use error::SqlError;
pub(crate) use export::ExportReader;
pub use migrations::{MigrateError, Migrated};
