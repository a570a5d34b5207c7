//! The server over real sockets, with scripted models in place of real ones.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected should fail there"
)]

mod client;
mod hostile;
mod limits;
mod load;
mod openapi;
mod queue;
mod server;
mod stop;
mod stream;
mod wire;
