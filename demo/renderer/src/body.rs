//! Solid bodies: what they are made of, how a ray meets them, how their hair lies.

pub mod biped;
pub mod bird;
pub mod hair;
pub mod layer;
pub mod march;
pub mod part;
pub mod placed;
pub mod quadruped;
pub mod skin;
