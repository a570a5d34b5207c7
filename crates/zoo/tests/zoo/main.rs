//! The zoo against servers and archives that mean ill, through its doors only.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod archives;
mod bundles;
mod downloads;
mod installs;
mod redirects;
mod server;
mod tls;
mod workbench;
