//! An image in, a prediction out.
//!
//! Never here: network, SQL, environment variables, knowledge of checkpoints.

pub mod boxes;
pub mod speciesnet;
