//! What happens in front of a camera over its weeks: drawn by lot, in the order of its clock.

use crate::clock::Moment;
use crate::deployment::{Deployment, Hour};
use crate::random::Random;
use crate::scenery::habitat::{Habitat, Season};
use crate::shot::{Shot, Visitor};
use crate::species::{Doing, Species};
use crate::weather::Weather;

/// Lights and weathers that one camera is photographed in.
pub const VIEWS: usize = 4;

/// The story of one camera.
#[derive(Debug, Clone)]
pub struct Casting {
    random: Random,
    /// The lights and weathers of this camera; the last is night.
    pub views: [(Hour, Weather); VIEWS],
    season: Season,
    habitat: Habitat,
    day: u32,
    second: u32,
}

impl Casting {
    /// The story of `deployment`, which follows from `seed`.
    pub fn new(seed: u64, deployment: &Deployment) -> Self {
        let mut random =
            Random::for_purpose(seed.wrapping_mul(7919).wrapping_add(u64::from(deployment.index)), 5);
        let (season, habitat) = (deployment.season, deployment.habitat);
        let dim = weather(season, &mut random);
        let night = if random.chance(0.5) { Weather::Clear } else { weather(season, &mut random) };
        let sunny = if random.chance(0.5) { Hour::Morning } else { Hour::Noon };
        let views = [
            (sunny, Weather::Clear),
            (Hour::Noon, dim),
            (Hour::Dusk, Weather::Overcast),
            (Hour::Night, night),
        ];
        let first = match season {
            Season::Spring => 95,
            Season::Summer => 160,
            Season::Autumn => 275,
            Season::Winter => 345,
        };
        Self { views, season, habitat, day: first + random.below(30), second: 40_000, random }
    }

    /// The next thing that sets the camera off, and which of its views shows it.
    pub fn event(&mut self) -> (usize, Shot) {
        let view = self.random.weighted(&[0.22, 0.20, 0.15, 0.43]);
        let (hour, weather) = self.views[view];
        let random = &mut self.random;
        let second = match hour {
            Hour::Morning => random.below(9_000) + 26_000,
            Hour::Noon => random.below(18_000) + 37_000,
            Hour::Dusk => random.below(3_600) + 61_000,
            Hour::Night => random.below(26_000) + 70_000,
        };
        if second <= self.second {
            self.day += 1 + random.below(2);
        }
        self.second = second;
        let (visitors, running) = cast(self.habitat, self.season, random);
        let empty = visitors.is_empty();
        let blur = if running || (hour == Hour::Night && random.chance(0.25)) {
            random.range(4.0, 16.0)
        } else {
            0.0
        };
        let autumn = self.season == Season::Autumn;
        let temperature = match self.season {
            Season::Winter => -9 + random.below(11) as i32,
            Season::Summer => 11 + random.below(17) as i32,
            _ => 2 + random.below(14) as i32,
        } - if hour == Hour::Night { 4 } else { 0 };
        let shot = Shot {
            hour,
            weather,
            visitors,
            blur,
            leaves: if random.chance(if autumn { 0.4 } else { 0.08 }) { 1 + random.below(9) } else { 0 },
            beams: hour == Hour::Morning
                && weather == Weather::Clear
                && random.chance(if empty { 0.5 } else { 0.2 }),
            moment: Moment { day: self.day, second, hundredth: random.below(100) },
            temperature,
            seed: random.bits(),
            exif: true,
            strip: true,
        };
        (view, shot)
    }
}

/// The next photo of a burst: everybody has moved on a little.
pub fn next_in_burst(shot: &Shot) -> Shot {
    let mut next = shot.clone();
    let mut random = Random::for_purpose(shot.seed, 23);
    next.seed = random.bits();
    next.moment.hundredth = (shot.moment.hundredth + 17 + random.below(40)) % 100;
    next.moment.second += 1;
    for visitor in &mut next.visitors {
        let pace = match visitor.doing {
            Doing::Walking => 0.09,
            Doing::Running => 0.3,
            _ => 0.008,
        };
        visitor.across += crate::maths::cos(visitor.turn) * pace;
        visitor.posture = random.bits();
    }
    next
}

fn weather(season: Season, random: &mut Random) -> Weather {
    let weights = match season {
        Season::Winter => [0.45, 0.2, 0.0, 0.35],
        Season::Autumn => [0.4, 0.35, 0.25, 0.0],
        _ => [0.5, 0.2, 0.3, 0.0],
    };
    [Weather::Overcast, Weather::Fog, Weather::Rain, Weather::Snowfall][random.weighted(&weights)]
}

/// Who comes, and whether it runs.
fn cast(habitat: Habitat, season: Season, random: &mut Random) -> (Vec<Visitor>, bool) {
    let species = match random.weighted(&[0.27, 0.09, 0.08, 0.56]) {
        0 => return (Vec::new(), false),
        1 => Species::Human,
        2 => Species::Vehicle,
        _ => {
            let open = habitat == Habitat::Meadow;
            let weights = Species::ANIMALS.map(|species| match species {
                // Brown coats on snow and white coats on grass are not what the two hares wear.
                Species::MountainHare if season == Season::Winter => 1.5,
                Species::Pheasant | Species::BrownHare if open => 1.4,
                _ => 1.0,
            });
            Species::ANIMALS[random.weighted(&weights)]
        }
    };
    let doing = match species {
        Species::Human => {
            if random.chance(0.8) {
                Doing::Walking
            } else {
                Doing::Alert
            }
        }
        Species::Vehicle => Doing::Walking,
        _ => [Doing::Walking, Doing::Alert, Doing::Feeding, Doing::Running]
            [random.weighted(&[0.45, 0.25, 0.2, 0.1])],
    };
    let count = if species.sociable() && random.chance(0.28) { 2 + random.below(2) } else { 1 };
    let (near, far) = species.distance();
    let distance = near + (far - near) * random.unit() * random.range(0.3, 1.0);
    let heading = if random.chance(0.5) { 0.0 } else { std::f32::consts::PI };
    let centre = random.signed() * 0.7;
    let visitors = (0..count).map(|index| {
        let aside = if index == 0 {
            0.0
        } else {
            (index as f32 - 0.4) * 0.42 * if index % 2 == 0 { -1.0 } else { 1.0 }
        };
        Visitor {
            species,
            doing,
            individual: random.unit(),
            young: index > 0
                && random.chance(0.45)
                && !matches!(species, Species::Human | Species::Wolf | Species::Pheasant),
            across: (centre + aside).clamp(-1.05, 1.05),
            distance: distance + index as f32 * random.range(0.3, 1.0),
            turn: heading + random.normal() * 0.5,
            posture: random.bits(),
        }
    });
    (visitors.collect(), doing == Doing::Running)
}
