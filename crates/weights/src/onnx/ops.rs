//! Operators of a graph. Each checks the shapes it is given and works out the one it makes.

mod arithmetic;
mod convolutions;
mod layout;
mod window;

pub(crate) use arithmetic::Reduction;
pub(crate) use window::{ConvSpec, Pads, PoolSpec, Window};
