//! The zoo: models on disk. What can be installed, how it gets there, whether it is still whole.
//!
//! This room fetches, unpacks, verifies, publishes and removes. It never runs a model: whether one opens is asked of a
//! closure that the caller brings. It never prints and never reads the environment. It writes below one data folder only,
//! and what it publishes there appears whole or not at all.
//!
//! Read first: [`catalogue::Entry`], what is known of a model before it is there.

pub mod address;
pub mod bundle;
pub mod cancel;
pub mod catalogue;
pub mod digest;
pub mod disk;
pub mod fetch;
pub mod install;
mod lock;
pub mod network;
mod partial;
pub mod place;
pub mod progress;
mod publish;
pub mod record;
pub mod reference;
pub mod remove;
pub mod shelf;
mod staging;
pub mod unpack;
pub mod verify;
