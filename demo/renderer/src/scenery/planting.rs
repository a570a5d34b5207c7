//! How the habitats are planted: which trees, bushes, ferns and grasses, how many, where.

use crate::maths;
use crate::random::Random;
use crate::scenery::bush::bush;
use crate::scenery::fern::fern;
use crate::scenery::grass::{Grass, blade};
use crate::scenery::ground::Ground;
use crate::scenery::habitat::{Habitat, Season};
use crate::scenery::leaves::{self, clump, litter};
use crate::scenery::prim::Prim;
use crate::scenery::rock::log;
use crate::scenery::spruce::Spruce;
use crate::scenery::stuff::Stuff;
use crate::scenery::tree::Tree;
use crate::vector::{Vec3, vec3};

/// A place while it is planted.
pub(super) struct Planting {
    pub(super) ground: Ground,
    pub(super) season: Season,
    pub(super) half_view: f32,
    pub(super) prims: Vec<Prim>,
}

impl Planting {
    fn snowy(&self) -> bool {
        self.season == Season::Winter
    }

    fn foliage(&self) -> Option<Stuff> {
        match self.season {
            Season::Winter => None,
            Season::Autumn => Some(Stuff::Autumn),
            _ => Some(Stuff::Leaf),
        }
    }

    /// Places for `count` trees between two depths, out of the animals' way when near.
    fn stand(&self, count: u32, from: f32, to: f32, random: &mut Random) -> Vec<(f32, f32)> {
        let mut places: Vec<(f32, f32)> = Vec::new();
        for _ in 0..count * 6 {
            if places.len() >= count as usize {
                break;
            }
            let z = from + (to - from) * random.unit();
            let x = random.signed() * (self.half_view * z + 1.0);
            let clear = if z < 8.0 { 0.40 * self.half_view * z } else { 0.0 };
            let apart = if z < 15.0 { 1.3 } else { 0.7 };
            let crowded = places.iter().any(|(px, pz)| (px - x).abs() + (pz - z).abs() < apart);
            if x.abs() > clear && !crowded && self.ground.worn(x, z) < 0.1 {
                places.push((x, z));
            }
        }
        places
    }

    fn trees(&mut self, count: u32, from: f32, to: f32, of: &[(Stuff, f32, f32)], random: &mut Random) {
        for (x, z) in self.stand(count, from, to, random) {
            let (bark, thin, thick) = random.pick(of);
            let radius = random.range(thin, thick);
            let leaves = if bark == Stuff::Pine { Some(Stuff::Needle) } else { self.foliage() };
            let tree = Tree { bark, leaves, radius, height: random.range(11.0, 18.0), snowy: self.snowy() };
            tree.plant(&self.ground, x, z, random, &mut self.prims);
        }
    }

    fn firs(&mut self, count: u32, from: f32, to: f32, bare: (f32, f32), random: &mut Random) {
        for (x, z) in self.stand(count, from, to, random) {
            let spruce = Spruce {
                radius: random.range(0.10, 0.26),
                height: random.range(12.0, 22.0),
                bare: random.range(bare.0, bare.1),
                snowy: self.snowy(),
            };
            spruce.plant(&self.ground, x, z, random, &mut self.prims);
        }
    }

    fn saplings(&mut self, count: u32, from: f32, to: f32, random: &mut Random) {
        for (x, z) in self.stand(count, from, to, random) {
            let height = random.range(0.8, 2.4);
            let young = Spruce { radius: 0.03, height, bare: 0.12, snowy: self.snowy() };
            young.plant(&self.ground, x, z, random, &mut self.prims);
        }
    }

    fn bushes(&mut self, count: u32, from: f32, to: f32, size: (f32, f32), random: &mut Random) {
        for (x, z) in self.stand(count, from, to, random) {
            let foot = self.ground.point(x, z);
            bush(foot, random.range(size.0, size.1), self.foliage(), self.snowy(), random, &mut self.prims);
        }
    }

    fn ferns(&mut self, count: u32, from: f32, to: f32, random: &mut Random) {
        if self.snowy() {
            return;
        }
        for (x, z) in self.stand(count, from, to, random) {
            let stuff =
                if self.season == Season::Autumn && random.chance(0.6) { Stuff::Straw } else { Stuff::Fern };
            fern(self.ground.point(x, z), random.range(0.35, 0.7), stuff, random, &mut self.prims);
        }
    }

    fn logs(&mut self, chance: f32, random: &mut Random) {
        if random.chance(chance) {
            let (z, angle) = (random.range(4.5, 8.5), random.range(-0.5, 0.5));
            let x = random.range(-3.0, 1.0);
            let radius = random.range(0.09, 0.17);
            log(
                &self.ground,
                x,
                z,
                angle,
                random.range(2.0, 4.5),
                radius,
                self.snowy(),
                random,
                &mut self.prims,
            );
        }
    }

    fn grass(&mut self, density: f32, length: f32, tufts: f32, random: &mut Random) {
        let (dry, density, length) = match self.season {
            Season::Winter => (0.95, density * 0.10, length * 0.85),
            Season::Autumn => (0.65, density, length),
            Season::Spring => (0.22, density, length * 0.75),
            Season::Summer => (0.18, density, length),
        };
        let tufts = if self.snowy() { 1.0 } else { tufts };
        let grass = Grass { density, length, dry, from: 0.75, to: 30.0, tufts };
        grass.grow(&self.ground, self.half_view, random, &mut self.prims);
    }

    fn flowers(&mut self, count: u32, random: &mut Random) {
        if !matches!(self.season, Season::Spring | Season::Summer) {
            return;
        }
        for _ in 0..count {
            let z = 1.2 + 14.0 * random.unit() * random.unit();
            let x = random.signed() * self.half_view * z * 1.1;
            let top = self.ground.point(x, z) + Vec3::UP * random.range(0.12, 0.4);
            let tint = random.unit();
            for petal in 0..5 {
                let turn = petal as f32 * 1.257;
                let u = vec3(maths::cos(turn), 0.35, maths::sin(turn)) * 0.011;
                let v = vec3(-maths::sin(turn), 0.0, maths::cos(turn)) * 0.007;
                let mut leaf = Prim::leaf(top + u, u, v, Stuff::Flower, tint, 1.0);
                leaf.tint = tint;
                self.prims.push(leaf);
            }
        }
    }

    /// The wall of the wood behind everything.
    fn background(&mut self, stuff: Option<Stuff>, needles: f32, random: &mut Random) {
        for layer in 0..3 {
            let z = 24.0 + layer as f32 * 9.0;
            let count = 60;
            for _ in 0..count {
                let z = z + random.range(0.0, 8.0);
                let x = random.signed() * (self.half_view * z + 2.0);
                let foot = self.ground.point(x, z);
                if random.chance(needles) {
                    let tree = Spruce {
                        radius: 0.2,
                        height: random.range(9.0, 20.0),
                        bare: random.range(0.3, 3.0),
                        snowy: self.snowy(),
                    };
                    tree.plant(&self.ground, x, z, random, &mut self.prims);
                } else {
                    let height = random.range(9.0, 16.0);
                    let bark = random.pick(&[Stuff::Beech, Stuff::Bark, Stuff::Birch]);
                    let top = foot + Vec3::UP * height;
                    let radius = random.range(0.08, 0.22);
                    self.prims.push(Prim::ribbon(foot, top, radius, radius * 0.5, bark, 0.5, (0.6, 0.9)));
                    if let Some(stuff) = stuff {
                        for _ in 0..9 {
                            let at = foot
                                + vec3(
                                    random.signed() * 2.2,
                                    random.range(1.0, height),
                                    random.signed() * 2.0,
                                );
                            clump(at, random.range(0.6, 1.3), 34, 0.42, stuff, random, &mut self.prims);
                        }
                    } else {
                        for _ in 0..14 {
                            let from = foot + Vec3::UP * random.range(2.0, height);
                            let to =
                                from + vec3(random.signed() * 2.0, random.range(0.3, 2.0), random.signed());
                            self.prims.push(Prim::ribbon(
                                from,
                                to,
                                0.035,
                                0.012,
                                Stuff::Twig,
                                random.unit(),
                                (0.8, 0.9),
                            ));
                        }
                    }
                }
            }
        }
    }

    pub(super) fn beeches(&mut self, random: &mut Random) {
        self.trees(5, 3.6, 10.0, &[(Stuff::Beech, 0.12, 0.30), (Stuff::Beech, 0.07, 0.14)], random);
        self.trees(14, 10.0, 26.0, &[(Stuff::Beech, 0.12, 0.32), (Stuff::Bark, 0.1, 0.24)], random);
        let foliage = self.foliage();
        self.background(foliage, 0.12, random);
        self.bushes(4, 5.0, 14.0, (0.5, 1.2), random);
        self.ferns(3, 3.5, 10.0, random);
        self.logs(0.6, random);
        self.grass(50.0, 0.14, 1.0, random);
        if !self.snowy() {
            litter(&self.ground, self.half_view, 420.0, 0.075, Stuff::Litter, random, &mut self.prims);
            if self.season == Season::Autumn {
                litter(&self.ground, self.half_view, 60.0, 0.075, Stuff::Autumn, random, &mut self.prims);
            }
        }
    }

    pub(super) fn spruces(&mut self, random: &mut Random) {
        self.firs(7, 4.0, 12.0, (1.6, 4.0), random);
        self.firs(16, 12.0, 26.0, (1.0, 4.0), random);
        self.background(None, 0.95, random);
        self.saplings(3, 4.0, 10.0, random);
        self.ferns(9, 3.2, 12.0, random);
        self.logs(0.75, random);
        self.grass(160.0, 0.16, 0.9, random);
        if !self.snowy() {
            litter(&self.ground, self.half_view, 60.0, 0.05, Stuff::Litter, random, &mut self.prims);
        }
    }

    pub(super) fn meadow(&mut self, random: &mut Random) {
        self.trees(2, 9.0, 20.0, &[(Stuff::Bark, 0.14, 0.3)], random);
        let foliage = self.foliage();
        self.background(foliage, 0.3, random);
        self.bushes(5, 8.0, 20.0, (0.7, 1.6), random);
        self.grass(1300.0, random.range(0.12, 0.24), 0.3, random);
        self.flowers(260, random);
    }

    pub(super) fn birches(&mut self, random: &mut Random) {
        self.trees(5, 3.8, 11.0, &[(Stuff::Birch, 0.07, 0.14), (Stuff::Pine, 0.12, 0.22)], random);
        self.trees(13, 11.0, 26.0, &[(Stuff::Birch, 0.07, 0.15), (Stuff::Pine, 0.12, 0.24)], random);
        let foliage = self.foliage();
        self.background(foliage, 0.5, random);
        self.saplings(2, 5.0, 12.0, random);
        self.bushes(4, 5.0, 15.0, (0.5, 1.1), random);
        self.ferns(4, 3.5, 10.0, random);
        self.logs(0.4, random);
        self.grass(620.0, 0.22, 0.6, random);
        self.flowers(60, random);
        if !self.snowy() {
            litter(&self.ground, self.half_view, 70.0, 0.05, Stuff::Litter, random, &mut self.prims);
        }
    }

    /// What hangs or stands close before the lens, at the rim of the picture.
    pub(super) fn front(&mut self, habitat: Habitat, random: &mut Random) {
        let side = if random.chance(0.5) { 1.0 } else { -1.0 };
        if random.chance(0.55) {
            let z = random.range(1.3, 2.2);
            let x = side * self.half_view * z * random.range(0.75, 1.0);
            match (habitat, self.foliage()) {
                (Habitat::Meadow, _) | (_, None) => {
                    for _ in 0..18 {
                        let foot = self.ground.point(x + random.signed() * 0.16, z + random.signed() * 0.16);
                        let lean = vec3(random.normal() * 0.35, 0.0, random.normal() * 0.3);
                        let stuff =
                            if self.snowy() || random.chance(0.5) { Stuff::Straw } else { Stuff::Grass };
                        blade(
                            foot,
                            lean,
                            random.range(0.35, 0.75),
                            0.004,
                            stuff,
                            random.unit(),
                            &mut self.prims,
                        );
                    }
                }
                (Habitat::Spruce, _) => {
                    let stuff = if self.season == Season::Autumn { Stuff::Straw } else { Stuff::Fern };
                    fern(self.ground.point(x, z), random.range(0.4, 0.6), stuff, random, &mut self.prims);
                }
                (_, Some(stuff)) => {
                    let from = vec3(side * self.half_view * 1.7 * 1.25, random.range(0.9, 1.4), 1.7);
                    let to = vec3(side * self.half_view * 1.5 * 0.55, random.range(0.85, 1.15), 1.5);
                    self.prims.push(Prim::ribbon(from, to, 0.006, 0.002, Stuff::Twig, 0.5, (0.8, 0.9)));
                    for _ in 0..26 {
                        let at = from.mix(to, random.unit()) + random.direction() * 0.05;
                        self.prims.push(leaves::leaf(
                            at,
                            random.direction() - Vec3::UP * 0.5,
                            0.06,
                            0.62,
                            stuff,
                            0.9,
                            random,
                        ));
                    }
                }
            }
        }
    }
}
