//! The two resizes of the reference programs, to the bit.

pub mod opencv_linear;
pub mod torch_bilinear;
