//! What happens between the light of a scene and the file on the card.

pub mod compose;
pub mod develop;
pub mod font;
pub mod strip;
