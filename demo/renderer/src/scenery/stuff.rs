//! What vegetation is made of: colours by day, brightness under an infrared flash.

use crate::maths::{mix, smoothstep};
use crate::noise;
use crate::surface::{Matter, Paint};
use crate::vector::{Vec3, vec3};

/// A material of the scenery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuff {
    /// Rough grey-brown bark.
    Bark,
    /// White bark with dark marks.
    Birch,
    /// Smooth grey bark.
    Beech,
    /// Reddish bark of pines.
    Pine,
    /// Thin wood.
    Twig,
    /// Fresh grass.
    Grass,
    /// Grass of last year.
    Straw,
    /// Needles of firs and spruces.
    Needle,
    /// Leaves of summer.
    Leaf,
    /// Leaves of autumn, on the tree.
    Autumn,
    /// Dead leaves on the ground.
    Litter,
    /// Fern.
    Fern,
    /// Moss.
    Moss,
    /// Snow lying on something.
    Snow,
    /// Petals.
    Flower,
}

const fn paint(r: f32, g: f32, b: f32, infrared: f32) -> Paint {
    Paint::new(r, g, b, infrared)
}

impl Stuff {
    /// Is it round across, as a stem is?
    pub fn round(self) -> bool {
        matches!(self, Self::Bark | Self::Birch | Self::Beech | Self::Pine | Self::Twig | Self::Moss)
    }

    /// What light does to it.
    pub fn matter(self) -> Matter {
        match self {
            Self::Grass
            | Self::Straw
            | Self::Needle
            | Self::Leaf
            | Self::Autumn
            | Self::Fern
            | Self::Flower => Matter::Leaf,
            Self::Snow => Matter::Snow,
            _ => Matter::Solid,
        }
    }

    /// Colour at a point: `tint` tells one leaf from another, `across` and `along` are places on it.
    pub fn paint(self, p: Vec3, tint: f32, across: f32, along: f32) -> Paint {
        match self {
            Self::Bark => rough(p, paint(0.115, 0.085, 0.062, 0.30), paint(0.035, 0.027, 0.022, 0.12), 1.0),
            Self::Pine => {
                let high = smoothstep(1.0, 4.0, p.y);
                let plate = paint(0.13, 0.085, 0.06, 0.32).mix(paint(0.30, 0.13, 0.06, 0.42), high);
                rough(p, plate, paint(0.045, 0.03, 0.024, 0.14), 0.8)
            }
            Self::Beech => {
                let blotch = noise::cloud(vec3(p.x * 5.0, p.y * 2.5, p.z * 5.0), 3);
                let lichen = smoothstep(0.58, 0.7, noise::cloud(p * 9.0 + vec3(3.0, 0.0, 0.0), 2));
                let grey = paint(0.13, 0.125, 0.11, 0.38).scaled(mix(0.8, 1.1, blotch));
                grey.mix(paint(0.20, 0.24, 0.18, 0.5), lichen * 0.3)
                    .mix(paint(0.06, 0.085, 0.03, 0.3), moss(p) * 0.75)
            }
            Self::Birch => {
                let mark = noise::cloud(vec3(p.x * 4.0, p.y * 26.0, p.z * 4.0), 2);
                let base = smoothstep(0.9, 0.1, p.y);
                let dark = smoothstep(mix(0.62, 0.42, base), mix(0.72, 0.5, base), mark);
                paint(0.62, 0.60, 0.55, 0.7).mix(paint(0.05, 0.045, 0.04, 0.15), dark)
            }
            Self::Twig => paint(0.10, 0.072, 0.05, 0.3).scaled(mix(0.6, 1.3, tint)),
            Self::Grass => {
                let young = paint(0.105, 0.17, 0.034, 0.52).mix(paint(0.20, 0.23, 0.06, 0.55), tint * tint);
                paint(0.05, 0.085, 0.022, 0.35).mix(young, along.clamp(0.0, 1.0))
            }
            Self::Straw => {
                let pale = paint(0.42, 0.33, 0.17, 0.58).mix(paint(0.27, 0.19, 0.085, 0.45), tint);
                pale.scaled(mix(0.55, 1.05, along.clamp(0.0, 1.0)))
            }
            Self::Needle => paint(0.022, 0.045, 0.018, 0.36).mix(paint(0.055, 0.095, 0.035, 0.46), tint),
            Self::Leaf => {
                let vein = smoothstep(0.12, 0.0, across.abs()) * 0.25;
                paint(0.05, 0.10, 0.02, 0.50).mix(paint(0.13, 0.19, 0.04, 0.62), tint).scaled(1.0 + vein)
            }
            Self::Autumn => {
                let gold = paint(0.50, 0.27, 0.035, 0.6)
                    .mix(paint(0.33, 0.085, 0.02, 0.5), smoothstep(0.35, 0.9, tint));
                gold.mix(paint(0.16, 0.19, 0.04, 0.55), smoothstep(0.25, 0.0, tint))
            }
            Self::Litter => {
                let brown = paint(0.21, 0.115, 0.05, 0.42).mix(paint(0.33, 0.20, 0.09, 0.5), tint);
                let dark = paint(0.085, 0.052, 0.03, 0.28);
                brown
                    .mix(dark, smoothstep(0.55, 0.1, tint))
                    .scaled(1.0 + smoothstep(0.15, 0.0, across.abs()) * 0.2)
            }
            Self::Fern => paint(0.06, 0.12, 0.025, 0.52).mix(paint(0.15, 0.21, 0.05, 0.6), tint),
            Self::Moss => {
                let grain = noise::cloud(p * 30.0, 2);
                paint(0.045, 0.075, 0.018, 0.3).mix(paint(0.12, 0.16, 0.04, 0.45), grain)
            }
            Self::Snow => paint(0.86, 0.88, 0.92, 0.85),
            Self::Flower => {
                let white = paint(0.75, 0.74, 0.70, 0.7);
                if tint < 0.5 {
                    white
                } else if tint < 0.8 {
                    paint(0.70, 0.55, 0.04, 0.65)
                } else {
                    paint(0.35, 0.17, 0.5, 0.6)
                }
            }
        }
    }
}

/// How mossy a trunk is at a point: at the foot, on one side.
fn moss(p: Vec3) -> f32 {
    let foot = smoothstep(1.3, 0.1, p.y);
    foot * smoothstep(0.35, 0.65, noise::cloud(p * 6.0 + vec3(0.0, 8.0, 0.0), 3))
}

/// Bark of plates between furrows.
fn rough(p: Vec3, plate: Paint, furrow: Paint, coarse: f32) -> Paint {
    let q = vec3(p.x * 22.0 / coarse, p.y * 4.5 / coarse, p.z * 22.0 / coarse);
    let ridges = noise::cloud(q, 3);
    let grain = noise::field(q * 3.7);
    let depth = smoothstep(0.34, 0.62, ridges + (grain - 0.5) * 0.2);
    furrow.mix(plate, depth).mix(Paint::new(0.06, 0.085, 0.025, 0.32), moss(p) * 0.8)
}
