//! Camera-trap photos in, predictions out: decoding, letterbox, crops, inference sessions, boxes and the
//! pipelines that join them.
//!
//! Pixels follow the reference programs bit for bit, because a grey level more or less moves scores: photos
//! decode as Pillow with libjpeg-turbo does, the detector's resize is OpenCV's, the classifier's is torch's.
//!
//! Never here: network, SQL, environment variables, async, printing, knowledge of checkpoints.
//!
//! Read first: [`pipeline::Pipeline`], a model that answers for photos; then [`image::RgbImage`], what a photo
//! is everywhere in this crate, and [`decode::read`], where it comes from.

pub mod annotate;
pub mod boxes;
pub mod cancel;
mod classes;
pub mod crop;
pub mod decode;
pub mod deepfaune;
pub mod detector_model;
pub mod encode;
mod fault;
pub mod image;
pub mod letterbox;
pub mod manas;
pub mod media;
pub mod megadetector;
pub mod obscure;
pub mod pipeline;
pub mod resize;
pub mod session;
pub mod speciesnet;
pub mod video;
