//! One camera at one place: what it sees, how it is set up, and its view in the lights of a day.

use std::rc::Rc;

use crate::backdrop::Backdrop;
use crate::camera::Camera;
use crate::light::{Day, Flash, Light};
use crate::maths;
use crate::random::Random;
use crate::scenery::Scenery;
use crate::scenery::habitat::{Habitat, Season};
use crate::surface::Surface;
use crate::vector::{Vec3, vec3};
use crate::weather::Weather;

/// Size and care of the pictures.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Width in pixels; the height is three quarters of it.
    pub width: usize,
    /// Samples a pixel is wide and high: 2 for looks, 1 for speed.
    pub fine: usize,
    /// Quality of the JPEG, 1 to 100.
    pub quality: u8,
    /// Largest file in bytes: quality is lowered until it fits, and the JPEG is progressive. `None` keeps the quality.
    pub at_most: Option<usize>,
}

impl Format {
    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.width * 3 / 4
    }
}

/// When in the day a photo is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hour {
    /// Low sun, warm.
    Morning,
    /// High sun.
    Noon,
    /// Blue light before dark or after.
    Dusk,
    /// By flash.
    Night,
}

/// A camera at its place.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Number in its series.
    pub index: u32,
    /// What grows there.
    pub habitat: Habitat,
    /// Time of the year.
    pub season: Season,
    /// Latitude and longitude in degrees.
    pub position: (f64, f64),
    /// Height above the sea in metres.
    pub altitude: f64,
    /// Serial number of the camera.
    pub serial: String,
    /// Which of the cameras that exist here.
    pub make: usize,
    /// The view.
    pub camera: Camera,
    /// Samples a pixel.
    pub fine: usize,
    /// What stands there.
    pub scenery: Rc<Scenery>,
    surface: Rc<Surface>,
    seed: u64,
}

/// Half the width of the view at one metre.
const HALF_VIEW: f32 = 0.53;

impl Deployment {
    /// Sets up camera `index` of the series `seed`. What is not given is drawn by lot.
    pub fn new(
        seed: u64,
        index: u32,
        format: &Format,
        habitat: Option<Habitat>,
        season: Option<Season>,
    ) -> Self {
        let own = seed.wrapping_mul(1_000_003).wrapping_add(u64::from(index));
        let mut random = Random::for_purpose(own, 1);
        let drawn = random.pick(&Habitat::ALL);
        let habitat = habitat.unwrap_or(drawn);
        let drawn =
            random.pick(&[Season::Spring, Season::Summer, Season::Summer, Season::Autumn, Season::Winter]);
        let season = season.unwrap_or(drawn);
        let (width, height) = ((format.width * format.fine) as f32, (format.height() * format.fine) as f32);
        let eye = random.range(0.55, 0.95);
        let camera = Camera {
            width,
            height,
            focal: width * 0.5 / HALF_VIEW,
            horizon: height * random.range(0.27, 0.40),
            eye,
        };
        let position = (45.52 + 0.11 * f64::from(random.unit()), 14.74 + 0.22 * f64::from(random.unit()));
        let altitude = 450.0 + 600.0 * f64::from(random.unit());
        let serial = format!("{:08}", 10_000_000 + random.below(80_000_000));
        let make = random.below(3) as usize;
        let scenery = habitat.plant(season, HALF_VIEW, &mut Random::for_purpose(own, 2));
        let surface = scenery.draw(&camera);
        let fine = format.fine;
        Self {
            index,
            habitat,
            season,
            position,
            altitude,
            serial,
            make,
            camera,
            fine,
            scenery: Rc::new(scenery),
            surface: Rc::new(surface),
            seed: own,
        }
    }

    /// Name of the place.
    pub fn name(&self) -> String {
        format!("{}{:02}", ["KOL", "ROG", "SNE"][self.make], self.index % 100)
    }

    /// Maker and model of the camera.
    pub fn maker(&self) -> (&'static str, &'static str) {
        [("LARIX", "TC-24"), ("MUSTELA", "Nox 4"), ("FAGUS", "Wildlens S")][self.make]
    }

    /// The view at an hour in some weather.
    pub fn backdrop(&self, hour: Hour, weather: Weather) -> Backdrop {
        let mut random = Random::for_purpose(self.seed, 3 + hour as u64 * 7 + weather as u64 * 31);
        let light = self.light(hour, weather, &mut random);
        Backdrop::new(Rc::clone(&self.scenery), Rc::clone(&self.surface), self.camera, self.fine, light)
    }

    fn light(&self, hour: Hour, weather: Weather, random: &mut Random) -> Light {
        let snow = self.season == Season::Winter;
        if hour == Hour::Night {
            let mist = match weather {
                Weather::Fog => random.range(0.05, 0.11),
                Weather::Rain | Weather::Snowfall => 0.035,
                _ => 0.008,
            };
            let power = random.range(26.0, 40.0);
            return Light::Flash(Flash { power, mist, beam: random.range(0.55, 0.8) });
        }
        let sunny = weather == Weather::Clear && hour != Hour::Dusk;
        let high = match hour {
            Hour::Noon => random.range(0.75, 1.3),
            _ => random.range(0.32, 0.55),
        };
        let towards = random.range(0.15, 3.0) * if random.chance(0.5) { 1.0 } else { -1.0 };
        let sun = vec3(maths::sin(towards), high, -maths::cos(towards)).unit();
        let strength = if sunny { if hour == Hour::Noon { 3.6 } else { 3.3 } } else { 0.0 };
        let warm = if hour == Hour::Noon { vec3(1.0, 0.95, 0.86) } else { vec3(1.0, 0.80, 0.52) };
        let (sky, haze) = match (hour, weather) {
            (Hour::Dusk, _) => (vec3(0.46, 0.60, 0.92), vec3(0.42, 0.52, 0.72)),
            (_, Weather::Clear) => (vec3(0.60, 0.76, 1.0), vec3(0.62, 0.74, 0.80)),
            _ => (vec3(0.95, 1.0, 1.06), vec3(0.80, 0.85, 0.88)),
        };
        let haze = if sunny && hour == Hour::Morning { haze.times(vec3(1.25, 1.05, 0.80)) } else { haze };
        let thickness = match weather {
            Weather::Fog => random.range(0.045, 0.095),
            Weather::Rain | Weather::Snowfall => 0.022,
            _ => random.range(0.002, 0.006),
        };
        let bounce = if snow {
            sky * 0.75
        } else {
            vec3(0.22, 0.20, 0.13) + vec3(0.15, 0.13, 0.09) * (strength * 0.3)
        };
        let canopy = if sunny { self.habitat.canopy(self.season) } else { 0.0 };
        Light::Day(Day {
            sun,
            direct: warm * strength,
            sky,
            bounce,
            haze,
            thickness,
            canopy,
            offset: random.range(0.0, 80.0),
        })
    }

    /// Ground under a place, in the world.
    pub fn ground(&self, x: f32, z: f32) -> Vec3 {
        self.scenery.ground.point(x, z)
    }
}
