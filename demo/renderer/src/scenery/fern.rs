//! Ferns: arching fronds with leaflets on both sides.

use crate::maths;
use crate::random::Random;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A fern with fronds of about `size` metres.
pub fn fern(foot: Vec3, size: f32, stuff: Stuff, random: &mut Random, prims: &mut Vec<Prim>) {
    for _ in 0..7 + random.below(5) {
        let angle = random.range(0.0, std::f32::consts::TAU);
        let out = vec3(maths::cos(angle), 0.0, maths::sin(angle));
        let side = out.cross(Vec3::UP);
        let length = size * random.range(0.7, 1.2);
        let arch = random.range(0.55, 0.95);
        let point =
            |t: f32| foot + out * (length * t * 0.85) + Vec3::UP * (length * (arch * t - 0.75 * t * t));
        let tint = random.unit();
        let mut last = foot;
        let steps = 13;
        for step in 1..=steps {
            let t = step as f32 / steps as f32;
            let next = point(t);
            prims.push(Prim::ribbon(last, next, 0.004, 0.003, Stuff::Twig, 0.8, (0.5, 0.8)));
            let reach = length * 0.24 * maths::sin(t * 2.6 + 0.45).max(0.08);
            for hand in [-1.0, 1.0] {
                let u = (side * hand + (next - last).unit() * 0.45 - Vec3::UP * 0.16) * (reach * 0.5);
                let v = (next - last).unit() * (length * 0.032);
                let open = 0.35 + 0.6 * t;
                prims.push(Prim::leaf(next + u, u, v, stuff, (tint + random.unit() * 0.4).min(1.0), open));
            }
            last = next;
        }
    }
}
