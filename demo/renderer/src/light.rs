//! Light: the sun and the sky through haze, or the flash of the camera at night.

use crate::camera::Camera;
use crate::maths::{self, mix, smoothstep};
use crate::noise;
use crate::shadow::ShadowMap;
use crate::surface::{Matter, Sample};
use crate::vector::{Vec3, vec3};

/// How a scene is lit.
#[derive(Debug, Clone)]
pub enum Light {
    /// By the sun and the sky.
    Day(Day),
    /// By the infrared flash beside the lens.
    Flash(Flash),
}

/// Sun and sky.
#[derive(Debug, Clone)]
pub struct Day {
    /// Unit vector towards the sun.
    pub sun: Vec3,
    /// Colour and strength of direct sunlight; zero under clouds.
    pub direct: Vec3,
    /// Light from the sky above.
    pub sky: Vec3,
    /// Light thrown back by the ground.
    pub bounce: Vec3,
    /// Colour of distant haze and of the sky between the trees.
    pub haze: Vec3,
    /// Share of the view lost to haze each metre.
    pub thickness: f32,
    /// Crowns overhead break the sunlight into patches: 0 for open land, 1 for forest.
    pub canopy: f32,
    /// Where in the noise the crowns lie.
    pub offset: f32,
}

/// The infrared flash.
#[derive(Debug, Clone, Copy)]
pub struct Flash {
    /// Strength.
    pub power: f32,
    /// Light scattered back by mist or rain.
    pub mist: f32,
    /// Half width of the beam, as a tangent.
    pub beam: f32,
}

/// How much a body shades a sample: of direct light and of the sky, 1 for not at all.
#[derive(Debug, Clone, Copy)]
pub struct Shade {
    /// Of direct light.
    pub direct: f32,
    /// Of the sky.
    pub sky: f32,
}

impl Shade {
    /// Nothing in the way.
    pub const NONE: Self = Self { direct: 1.0, sky: 1.0 };
}

impl Light {
    /// Linear light that a sample sends to the camera. `x` and `y` are its place on the sensor.
    pub fn shade(
        &self,
        sample: &Sample,
        camera: &Camera,
        (x, y): (usize, usize),
        shadows: Option<&ShadowMap>,
        shade: Shade,
    ) -> Vec3 {
        let (fx, fy) = (x as f32 + 0.5, y as f32 + 0.5);
        match self {
            Self::Day(day) => day.shade(sample, camera, (fx, fy), shadows, shade),
            Self::Flash(flash) => flash.shade(sample, camera, (fx, fy), shade),
        }
    }

    /// Towards the light from a point, for shadows.
    pub fn direction(&self, from: Vec3, camera: &Camera) -> Vec3 {
        match self {
            Self::Day(day) => day.sun,
            Self::Flash(_) => (vec3(0.02, camera.eye + 0.10, 0.0) - from).unit(),
        }
    }

    /// Is the photo taken by flash, and so in grey?
    pub fn is_flash(&self) -> bool {
        matches!(self, Self::Flash(_))
    }
}

impl Day {
    fn sky_colour(&self, camera: &Camera, x: f32, y: f32) -> Vec3 {
        let up = (camera.horizon - y) / camera.focal;
        let side = (x - camera.width * 0.5) / camera.focal;
        let cloud = noise::cloud(vec3(side * 3.0 + self.offset, up * 7.0, self.offset), 4);
        let clear = self.haze.mix(self.sky.times(vec3(0.85, 0.98, 1.15)), smoothstep(0.0, 0.9, up));
        clear.mix(self.haze * 1.15, smoothstep(0.35, 0.75, cloud) * 0.8)
    }

    /// Patches of sun that crowns let through.
    fn dapple(&self, p: Vec3) -> f32 {
        if self.canopy <= 0.0 {
            return 1.0;
        }
        let reach = (7.5 - p.y) / self.sun.y.max(0.15);
        let q = p + self.sun * reach;
        let crown = noise::drift(q.x * 0.42 + self.offset, q.z * 0.42 - self.offset, 4);
        let fine = noise::drift(q.x * 2.1, q.z * 2.1 + self.offset, 2);
        mix(1.0, smoothstep(0.50, 0.62, crown + (fine - 0.5) * 0.22), self.canopy)
    }

    fn shade(
        &self,
        sample: &Sample,
        camera: &Camera,
        (x, y): (f32, f32),
        shadows: Option<&ShadowMap>,
        shade: Shade,
    ) -> Vec3 {
        if sample.matter == Matter::Sky {
            return self.sky_colour(camera, x, y);
        }
        let p = camera.at(x, y, sample.depth);
        let (normal, paint, open) = (sample.normal(), sample.paint(), sample.open() * shade.sky);
        let to_eye = (camera.position() - p).unit();
        let facing = normal.dot(self.sun);
        let strength = self.direct.luma();
        let reach = if strength > 0.0 {
            shadows.map_or(1.0, |map| map.light(p + normal * 0.012)) * self.dapple(p) * shade.direct
        } else {
            0.0
        };
        let wrap = |k: f32| ((facing + k) / (1.0 + k)).max(0.0);
        let (front, back) = match sample.matter {
            Matter::Leaf => (facing.max(0.0) * 0.9, (-facing).max(0.0) * 0.75),
            Matter::Snow => (wrap(0.25), 0.0),
            Matter::Fur => (wrap(0.22), 0.0),
            _ => (facing.max(0.0), 0.0),
        };
        let up = 0.5 + 0.5 * normal.y;
        let ambient = (self.bounce.mix(self.sky, up)) * open;
        let mut light = paint.colour.times(self.direct * (front * reach) + ambient);
        // What comes through a leaf is greener and yellower than what it throws back.
        light += paint.colour.times(vec3(1.25, 1.35, 0.55)).times(self.direct) * (back * reach);
        let grazing = 1.0 - to_eye.dot(normal).clamp(0.0, 1.0);
        match sample.matter {
            Matter::Fur => {
                let rim = grazing * grazing * grazing;
                light += (self.sky * (0.10 * open)
                    + self.direct * (0.20 * reach * smoothstep(-0.3, 0.7, facing)))
                .times(paint.colour.mix(Vec3::grey(0.5), 0.35))
                    * (rim * 2.0);
            }
            Matter::Gloss => {
                let half = (self.sun + to_eye).unit().dot(normal).max(0.0);
                let mirror = to_eye.mix(normal * (2.0 * to_eye.dot(normal)), 1.0) - to_eye;
                let sky = self.sky.mix(self.haze, smoothstep(0.6, 0.0, mirror.y))
                    * smoothstep(-0.25, 0.2, mirror.y);
                light += sky * (0.05 + 0.5 * maths::pow(grazing, 4.0)) * open
                    + self.direct * (maths::pow(half, 60.0) * 0.9 * reach);
            }
            Matter::Snow => light = light.mix(light.times(vec3(0.93, 0.98, 1.08)), 1.0 - reach.min(1.0)),
            _ => {}
        }
        let clear = maths::exp(-self.thickness * sample.depth);
        self.haze.mix(light, clear)
    }
}

impl Flash {
    fn shade(&self, sample: &Sample, camera: &Camera, (x, y): (f32, f32), shade: Shade) -> Vec3 {
        let (dx, dy) = ((x - camera.width * 0.5) / camera.focal, (y - camera.height * 0.48) / camera.focal);
        let off = (dx * dx + dy * dy).sqrt() / self.beam;
        let beam = 1.0 / (1.0 + off * off * off * off) * mix(1.0, 0.86, off.min(1.0));
        let fog = self.mist * beam * (1.0 - maths::exp(-sample.depth.min(30.0) * 0.35));
        if sample.matter == Matter::Sky {
            return Vec3::grey(0.0015 + fog);
        }
        let p = camera.at(x, y, sample.depth);
        let lamp = vec3(0.0, camera.eye + 0.08, 0.0);
        let towards = lamp - p;
        let distance = towards.length();
        let facing = sample.normal().dot(towards / distance);
        let albedo = sample.paint().infrared;
        let lit = match sample.matter {
            Matter::Leaf => 0.35 + 0.65 * facing.abs(),
            Matter::Fur => 0.16 + 0.52 * facing.max(0.0),
            Matter::Snow => 0.15 + 0.85 * facing.max(0.0),
            _ => 0.08 + 0.92 * facing.max(0.0),
        };
        let mut light =
            albedo * lit * mix(0.45, 1.0, sample.open()) * shade.direct * mix(0.6, 1.0, shade.sky);
        if sample.matter == Matter::Gloss {
            light += maths::pow(facing.max(0.0), 40.0) * 2.5;
        }
        let clear = maths::exp(-self.mist * distance * 1.2);
        let strength = self.power * beam / (distance * distance + 0.35);
        Vec3::grey(light * strength * clear + fog + albedo * 0.0015)
    }
}
