//! What one process writes and another reads: requests, prediction records, wire lines, server facts.
//!
//! Every type here is a message. The field names, their order and the way numbers are printed are fixed
//! by clients that already exist, so they live in one room that everybody may see.
//!
//! Never here: files, sockets, clocks, logging, pixels, models.
//!
//! Read first: [`Prediction`], one row of the answer, and [`lines::to_line`], which puts it on the wire.

pub mod detail;
pub mod info;
pub mod lines;
pub mod manifest;
pub mod prediction;
pub mod ready;
pub mod request;

pub use info::{EngineInfo, Info};
pub use manifest::Manifest;
pub use prediction::Prediction;
pub use request::{Instance, PredictRequest};
