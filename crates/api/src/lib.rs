//! The web application's server: everything that a page may see and do, as HTTP under `/api/v1`, and the pages themselves.
//!
//! One route a file, in `routes/`. Each says what it takes and gives in types that the OpenAPI document is made of, so that
//! the two cannot differ. What only the program can do (open a model, shrink a picture) comes in as closures, [`Doings`].
//!
//! Never here: a print, an environment variable, a model that runs, SQL, a request that leaves the machine.
//!
//! Read first: [`Api`], all that is shared; then `guard.rs`, who may ask.

mod api;
mod blocking;
mod doings;
mod events;
mod exports;
mod extract;
mod files;
mod guard;
mod headers;
mod installs;
mod models;
mod moment;
mod openapi;
mod page;
mod preflights;
mod problem;
mod routes;
mod runs;
mod schemas;
mod serve;
mod servers;
mod session;
mod studies;
mod thumbs;
mod zip;

pub use api::{Api, Settings};
pub use doings::{
    Country, Does, Doings, EngineFacts, EngineState, ExportWish, Facts, Ffmpeg, PictureWish, RunProgress,
    RunTold, RunWish, ServerWish, StudyName,
};
pub use openapi::document;
pub use page::Pages;
pub use problem::Problem;
pub use routes::router;
pub use serve::serve;
