//! The two shapes that all vegetation is made of.

use crate::scenery::stuff::Stuff;
use crate::vector::Vec3;

/// Shape and place.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A strip that faces whoever looks: trunks, twigs, blades, hairs.
    Ribbon {
        /// One end.
        a: Vec3,
        /// The other end.
        b: Vec3,
        /// Half its width at `a`, in metres.
        ra: f32,
        /// Half its width at `b`, in metres.
        rb: f32,
    },
    /// A flat pointed leaf.
    Leaf {
        /// Its middle.
        at: Vec3,
        /// From the middle to the tip.
        u: Vec3,
        /// From the middle to the side.
        v: Vec3,
    },
}

/// A shape made of something.
#[derive(Debug, Clone, Copy)]
pub struct Prim {
    /// Shape and place.
    pub form: Form,
    /// What it is made of.
    pub stuff: Stuff,
    /// Which of its kind, 0 to 1: shifts colour.
    pub tint: f32,
    /// How much of the sky reaches its two ends (a ribbon) or all of it (a leaf), 0 to 1.
    pub open: (f32, f32),
}

impl Prim {
    /// A strip.
    pub fn ribbon(a: Vec3, b: Vec3, ra: f32, rb: f32, stuff: Stuff, tint: f32, open: (f32, f32)) -> Self {
        Self { form: Form::Ribbon { a, b, ra, rb }, stuff, tint, open }
    }

    /// A leaf.
    pub fn leaf(at: Vec3, u: Vec3, v: Vec3, stuff: Stuff, tint: f32, open: f32) -> Self {
        Self { form: Form::Leaf { at, u, v }, stuff, tint, open: (open, open) }
    }

    /// Distance of its middle along z.
    pub fn depth(&self) -> f32 {
        match self.form {
            Form::Ribbon { a, b, .. } => (a.z + b.z) * 0.5,
            Form::Leaf { at, .. } => at.z,
        }
    }

    /// The same shape elsewhere.
    pub fn moved(mut self, by: Vec3) -> Self {
        match &mut self.form {
            Form::Ribbon { a, b, .. } => {
                *a += by;
                *b += by;
            }
            Form::Leaf { at, .. } => *at += by,
        }
        self
    }
}
