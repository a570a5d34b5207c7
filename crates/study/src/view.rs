//! What the pages show of a study: galleries, events, trees, plots. Nothing here writes.
//!
//! A study is read into memory once ([`digest`]) and again when somebody wrote: then filters and counts cost milliseconds,
//! and only what is shown is asked from the database.
//!
//! Read first: [`Reader`].

mod day;
pub(crate) mod digest;
pub(crate) mod filter;
pub(crate) mod gallery;
mod medium;
pub(crate) mod order;
mod overview;
mod plots;
mod reader;
mod sequences;
mod species;
mod tally;
mod taxa;

pub use filter::{Filter, FilterError, Method, ShownKind};
pub use gallery::{At, EventPlace, Medium, MediumObservation, Named, Page};
pub use medium::{Change, Details, MediumFile, RawOutput};
pub use order::Sort;
pub use overview::{DeploymentCard, Overview, OverviewTotals, SpeciesCard};
pub use plots::{Plot, PlotTable, Step};
pub use reader::{ReadError, Reader};
pub use sequences::{Sequence, SpeciesNumber};
pub use species::FoundSpecies;
pub use taxa::{Taxon, TaxonNode};
