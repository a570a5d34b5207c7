//! One camera's view without anybody in it, drawn once and used for all its frames in one light.

use std::rc::Rc;

use crate::camera::Camera;
use crate::light::{Light, Shade};
use crate::picture::Picture;
use crate::scenery::Scenery;
use crate::shadow::ShadowMap;
use crate::surface::Surface;
use crate::vector::Vec3;

/// A view that is ready to be photographed.
#[derive(Debug, Clone)]
pub struct Backdrop {
    /// In samples.
    pub camera: Camera,
    /// Samples a pixel is wide and high.
    pub fine: usize,
    /// The land and what grows on it.
    pub scenery: Rc<Scenery>,
    /// What the camera sees of it.
    pub surface: Rc<Surface>,
    /// How it is lit.
    pub light: Light,
    /// What the sun does not reach.
    pub shadows: Option<ShadowMap>,
    /// The photo of nothing.
    pub picture: Picture,
}

impl Backdrop {
    /// Lights a view. `surface` is what `camera` sees of `scenery`, `fine` by `fine` samples a pixel.
    pub fn new(
        scenery: Rc<Scenery>,
        surface: Rc<Surface>,
        camera: Camera,
        fine: usize,
        light: Light,
    ) -> Self {
        let side = (camera.width as usize).clamp(900, 2400);
        let shadows = match &light {
            Light::Day(day) if day.direct.luma() > 0.0 => Some(ShadowMap::new(&scenery, day.sun, side)),
            _ => None,
        };
        let picture = Picture::new(surface.width / fine, surface.height / fine);
        let mut backdrop = Self { camera, fine, scenery, surface, light, shadows, picture };
        let (width, height) = (backdrop.picture.width, backdrop.picture.height);
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        backdrop.picture.pixels = pixels.map(|(x, y)| backdrop.pixel(x, y, Shade::NONE)).collect();
        backdrop
    }

    /// The samples of a pixel.
    pub fn samples(&self, x: usize, y: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let fine = self.fine;
        (0..fine * fine).map(move |k| (x * fine + k % fine, y * fine + k / fine))
    }

    /// Light of a pixel, shaded by whatever stands about.
    pub fn pixel(&self, x: usize, y: usize, shade: Shade) -> Vec3 {
        let mut sum = Vec3::ZERO;
        for (sx, sy) in self.samples(x, y) {
            sum += self.shade_at(sx, sy, shade);
        }
        sum / (self.fine * self.fine) as f32
    }

    fn shade_at(&self, x: usize, y: usize, shade: Shade) -> Vec3 {
        let sample = &self.surface.samples[y * self.surface.width + x];
        bounded(self.light.shade(sample, &self.camera, (x, y), self.shadows.as_ref(), shade))
    }
}

/// One very bright sample would make its whole pixel a white step.
pub fn bounded(light: Vec3) -> Vec3 {
    Vec3 { x: light.x.min(6.0), y: light.y.min(6.0), z: light.z.min(6.0) }
}
