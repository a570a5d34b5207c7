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

pub mod export;
mod instant;
mod sql;
mod studies;
mod study;

pub use sql::{MigrateError, Migrated, SqlError};
pub use studies::{CreateStudyError, FindStudyError, Listed, OpenOrCreateError, Studies};
pub use study::{About, OpenStudyError, Study};
