//! The pages that the program carries: see `build.rs`.

/// Names and contents; empty where it was built without.
pub(crate) static PAGES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));
