//! Renders camera-trap photos: land, vegetation, weather, animals, people and vehicles, as a trail camera would
//! have taken them, with the truth about what is in them.
//!
//! Made for the demo's miniature model and its sample photos, and for folders of any size to try imports on.
//! Everything follows from a seed; only IEEE arithmetic and `libm` are used, so the bytes do not depend on the machine.
//!
//! Never here: files from outside, the network, the clock. Read first: [`backdrop::Backdrop`].

#![expect(clippy::indexing_slicing, reason = "every index is computed from the sizes of its own picture")]

pub mod backdrop;
pub mod body;
pub mod camera;
pub mod casting;
pub mod clock;
pub mod deployment;
pub mod exif;
pub mod folder;
pub mod lens;
pub mod light;
pub mod maths;
pub mod noise;
pub mod photo;
pub mod picture;
pub mod random;
pub mod raster;
pub mod scenery;
pub mod shadow;
pub mod shot;
pub mod show;
pub mod species;
pub mod surface;
pub mod vector;
pub mod weather;
