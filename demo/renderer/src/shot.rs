//! One photo: who is in it, in which light and weather, and how the camera records it.

use crate::backdrop::Backdrop;
use crate::body::placed::Placed;
use crate::clock::Moment;
use crate::deployment::{Deployment, Format, Hour};
use crate::exif::Exif;
use crate::lens::compose::{self, Composed};
use crate::lens::develop::{Develop, meter};
use crate::lens::strip::{self, Strip};
use crate::light::Light;
use crate::photo::{self, EncodeError, Photo, Thing, Truth};
use crate::random::Random;
use crate::scenery::habitat::{Habitat, Season};
use crate::species::{Doing, Species};
use crate::vector::{Vec3, vec3};
use crate::weather::{self, Weather};

/// Somebody in front of the camera.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// Who.
    pub species: Species,
    /// What it does.
    pub doing: Doing,
    /// Which individual, 0 to 1.
    pub individual: f32,
    /// An offspring.
    pub young: bool,
    /// Across the view at its distance: -1 at the left edge, 1 at the right.
    pub across: f32,
    /// Distance in metres.
    pub distance: f32,
    /// Which way it faces: 0 to the right, positive away from the camera, radians.
    pub turn: f32,
    /// Seed of its posture.
    pub posture: u64,
}

/// A photo to be taken.
#[derive(Debug, Clone)]
pub struct Shot {
    /// When in the day.
    pub hour: Hour,
    /// Weather.
    pub weather: Weather,
    /// Who is there.
    pub visitors: Vec<Visitor>,
    /// Streak of motion in pixels of a photo 1280 wide.
    pub blur: f32,
    /// Leaves in the air.
    pub leaves: u32,
    /// Beams of low sun.
    pub beams: bool,
    /// When exactly.
    pub moment: Moment,
    /// Degrees Celsius.
    pub temperature: i32,
    /// Seed of noise and of everything that is drawn by lot.
    pub seed: u64,
    /// Write EXIF.
    pub exif: bool,
    /// The strip below the picture.
    pub strip: bool,
}

/// The least visible part of a visitor that still counts, as a share of the photo's area.
const LEAST_AREA: f32 = 0.0009;

impl Shot {
    /// Takes it. `backdrop` must be the deployment's view at the shot's hour and in its weather.
    pub fn take(
        &self,
        deployment: &Deployment,
        backdrop: &Backdrop,
        format: &Format,
        file: &str,
    ) -> Result<Photo, EncodeError> {
        let mut random = Random::for_purpose(self.seed, 11);
        let bodies: Vec<Placed> = self.visitors.iter().map(|visitor| place(visitor, deployment)).collect();
        let scale = format.width as f32 / 1280.0;
        let Composed { mut picture, seen } =
            compose::compose(backdrop, &bodies, self.blur * scale, self.seed);
        let flash = backdrop.light.is_flash();
        let bright = if flash { 1.0 } else { 0.17 / meter(&picture, false) };
        if self.beams
            && let Light::Day(day) = &backdrop.light
        {
            weather::beams(&mut picture, day.direct * 0.5 + day.haze * 0.3, &mut random);
        }
        weather::leaves(&mut picture, self.leaves, flash, bright, &mut random);
        weather::fall(self.weather, &mut picture, flash, bright, &mut random);
        let mut bytes = self.develop(deployment, &mut random).develop(&picture, flash, &mut random);
        let (width, height) = (picture.width, picture.height);
        let strip_rows = if self.strip { strip::height(height) } else { 0 };
        if self.strip {
            self.strip(deployment).print(&mut bytes, width, height);
        }
        let exif = self.exif.then(|| self.exif(deployment, flash, (width as u32, height as u32)));
        let jpeg = photo::jpeg(&bytes, format, exif.as_ref())?;
        let visible = 1.0 - strip_rows as f32 / height as f32;
        Ok(Photo { jpeg, truth: self.truth(deployment, &seen, visible, flash, file) })
    }

    fn develop(&self, deployment: &Deployment, random: &mut Random) -> Develop {
        let night = self.hour == Hour::Night;
        let dusk = self.hour == Hour::Dusk;
        Develop {
            exposure: 0.0,
            balance: (1.0 + random.normal() * 0.025, 1.0 + random.normal() * 0.03),
            grain: if night {
                5.0
            } else if dusk {
                4.0
            } else {
                2.2
            } + random.unit() * 1.5,
            sharpen: [0.35, 0.5, 0.25][deployment.make],
            vignette: if night { 0.35 } else { 0.22 },
            colour: if dusk { 0.78 } else { [1.06, 0.98, 1.12][deployment.make] },
        }
    }

    fn strip(&self, deployment: &Deployment) -> Strip {
        let fahrenheit = self.temperature * 9 / 5 + 32;
        Strip {
            time: self.moment.strip(),
            temperature: format!("{}°C {}°F", self.temperature, fahrenheit),
            name: format!("{}  {}", deployment.maker().0, deployment.name()),
            moon: self.moment.moon(),
            dark: deployment.make != 1,
        }
    }

    fn exif(&self, deployment: &Deployment, flash: bool, size: (u32, u32)) -> Exif {
        let (make, model) = deployment.maker();
        Exif {
            make: make.to_owned(),
            model: model.to_owned(),
            serial: deployment.serial.clone(),
            moment: self.moment,
            position: deployment.position,
            altitude: deployment.altitude,
            flash,
            size,
        }
    }

    fn truth(
        &self,
        deployment: &Deployment,
        seen: &[Option<compose::Seen>],
        bottom: f32,
        night: bool,
        file: &str,
    ) -> Truth {
        let things: Vec<Thing> = self
            .visitors
            .iter()
            .zip(seen)
            .filter_map(|(visitor, seen)| {
                let seen = (*seen)?;
                let [x, y, w, h] = seen.bbox;
                let h = h.min(bottom - y);
                let counts = w * h >= LEAST_AREA && seen.visible >= 0.12 && h > 0.0;
                counts.then(|| Thing {
                    category: visitor.species.category(),
                    species: visitor.species.name(),
                    bbox: [x, y, w, h],
                    visible: seen.visible,
                })
            })
            .collect();
        Truth {
            file: file.to_owned(),
            label: things.first().map_or("blank", |thing| thing.species),
            count: things.len(),
            things,
            deployment: deployment.name(),
            time: self.moment.iso(),
            night,
            habitat: match deployment.habitat {
                Habitat::Beech => "beech forest",
                Habitat::Spruce => "spruce forest",
                Habitat::Meadow => "meadow",
                Habitat::Birch => "birch wood",
            },
            weather: match (self.weather, deployment.season) {
                (Weather::Fog, _) => "fog",
                (Weather::Rain, _) => "rain",
                (Weather::Snowfall, _) => "snowfall",
                (_, Season::Winter) => "snow on the ground",
                (Weather::Overcast, _) => "overcast",
                (Weather::Clear, _) => "clear",
            },
        }
    }
}

fn place(visitor: &Visitor, deployment: &Deployment) -> Placed {
    let mut random = Random::new(visitor.posture);
    let pose = visitor.species.pose(visitor.doing, &mut random);
    let model = visitor.species.model(&pose, visitor.individual, deployment.season, visitor.young);
    let camera = &deployment.camera;
    let half = camera.width * 0.5 / camera.focal;
    let at = deployment.ground(visitor.across * half * visitor.distance, visitor.distance);
    let sunk = if visitor.species == Species::Vehicle { 0.03 } else { 0.01 };
    let at: Vec3 = at - vec3(0.0, sunk, 0.0);
    Placed::new(model.parts, model.coat, visitor.individual, at, visitor.turn, model.size, model.shine)
}
