//! Everything that stands still in front of a camera: land, vegetation, and how they are drawn.

pub mod bush;
pub mod fern;
pub mod grass;
pub mod ground;
pub mod habitat;
pub mod leaves;
mod planting;
pub mod prim;
pub mod rock;
pub mod spruce;
pub mod stuff;
pub mod tree;

use crate::camera::Camera;
use crate::maths::mix;
use crate::raster::{self, View};
use crate::surface::{Sample, Surface};
use crate::vector::{Vec3, vec3};
use ground::Ground;
use prim::{Form, Prim};

/// Land and what grows on it.
#[derive(Debug, Clone)]
pub struct Scenery {
    /// The land.
    pub ground: Ground,
    /// Everything on it.
    pub prims: Vec<Prim>,
}

/// The sample that a primitive leaves at a dot of the camera's view.
pub fn sample(camera: &Camera, prim: &Prim, dot: raster::Dot) -> Sample {
    let (x, y) = (dot.x as f32 + 0.5, dot.y as f32 + 0.5);
    match prim.form {
        Form::Ribbon { a, b, ra, rb } => {
            let radius = mix(ra, rb, dot.along);
            let bulge = (1.0 - dot.across * dot.across).max(0.0).sqrt();
            let depth = if prim.stuff.round() { dot.depth - radius * bulge } else { dot.depth };
            let p = camera.at(x, y, depth);
            let axis = (b - a).unit();
            let to_eye = (camera.position() - p).unit();
            let side = to_eye.cross(axis).unit();
            let front = axis.cross(side).unit();
            let normal = if prim.stuff.round() {
                (side * dot.across + front * bulge).unit()
            } else {
                // A blade is a shallow gutter that mostly looks where its curve does.
                (front * 0.6 + side * (dot.across * 0.5) + Vec3::UP * 0.5).unit()
            };
            let open = mix(prim.open.0, prim.open.1, dot.along);
            Sample::new(
                depth,
                prim.stuff.paint(p, prim.tint, dot.across, dot.along),
                normal,
                open,
                prim.stuff.matter(),
            )
        }
        Form::Leaf { u, v, .. } => {
            let p = camera.at(x, y, dot.depth);
            let flat = u.cross(v).unit();
            let facing = if flat.dot(camera.position() - p) < 0.0 { -flat } else { flat };
            let normal = (facing + vec3(0.0, 0.15, 0.0)).unit();
            Sample::new(
                dot.depth,
                prim.stuff.paint(p, prim.tint, dot.across, dot.along),
                normal,
                prim.open.0,
                prim.stuff.matter(),
            )
        }
    }
}

impl Scenery {
    /// What the camera sees of it.
    pub fn draw(&self, camera: &Camera) -> Surface {
        let mut surface = Surface::new(camera.width as usize, camera.height as usize);
        self.ground.draw(camera, &mut surface);
        self.draw_prims(camera, &mut surface, &self.prims);
        surface
    }

    /// Draws primitives over what is there.
    pub fn draw_prims(&self, camera: &Camera, surface: &mut Surface, prims: &[Prim]) {
        let view = View::Camera(*camera);
        for prim in prims {
            raster::draw(&view, prim, &mut |dot| {
                if dot.depth < surface.depth(dot.x, dot.y) + 0.4 {
                    surface.put(dot.x, dot.y, sample(camera, prim, dot));
                }
            });
        }
    }
}
