//! Broad-leaved trees: a trunk with a swollen foot, limbs above, leaves where the season has them.

use crate::maths;
use crate::random::Random;
use crate::scenery::ground::Ground;
use crate::scenery::leaves;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A broad-leaved tree.
#[derive(Debug, Clone, Copy)]
pub struct Tree {
    /// Bark.
    pub bark: Stuff,
    /// Leaves, if it bears any.
    pub leaves: Option<Stuff>,
    /// Radius of the trunk at breast height, in metres.
    pub radius: f32,
    /// Height in metres.
    pub height: f32,
    /// Snow lies on its limbs.
    pub snowy: bool,
}

impl Tree {
    /// Plants it.
    pub fn plant(&self, ground: &Ground, x: f32, z: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        let foot = ground.point(x, z) - Vec3::UP * 0.15;
        let lean = vec3(random.normal() * 0.035, 0.0, random.normal() * 0.035);
        let bow = vec3(random.normal() * 0.25, 0.0, random.normal() * 0.25);
        let at = |t: f32| {
            foot + Vec3::UP * (self.height * t) + lean * (self.height * t) + bow * (maths::sin(t * 5.0) * 0.5)
        };
        let radius = |t: f32| {
            let flare = maths::exp(-t * self.height * 2.6) * 0.45;
            self.radius * (1.0 + flare) * (1.0 - t * 0.72)
        };
        let steps = if z < 14.0 { 26 } else { 10 };
        for step in 0..steps {
            let (t0, t1) = (curve(step, steps), curve(step + 1, steps));
            let open = |t: f32| 0.45 + 0.55 * maths::smoothstep(0.0, 0.8 / self.height, t);
            prims.push(Prim::ribbon(
                at(t0),
                at(t1),
                radius(t0),
                radius(t1),
                self.bark,
                random.unit(),
                (open(t0), open(t1)),
            ));
        }
        self.roots(ground, x, z, random, prims);
        let limbs = if z < 16.0 { 13 } else { 6 };
        for _ in 0..limbs {
            let t = random.range(0.22, 0.95);
            let angle = random.range(0.0, std::f32::consts::TAU);
            let out = vec3(maths::cos(angle), random.range(0.15, 0.8), maths::sin(angle)).unit();
            let length = self.height * random.range(0.12, 0.3) * (1.15 - t);
            self.limb(at(t), out, length, radius(t) * 0.42, 3, z, random, prims);
        }
    }

    fn roots(&self, ground: &Ground, x: f32, z: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        if z > 12.0 {
            return;
        }
        for _ in 0..5 {
            let angle = random.range(0.0, std::f32::consts::TAU);
            let reach = self.radius * random.range(1.8, 3.0);
            let end =
                ground.point(x + maths::cos(angle) * reach, z + maths::sin(angle) * reach) - Vec3::UP * 0.05;
            let start = ground.point(x, z) + Vec3::UP * (self.radius * 0.9);
            prims.push(Prim::ribbon(
                start,
                end,
                self.radius * 0.40,
                self.radius * 0.10,
                self.bark,
                random.unit(),
                (0.8, 0.4),
            ));
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a limb is where, whither, how long, how thick and how deep"
    )]
    fn limb(
        &self,
        from: Vec3,
        out: Vec3,
        length: f32,
        radius: f32,
        depth: u32,
        z: f32,
        random: &mut Random,
        prims: &mut Vec<Prim>,
    ) {
        let bend = vec3(random.signed() * 0.3, random.range(-0.1, 0.25), random.signed() * 0.3);
        let middle = from + out * (length * 0.5);
        let end = middle + (out + bend).unit() * (length * 0.5);
        prims.push(Prim::ribbon(
            from,
            middle,
            radius,
            radius * 0.7,
            self.wood(radius),
            random.unit(),
            (0.7, 0.8),
        ));
        prims.push(Prim::ribbon(
            middle,
            end,
            radius * 0.7,
            radius * 0.4,
            self.wood(radius),
            random.unit(),
            (0.8, 0.9),
        ));
        if self.snowy && out.y < 0.85 {
            let up = Vec3::UP * (radius * 0.9 + 0.004);
            prims.push(Prim::ribbon(
                from + up,
                middle + up,
                radius * 0.55,
                radius * 0.5,
                Stuff::Snow,
                0.5,
                (1.0, 1.0),
            ));
            prims.push(Prim::ribbon(
                middle + up,
                end + up,
                radius * 0.5,
                radius * 0.4,
                Stuff::Snow,
                0.5,
                (1.0, 1.0),
            ));
        }
        if let (Some(stuff), true) = (self.leaves, depth <= 2) {
            let far = (z / 9.0).clamp(1.0, 4.0);
            let count = (26.0 / far.sqrt()) as u32;
            leaves::clump(end, 0.32 + length * 0.3, count, 0.11 * far.sqrt(), stuff, random, prims);
        }
        if depth > 0 {
            for _ in 0..2 + random.below(2) {
                let turn = (out + random.direction() * 0.75 + Vec3::UP * 0.12).unit();
                let start = from.mix(end, random.range(0.45, 1.0));
                self.limb(
                    start,
                    turn,
                    length * random.range(0.45, 0.7),
                    radius * 0.45,
                    depth - 1,
                    z,
                    random,
                    prims,
                );
            }
        }
    }

    fn wood(&self, radius: f32) -> Stuff {
        if radius < 0.02 { Stuff::Twig } else { self.bark }
    }
}

/// More and shorter pieces near the foot.
fn curve(step: u32, steps: u32) -> f32 {
    let t = step as f32 / steps as f32;
    t * t * 0.7 + t * 0.3
}
