//! The resizes of the reference programs, to the bit.

pub mod opencv_area;
pub mod opencv_linear;
pub mod pillow;
pub mod torch_bilinear;
