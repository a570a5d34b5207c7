//! What the pages show of a study: galleries, events, trees, plots. Nothing here writes.
//!
//! A study is read into memory once ([`digest`]) and again when somebody wrote: then filters and counts cost milliseconds,
//! and only what is shown is asked from the database.
//!
//! Read first: [`Reader`].

pub(crate) mod digest;
pub(crate) mod filter;
pub(crate) mod gallery;
pub(crate) mod order;
mod reader;

pub use filter::{Filter, FilterError, Method, ShownKind};
pub use gallery::{At, EventPlace, Medium, MediumObservation, Named, Page};
pub use order::Sort;
pub use reader::{ReadError, Reader};
