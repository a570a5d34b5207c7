//! Grass: blades that bend over, thick where the meadow is, thin under trees.

use crate::maths;
use crate::random::Random;
use crate::scenery::ground::Ground;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A stand of grass.
#[derive(Debug, Clone, Copy)]
pub struct Grass {
    /// Blades on the square metre near the camera.
    pub density: f32,
    /// Length of a blade in metres.
    pub length: f32,
    /// Share of last year's straw, 0 to 1.
    pub dry: f32,
    /// Nearest and farthest in metres.
    pub from: f32,
    /// Farthest in metres.
    pub to: f32,
    /// Patchiness: 0 everywhere alike, 1 only in tufts.
    pub tufts: f32,
}

/// One blade from its foot, leaning along `lean`.
pub fn blade(
    foot: Vec3,
    lean: Vec3,
    length: f32,
    width: f32,
    stuff: Stuff,
    tint: f32,
    prims: &mut Vec<Prim>,
) {
    let point =
        |t: f32| foot + Vec3::UP * (length * t * (1.0 - 0.28 * t * lean.length())) + lean * (length * t * t);
    let open = |t: f32| 0.30 + 0.70 * t;
    let mut last = foot;
    for step in 0..3 {
        let (t0, t1) = (step as f32 / 3.0, (step + 1) as f32 / 3.0);
        let next = point(t1);
        let taper = |t: f32| width * (1.0 - t * 0.92);
        prims.push(Prim::ribbon(last, next, taper(t0), taper(t1), stuff, tint, (open(t0), open(t1))));
        last = next;
    }
}

impl Grass {
    /// Sows it within the view.
    pub fn grow(&self, ground: &Ground, half_view: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        let mut z = self.from;
        while z < self.to {
            // Far blades stand for many: fewer, wider.
            let step = 0.12 + z * 0.03;
            let thin = (z / 4.0).max(1.0);
            let width = half_view * (z + step) * 2.0 + 1.0;
            let count = (self.density * width * step / (thin * thin.sqrt())).min(5000.0) as u32;
            for _ in 0..count {
                let (x, z) = (random.signed() * width * 0.5, z + random.unit() * step);
                let patch = crate::noise::drift(x * 0.9 + ground.offset.1, z * 0.9 + ground.offset.0, 2);
                let keep = 1.0 - self.tufts + self.tufts * maths::smoothstep(0.48, 0.66, patch) * 1.6;
                if random.unit() > keep || random.unit() < ground.worn(x, z) * 0.97 {
                    continue;
                }
                let dry = random.chance(self.dry + (patch - 0.5) * 0.8);
                let stuff = if dry { Stuff::Straw } else { Stuff::Grass };
                let lean = vec3(random.normal() * 0.42 + 0.1, 0.0, random.normal() * 0.42);
                let length = self.length * random.range(0.45, 1.25) * (0.6 + 0.8 * patch);
                let broad = random.range(0.0022, 0.0045) * thin.sqrt() * (1.0 + thin * 0.12);
                blade(ground.point(x, z), lean, length, broad, stuff, random.unit(), prims);
            }
            z += step;
        }
    }
}
