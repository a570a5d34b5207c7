//! Kinds of places where cameras hang, and how each is planted.

use crate::random::Random;
use crate::scenery::Scenery;
use crate::scenery::ground::{Cover, Ground};
use crate::scenery::planting::Planting;
use crate::surface::Paint;

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habitat {
    /// Tall beeches over dead leaves.
    Beech,
    /// Spruces over needles, moss and ferns.
    Spruce,
    /// Open grassland before a wood.
    Meadow,
    /// Birches and pines over grass.
    Birch,
}

/// Time of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// Young leaves, flowers.
    Spring,
    /// Full leaf.
    Summer,
    /// Gold and brown.
    Autumn,
    /// Snow.
    Winter,
}

impl Habitat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Beech, Self::Spruce, Self::Meadow, Self::Birch];

    /// How far crowns break the sunlight into patches, 0 to 1.
    pub fn canopy(self, season: Season) -> f32 {
        let bare = season == Season::Winter;
        match self {
            Self::Beech if bare => 0.25,
            Self::Beech => 0.85,
            Self::Spruce => 0.9,
            Self::Meadow => 0.0,
            Self::Birch if bare => 0.15,
            Self::Birch => 0.5,
        }
    }

    /// Plants one such place. `half_view` is the tangent of half the view's width; the middle is kept clear for animals.
    pub fn plant(self, season: Season, half_view: f32, random: &mut Random) -> Scenery {
        let ground = self.ground(season, random);
        let mut planting = Planting { ground, season, half_view, prims: Vec::with_capacity(200_000) };
        match self {
            Self::Beech => planting.beeches(random),
            Self::Spruce => planting.spruces(random),
            Self::Meadow => planting.meadow(random),
            Self::Birch => planting.birches(random),
        }
        planting.front(self, random);
        Scenery { ground: planting.ground, prims: planting.prims }
    }

    fn ground(self, season: Season, random: &mut Random) -> Ground {
        let snow = season == Season::Winter;
        let cover = match self {
            _ if snow => Cover::Snow,
            Self::Beech => Cover::Litter,
            Self::Spruce => Cover::Moss,
            Self::Meadow | Self::Birch => Cover::Turf,
        };
        let far = match cover {
            Cover::Snow => Paint::new(0.72, 0.74, 0.78, 0.7),
            Cover::Turf => Paint::new(0.11, 0.12, 0.05, 0.4),
            _ => Paint::new(0.10, 0.085, 0.05, 0.3),
        };
        let hilly = if self == Self::Meadow { 0.4 } else { 1.0 };
        let has_path = random.chance(0.45);
        Ground {
            cover,
            tilt: random.signed() * 0.07 * hilly,
            rise: random.range(-0.01, 0.13) * hilly,
            bumps: random.range(0.15, 0.4) * hilly,
            offset: (random.range(-90.0, 90.0), random.range(-90.0, 90.0)),
            path: if has_path { random.range(0.25, 0.55) } else { 0.0 },
            far,
        }
    }
}
