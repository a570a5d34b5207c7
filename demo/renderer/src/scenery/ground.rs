//! The lie of the land and what it is covered with.

use crate::camera::Camera;
use crate::maths::{mix, smoothstep};
use crate::noise;
use crate::surface::{Matter, Paint, Sample, Surface};
use crate::vector::{Vec3, vec3};

/// What lies on the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// Dead leaves and soil.
    Litter,
    /// Turf.
    Turf,
    /// Needles and moss.
    Moss,
    /// Snow.
    Snow,
}

/// A piece of land.
#[derive(Debug, Clone)]
pub struct Ground {
    /// What lies on it.
    pub cover: Cover,
    /// Rise to the right, metres a metre.
    pub tilt: f32,
    /// Rise away from the camera, metres a metre, beyond a few metres.
    pub rise: f32,
    /// Height of its bumps in metres.
    pub bumps: f32,
    /// Where in the noise it lies.
    pub offset: (f32, f32),
    /// Half width of a worn path, 0 for none.
    pub path: f32,
    /// Paint of the far land.
    pub far: Paint,
}

impl Ground {
    /// Height at a place. It is 0 at the camera.
    pub fn height(&self, x: f32, z: f32) -> f32 {
        let (ox, oz) = self.offset;
        let bump = |x: f32, z: f32| (noise::drift(x * 0.33 + ox, z * 0.33 + oz, 3) - 0.5) * self.bumps * 2.0;
        let far = (z - 3.0).max(0.0);
        let worn = self.worn(x, z) * 0.06;
        self.tilt * x + self.rise * far + (bump(x, z) - bump(0.0, 0.0)) * smoothstep(0.5, 5.0, z) - worn
    }

    /// The point of the ground at a place.
    pub fn point(&self, x: f32, z: f32) -> Vec3 {
        vec3(x, self.height(x, z), z)
    }

    /// Middle of the path at a depth.
    pub fn path_at(&self, z: f32) -> f32 {
        let (ox, _) = self.offset;
        (noise::plane(z * 0.12 + ox, 3.0) - 0.5) * 7.0
    }

    /// How worn the ground is: 1 in the middle of the path.
    pub fn worn(&self, x: f32, z: f32) -> f32 {
        if self.path <= 0.0 {
            return 0.0;
        }
        smoothstep(self.path * 1.5, self.path * 0.5, (x - self.path_at(z)).abs())
    }

    /// Upward direction at a place, `step` metres coarse.
    pub fn normal(&self, x: f32, z: f32, step: f32) -> Vec3 {
        let dx = self.height(x + step, z) - self.height(x - step, z);
        let dz = self.height(x, z + step) - self.height(x, z - step);
        vec3(-dx, 2.0 * step, -dz).unit()
    }

    fn paint(&self, p: Vec3) -> (Paint, f32) {
        let (x, z) = (p.x, p.z);
        let (ox, oz) = self.offset;
        let broad = noise::drift(x * 0.7 + oz, z * 0.7 + ox, 3);
        let fine = noise::drift(x * 23.0, z * 23.0, 3);
        let soil = Paint::new(0.10, 0.072, 0.048, 0.26).scaled(mix(0.55, 1.3, fine));
        let worn = self.worn(x, z);
        match self.cover {
            Cover::Litter => {
                let dead = Paint::new(0.13, 0.078, 0.042, 0.32).scaled(mix(0.45, 1.5, fine));
                (
                    dead.mix(soil, smoothstep(0.5, 0.7, broad) * 0.6).mix(soil.scaled(1.25), worn),
                    (fine - 0.5) * 0.9,
                )
            }
            Cover::Turf => {
                let green = Paint::new(0.05, 0.075, 0.022, 0.36).scaled(mix(0.5, 1.4, fine));
                let dry = Paint::new(0.16, 0.125, 0.06, 0.4).scaled(mix(0.5, 1.3, fine));
                (
                    green.mix(dry, smoothstep(0.4, 0.65, broad) * 0.7).mix(soil.scaled(1.4), worn),
                    (fine - 0.5) * 0.9,
                )
            }
            Cover::Moss => {
                let green = Paint::new(0.055, 0.085, 0.02, 0.34).scaled(mix(0.5, 1.5, fine));
                let needles = Paint::new(0.12, 0.068, 0.038, 0.32).scaled(mix(0.45, 1.45, fine));
                let patch = smoothstep(0.42, 0.58, broad + (fine - 0.5) * 0.12);
                (needles.mix(green, patch).mix(soil, worn), (fine - 0.5) * 0.8)
            }
            Cover::Snow => {
                let white = Paint::new(0.80, 0.82, 0.86, 0.80).scaled(mix(0.94, 1.04, fine));
                (
                    white.mix(Paint::new(0.52, 0.53, 0.56, 0.6), worn * 0.6),
                    (fine - 0.5) * 0.16 + (broad - 0.5) * 0.1,
                )
            }
        }
    }

    /// Fills the lower part of the view, column by column, from the lens to the skyline.
    pub fn draw(&self, camera: &Camera, surface: &mut Surface) {
        for column in 0..surface.width {
            self.column(camera, surface, column);
        }
    }

    fn column(&self, camera: &Camera, surface: &mut Surface, column: usize) {
        let slope = (column as f32 + 0.5 - camera.width * 0.5) / camera.focal;
        let row_of = |z: f32| {
            let y = self.height(slope * z, z);
            camera.horizon - (y - camera.eye) * camera.focal / z
        };
        let (mut filled, mut z, mut last) = (surface.height as f32, 0.5f32, (0.5f32, row_of(0.5)));
        while z < 160.0 && filled > 0.0 {
            z *= 1.0 + 2.2 / camera.focal * (z / camera.eye).clamp(1.0, 18.0);
            let row = row_of(z);
            if row < filled {
                let top = row.max(0.0).ceil() as usize;
                for y in (top..filled.ceil().min(surface.height as f32) as usize).rev() {
                    let t = ((last.1 - (y as f32 + 0.5)) / (last.1 - row).max(1e-3)).clamp(0.0, 1.0);
                    let depth = mix(last.0, z, t);
                    surface.put(column, y, self.sample(slope * depth, depth));
                }
                filled = row;
            }
            last = (z, row);
        }
    }

    fn sample(&self, x: f32, z: f32) -> Sample {
        let p = vec3(x, self.height(x, z), z);
        let (paint, bump) = self.paint(p);
        let tangle = noise::drift(x * 31.0 + 7.0, z * 31.0, 2) - 0.5;
        let normal =
            (self.normal(x, z, 0.05 + z * 0.01) + vec3(bump * 0.8, 0.0, tangle * bump.abs() * 1.4)).unit();
        let far = smoothstep(14.0, 40.0, z);
        let matter = if self.cover == Cover::Snow { Matter::Snow } else { Matter::Solid };
        let hollow =
            if self.cover == Cover::Snow { 1.0 } else { mix(0.62, 1.0, (bump + 0.45).clamp(0.0, 1.0)) };
        Sample::new(z, paint.mix(self.far, far * 0.7), normal, hollow, matter)
    }
}
