//! The camera on its tree: a straight lens, level, its sensor shifted so that the horizon sits where it should.

use crate::vector::{Vec3, vec3};

/// Where points of the world fall on the samples.
#[derive(Debug, Clone, Copy)]
pub struct Camera {
    /// Samples across.
    pub width: f32,
    /// Samples down.
    pub height: f32,
    /// Focal length in samples.
    pub focal: f32,
    /// Row of the horizon, in samples.
    pub horizon: f32,
    /// Height of the lens above the ground at the camera, in metres.
    pub eye: f32,
}

impl Camera {
    /// Sample coordinates and depth of a point; `None` behind the lens.
    pub fn project(&self, p: Vec3) -> Option<(f32, f32, f32)> {
        (p.z > 0.12).then(|| {
            let k = self.focal / p.z;
            (self.width * 0.5 + p.x * k, self.horizon - (p.y - self.eye) * k, p.z)
        })
    }

    /// The point at `depth` behind a sample's centre.
    pub fn at(&self, x: f32, y: f32, depth: f32) -> Vec3 {
        let k = depth / self.focal;
        vec3((x - self.width * 0.5) * k, self.eye + (self.horizon - y) * k, depth)
    }

    /// Where the lens is.
    pub fn position(&self) -> Vec3 {
        vec3(0.0, self.eye, 0.0)
    }
}
