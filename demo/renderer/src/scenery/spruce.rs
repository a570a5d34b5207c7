//! Spruces: whorls of drooping branches thick with needles.

use crate::maths;
use crate::random::Random;
use crate::scenery::ground::Ground;
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::vector::{Vec3, vec3};

/// A spruce.
#[derive(Debug, Clone, Copy)]
pub struct Spruce {
    /// Radius of the trunk in metres.
    pub radius: f32,
    /// Height in metres.
    pub height: f32,
    /// Height of the lowest green branch in metres.
    pub bare: f32,
    /// Snow lies on its branches.
    pub snowy: bool,
}

impl Spruce {
    /// Plants it.
    pub fn plant(&self, ground: &Ground, x: f32, z: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        let foot = ground.point(x, z) - Vec3::UP * 0.1;
        let lean = vec3(random.normal() * 0.012, 1.0, random.normal() * 0.012);
        let at = |y: f32| foot + lean * y;
        let shown = self.height.min(3.0 + z * 0.9);
        let radius = |y: f32| self.radius * (1.0 - y / self.height) * (1.0 + maths::exp(-y * 3.0) * 0.5);
        let steps = if z < 14.0 { 16 } else { 7 };
        for step in 0..steps {
            let (a, b) = (shown * step as f32 / steps as f32, shown * (step + 1) as f32 / steps as f32);
            let open = |y: f32| 0.4 + 0.3 * maths::smoothstep(0.0, 0.8, y);
            prims.push(Prim::ribbon(
                at(a),
                at(b),
                radius(a),
                radius(b),
                Stuff::Bark,
                random.unit(),
                (open(a), open(b)),
            ));
        }
        self.dead_twigs(&at, z, random, prims);
        let gap = 0.28 + z * 0.012;
        let mut y = self.bare;
        while y < shown {
            let reach = ((self.height - y) * 0.24).clamp(0.25, 2.4)
                * maths::smoothstep(-0.6, 1.5, y - self.bare + 0.6);
            for _ in 0..4 {
                let angle = random.range(0.0, std::f32::consts::TAU);
                let out = vec3(maths::cos(angle), 0.0, maths::sin(angle));
                self.branch(
                    at(y + random.unit() * gap),
                    out,
                    reach * random.range(0.65, 1.1),
                    z,
                    random,
                    prims,
                );
            }
            y += gap;
        }
    }

    fn dead_twigs(&self, at: &impl Fn(f32) -> Vec3, z: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        if z > 14.0 {
            return;
        }
        let count = (self.bare * 9.0) as u32;
        for _ in 0..count {
            let y = random.range(0.4, self.bare + 0.8);
            let angle = random.range(0.0, std::f32::consts::TAU);
            let out = vec3(maths::cos(angle), random.range(-0.35, 0.1), maths::sin(angle));
            let length = random.range(0.2, 1.0);
            prims.push(Prim::ribbon(
                at(y),
                at(y) + out * length,
                0.011,
                0.003,
                Stuff::Twig,
                random.unit(),
                (0.6, 0.7),
            ));
        }
    }

    fn branch(&self, from: Vec3, out: Vec3, reach: f32, z: f32, random: &mut Random, prims: &mut Vec<Prim>) {
        let droop = random.range(0.18, 0.42);
        let point = |t: f32| from + out * (reach * t) + Vec3::UP * (reach * (0.12 * t - droop * t * t));
        prims.push(Prim::ribbon(from, point(0.6), 0.02, 0.008, Stuff::Twig, random.unit(), (0.4, 0.6)));
        let side = out.cross(Vec3::UP);
        let coarse = (z / 6.0).clamp(1.0, 5.0);
        let sprays = ((reach * 15.0 / coarse.sqrt()) as u32).max(5);
        for index in 0..sprays {
            let t = (index as f32 + random.unit()) / sprays as f32;
            let width = reach * 0.36 * (1.1 - t);
            let s = random.signed();
            let foot = point(t);
            let tip = foot + side * (s * width) + out * (width * 0.5) - Vec3::UP * (width * 0.22 + 0.02);
            let open = 0.25 + 0.65 * t;
            self.spray(foot, tip, coarse, open, random, prims);
        }
    }

    /// A twig with its needles.
    fn spray(
        &self,
        foot: Vec3,
        tip: Vec3,
        coarse: f32,
        open: f32,
        random: &mut Random,
        prims: &mut Vec<Prim>,
    ) {
        let along = tip - foot;
        let count = ((along.length() * 60.0 / coarse) as u32).clamp(3, 14);
        for _ in 0..count {
            let at = foot + along * random.unit();
            let needle = (along.unit() * 0.8 + random.direction()).unit() * (0.05 * coarse.sqrt());
            let width = 0.006 * coarse.sqrt();
            prims.push(Prim::ribbon(
                at,
                at + needle,
                width,
                width * 0.4,
                Stuff::Needle,
                random.unit(),
                (open, open),
            ));
        }
        if self.snowy && random.chance(0.75) {
            let at = foot.mix(tip, 0.55) + Vec3::UP * 0.02;
            let v = vec3(-along.z, 0.0, along.x) * 0.3;
            prims.push(Prim::leaf(at, along * 0.5, v + Vec3::UP * 0.012, Stuff::Snow, 0.5, 1.0));
        }
    }
}
