//! What several species share: eyes, noses, hooves, antlers, spots.

use crate::body::part::{Organ, Part};
use crate::body::skin::Skin;
use crate::maths::smoothstep;
use crate::noise;
use crate::surface::Paint;
use crate::vector::{Vec3, vec3};

/// A dark shining eye.
pub const EYE: Skin = Skin::gloss(Paint::new(0.012, 0.009, 0.007, 0.1));
/// A wet nose.
pub const NOSE: Skin = Skin::gloss(Paint::new(0.02, 0.018, 0.017, 0.08));
/// A hoof.
pub const HOOF: Skin = Skin::plain(Paint::new(0.045, 0.038, 0.033, 0.16));
/// Black hair.
pub const BLACK: Paint = Paint::new(0.028, 0.024, 0.022, 0.12);

/// A piece of antler or tusk.
pub fn antler(a: Vec3, b: Vec3, ra: f32, rb: f32) -> Part {
    Part::cone(Organ::Horn, a, b, ra, rb, 1.0, 0.006)
}

/// Round spots `size` metres apart: 1 inside one, 0 between. `fill` is their radius beside their distance.
pub fn spots(p: Vec3, size: f32, fill: f32) -> f32 {
    let q = vec3(p.x / size, p.y / size, 0.0);
    let (cx, cy) = (q.x.floor(), q.y.floor());
    let mut nearest = f32::INFINITY;
    for (dx, dy) in [
        (0.0, 0.0),
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, 1.0),
        (0.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (1.0, -1.0),
        (-1.0, -1.0),
    ] {
        let (x, y) = (cx + dx, cy + dy);
        let (ix, iy) = (x as i32, y as i32);
        let jitter = |k: i32| noise::cell(ix, iy, if p.z > 0.0 { k } else { k + 7 }) - 0.5;
        let at = vec3(x + 0.5 + jitter(1) * 0.6, y + 0.5 + jitter(2) * 0.6, 0.0);
        let grow = 0.7 + 0.6 * noise::cell(ix, iy, 3);
        nearest = nearest.min((q - at).length() / grow);
    }
    smoothstep(fill * 1.15, fill * 0.8, nearest)
}
