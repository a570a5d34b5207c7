//! Leaves: on twigs, in bushes and crowns, and on the ground.

use crate::maths;
use crate::random::Random;
use crate::scenery::ground::Ground;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A leaf of `length` that points along `out`, turned at random about it.
pub fn leaf(
    at: Vec3,
    out: Vec3,
    length: f32,
    breadth: f32,
    stuff: Stuff,
    open: f32,
    random: &mut Random,
) -> Prim {
    let along = (out + random.direction() * 0.55).unit();
    let side = along.cross((Vec3::UP * 1.2 + random.direction()).unit()).unit();
    Prim::leaf(at, along * (length * 0.5), side * (length * breadth * 0.5), stuff, random.unit(), open)
}

/// Leaves in a ball: denser and darker inside.
pub fn clump(
    centre: Vec3,
    radius: f32,
    count: u32,
    length: f32,
    stuff: Stuff,
    random: &mut Random,
    prims: &mut Vec<Prim>,
) {
    for _ in 0..count {
        let out = random.direction();
        let r = radius * random.unit().sqrt().sqrt();
        let at = centre + vec3(out.x, out.y * 0.8, out.z) * r;
        let open = (0.35 + 0.5 * (r / radius) * (0.6 + 0.4 * out.y)).clamp(0.15, 1.0);
        prims.push(leaf(at, out, length * random.range(0.6, 1.2), 0.62, stuff, open, random));
    }
}

/// Dead leaves that lie about.
pub fn litter(
    ground: &Ground,
    half_view: f32,
    density: f32,
    length: f32,
    stuff: Stuff,
    random: &mut Random,
    prims: &mut Vec<Prim>,
) {
    let mut z = 0.7f32;
    while z < 22.0 {
        let step = 0.1 + z * 0.03;
        let thin = (z / 3.5).max(1.0);
        let width = half_view * (z + step) * 2.0 + 0.6;
        let count = (density * width * step / (thin * thin.sqrt())) as u32;
        for _ in 0..count {
            let (x, z) = (random.signed() * width * 0.5, z + random.unit() * step);
            if random.unit() < ground.worn(x, z) * 0.6 {
                continue;
            }
            let turn = random.range(0.0, std::f32::consts::TAU);
            let size = length * random.range(0.5, 1.15) * thin.sqrt();
            let along = vec3(maths::cos(turn), random.signed() * 0.35, maths::sin(turn)) * (size * 0.5);
            let across = vec3(-maths::sin(turn), random.signed() * 0.5, maths::cos(turn))
                * (size * random.range(0.26, 0.38));
            let at = ground.point(x, z) + Vec3::UP * random.range(0.002, 0.022);
            prims.push(Prim::leaf(at, along, across, stuff, random.unit(), random.range(0.55, 1.0)));
        }
        z += step;
    }
}
