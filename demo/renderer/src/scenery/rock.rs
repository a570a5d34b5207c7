//! Rocks and fallen trunks, half sunk in the ground.

use crate::maths;
use crate::random::Random;
use crate::scenery::ground::Ground;
use crate::scenery::leaves;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A fallen trunk of `length` metres from a place, lying along `angle`.
#[expect(clippy::too_many_arguments, reason = "where, whither, how long, how thick, of what, on what")]
pub fn log(
    ground: &Ground,
    x: f32,
    z: f32,
    angle: f32,
    length: f32,
    radius: f32,
    snowy: bool,
    random: &mut Random,
    prims: &mut Vec<Prim>,
) {
    let pieces = 9;
    let at = |t: f32| {
        let (px, pz) = (x + maths::cos(angle) * length * t, z + maths::sin(angle) * length * t);
        ground.point(px, pz) + Vec3::UP * (radius * 0.7)
    };
    for piece in 0..pieces {
        let (a, b) = (piece as f32 / pieces as f32, (piece + 1) as f32 / pieces as f32);
        let r = |t: f32| radius * (1.0 - t * 0.35);
        prims.push(Prim::ribbon(at(a), at(b), r(a), r(b), Stuff::Bark, random.unit(), (0.75, 0.75)));
        let top = Vec3::UP * (radius * 0.72);
        if snowy {
            prims.push(Prim::ribbon(
                at(a) + top,
                at(b) + top,
                r(a) * 0.62,
                r(b) * 0.62,
                Stuff::Snow,
                0.5,
                (1.0, 1.0),
            ));
        } else {
            for _ in 0..60 {
                let p = at(random.range(a, b)) + top * random.range(0.8, 1.25);
                let out = (Vec3::UP + random.direction() * 0.9).unit();
                prims.push(leaves::leaf(p, out, random.range(0.02, 0.05), 0.7, Stuff::Moss, 0.9, random));
            }
        }
    }
    for _ in 0..4 {
        let from = at(random.unit());
        let out = vec3(random.signed(), random.range(0.3, 1.0), random.signed()).unit();
        prims.push(Prim::ribbon(
            from,
            from + out * random.range(0.3, 0.8),
            radius * 0.2,
            radius * 0.08,
            Stuff::Bark,
            0.5,
            (0.8, 0.9),
        ));
    }
}
