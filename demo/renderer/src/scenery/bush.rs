//! Bushes: stems from one foot, leafy or bare.

use crate::maths;
use crate::random::Random;
use crate::scenery::leaves;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A bush of `size` metres; `foliage` is none in winter.
pub fn bush(
    foot: Vec3,
    size: f32,
    foliage: Option<Stuff>,
    snowy: bool,
    random: &mut Random,
    prims: &mut Vec<Prim>,
) {
    let far = (foot.z / 6.0).clamp(1.0, 4.0);
    for _ in 0..9 {
        let angle = random.range(0.0, std::f32::consts::TAU);
        let out = vec3(maths::cos(angle) * 0.6, random.range(0.7, 1.3), maths::sin(angle) * 0.6).unit();
        let mut from = foot;
        let mut along = out;
        for piece in 0..5 {
            let next = from + along * (size * 0.21);
            let thick = size * 0.011 * (1.0 - piece as f32 * 0.17);
            prims.push(Prim::ribbon(from, next, thick, thick * 0.8, Stuff::Twig, random.unit(), (0.4, 0.6)));
            if snowy && piece > 0 {
                let up = Vec3::UP * (thick + 0.003);
                prims.push(Prim::ribbon(
                    from + up,
                    next + up,
                    thick * 0.7,
                    thick * 0.6,
                    Stuff::Snow,
                    0.5,
                    (1.0, 1.0),
                ));
            }
            if let (Some(stuff), true) = (foliage, piece > 0) {
                leaves::clump(
                    next,
                    size * 0.16,
                    (22.0 / far.sqrt()) as u32,
                    0.055 * far.sqrt(),
                    stuff,
                    random,
                    prims,
                );
            } else if piece > 1 {
                for _ in 0..4 {
                    let twig = (along + random.direction() * 0.8).unit() * (size * 0.16);
                    prims.push(Prim::ribbon(
                        next,
                        next + twig,
                        thick * 0.5,
                        thick * 0.2,
                        Stuff::Twig,
                        random.unit(),
                        (0.7, 0.8),
                    ));
                }
            }
            along = (along + random.direction() * 0.35 + vec3(out.x, 0.0, out.z) * 0.15).unit();
            from = next;
        }
    }
}
