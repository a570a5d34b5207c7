//! SpeciesNet: a detector finds animals, people and vehicles, a classifier names them, an ensemble settles
//! on one answer.

pub mod ensemble;
pub mod geofence;
pub mod info;
pub mod label;
pub mod package;
pub mod place;
pub mod taxonomy;
