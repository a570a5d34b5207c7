//! The HTTP model server: one model, one process, answers streamed as they are ready.
//!
//! It speaks as the Python servers do (LitServe), so that clients written for those need no change, and it
//! mends what was broken there: real status codes, a bounded queue, work that stops when the client leaves,
//! a shutdown that ends. `docs/http-api.md` is the contract.
//!
//! Never here: opening an image, a database, a download, a write to disk, a print, an environment variable.
//! What a prediction means is the model's affair: it comes in as a value, [`Model`].
//!
//! Read first: [`Server`], which binds, loads, serves and stops; then `engine.rs`, the seam between the
//! thread that computes and the task that waits.

mod access;
mod admission;
mod answer;
mod cancel;
mod connection;
mod doorway;
mod engine;
mod guard;
mod metrics;
mod model;
mod refusal;
mod router;
mod routes;
mod rows;
mod run;
mod secret;
mod settings;
mod shared;
mod stop;

pub use cancel::CancelToken;
pub use model::{Load, LoadError, Model, Predict};
pub use run::{BindError, OnReady, Outcome, Server};
pub use secret::Secret;
pub use settings::{Keys, Limits, MissingFiles, Settings};
pub use stop::StopHandle;
