//! What a body's surface looks like, place by place.

use crate::body::part::Organ;
use crate::surface::{Matter, Paint};
use crate::vector::Vec3;

/// A place on a body.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Which piece.
    pub organ: Organ,
    /// In the body's frame, in metres of a grown body.
    pub p: Vec3,
    /// Along the piece, 0 to 1.
    pub along: f32,
    /// Above the axis of the piece, -1 to 1.
    pub above: f32,
    /// Beside the axis of the piece, -1 to 1.
    pub beside: f32,
}

/// The surface there.
#[derive(Debug, Clone, Copy)]
pub struct Skin {
    /// Colour.
    pub paint: Paint,
    /// What light does to it.
    pub matter: Matter,
    /// Length of its hair in metres; 0 for none.
    pub hair: f32,
}

impl Skin {
    /// Hair of a colour and length.
    pub const fn fur(paint: Paint, hair: f32) -> Self {
        Self { paint, matter: Matter::Fur, hair }
    }

    /// Dull and hairless.
    pub const fn plain(paint: Paint) -> Self {
        Self { paint, matter: Matter::Solid, hair: 0.0 }
    }

    /// Shining.
    pub const fn gloss(paint: Paint) -> Self {
        Self { paint, matter: Matter::Gloss, hair: 0.0 }
    }
}

/// How one kind of body is coloured. The number tells individuals apart, 0 to 1.
pub type Coat = fn(&Place, f32) -> Skin;
