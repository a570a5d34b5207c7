//! Single hairs, where a coat is long enough to show them.

use crate::body::layer::Layer;
use crate::camera::Camera;
use crate::random::Random;
use crate::raster::{self, View};
use crate::scenery::prim::Prim;
use crate::scenery::stuff::Stuff;
use crate::surface::{Matter, Paint, Sample};
use crate::vector::Vec3;

/// A hair, in the frame of its body.
#[derive(Debug, Clone, Copy)]
pub struct Strand {
    /// Where it grows.
    pub root: Vec3,
    /// Outwards there.
    pub normal: Vec3,
    /// Which way the coat lies.
    pub flow: Vec3,
    /// Length in metres.
    pub length: f32,
    /// Colour.
    pub paint: Paint,
    /// How much of the sky reaches it.
    pub open: f32,
}

impl Strand {
    /// Draws it into the layer.
    pub fn draw(
        &self,
        camera: &Camera,
        to_world: impl Fn(Vec3) -> Vec3,
        turn: f32,
        layer: &mut Layer,
        owner: u8,
        random: &mut Random,
    ) {
        let flat = (self.flow - self.normal * self.flow.dot(self.normal)).unit();
        let stray = random.direction() * 0.22;
        let lie = (flat + self.normal * random.range(0.10, 0.42) + stray).unit();
        let length = self.length * random.range(0.55, 1.15);
        let middle = self.root + lie * (length * 0.5) + self.normal * (length * 0.06);
        let tip = middle + (lie + flat * 0.5 - Vec3::UP * 0.18).unit() * (length * 0.5);
        let shade = random.range(0.72, 1.3);
        let width = 0.0011 + self.length * 0.012;
        let normal = (self.normal + stray * 0.8).unit().turned(turn);
        let pieces = [(self.root, middle, 1.0, 0.8), (middle, tip, 0.8, 0.25)];
        for (from, to, wide, thin) in pieces {
            let prim = Prim::ribbon(
                to_world(from),
                to_world(to),
                width * wide,
                width * thin,
                Stuff::Twig,
                0.0,
                (1.0, 1.0),
            );
            raster::draw(&View::Camera(*camera), &prim, &mut |dot| {
                let sample =
                    Sample::new(dot.depth - 0.001, self.paint.scaled(shade), normal, self.open, Matter::Fur);
                layer.put(dot.x, dot.y, sample, owner);
            });
        }
    }
}
