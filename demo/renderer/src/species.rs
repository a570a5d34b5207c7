//! Who comes by: animals, people, vehicles.

pub mod badger;
pub mod brown_bear;
pub mod detail;
pub mod hare;
pub mod hiker;
pub mod lynx;
pub mod off_roader;
pub mod pheasant;
pub mod quad_bike;
pub mod red_deer;
pub mod red_fox;
pub mod roe_deer;
pub mod sika_deer;
pub mod wild_boar;
pub mod wolf;

use crate::body::part::Part;
use crate::body::quadruped::Pose;
use crate::body::skin::Coat;
use crate::random::Random;
use crate::scenery::habitat::Season;

/// A kind of visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Species {
    /// *Cervus elaphus*.
    RedDeer,
    /// *Cervus nippon*.
    SikaDeer,
    /// *Capreolus capreolus*.
    RoeDeer,
    /// *Sus scrofa*.
    WildBoar,
    /// *Vulpes vulpes*.
    RedFox,
    /// *Meles meles*.
    Badger,
    /// *Lepus europaeus*.
    BrownHare,
    /// *Lepus timidus*.
    MountainHare,
    /// *Lynx lynx*.
    Lynx,
    /// *Canis lupus*.
    Wolf,
    /// *Ursus arctos*.
    BrownBear,
    /// *Phasianus colchicus*.
    Pheasant,
    /// A person on foot.
    Human,
    /// A car or a quad bike.
    Vehicle,
}

/// How a visitor is told to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Walks by.
    Walking,
    /// Stands and looks up.
    Alert,
    /// Has its head down.
    Feeding,
    /// Runs.
    Running,
}

/// The parts of one individual and its coat.
pub struct Model {
    /// Its body.
    pub parts: Vec<Part>,
    /// Its surface.
    pub coat: Coat,
    /// Size beside the species' normal.
    pub size: f32,
    /// How strongly its eyes throw light back.
    pub shine: f32,
}

impl Species {
    /// All animals.
    pub const ANIMALS: [Self; 12] = [
        Self::RedDeer,
        Self::SikaDeer,
        Self::RoeDeer,
        Self::WildBoar,
        Self::RedFox,
        Self::Badger,
        Self::BrownHare,
        Self::MountainHare,
        Self::Lynx,
        Self::Wolf,
        Self::BrownBear,
        Self::Pheasant,
    ];

    /// Scientific name; `human` and `vehicle` for what is no animal.
    pub fn name(self) -> &'static str {
        match self {
            Self::RedDeer => "cervus elaphus",
            Self::SikaDeer => "cervus nippon",
            Self::RoeDeer => "capreolus capreolus",
            Self::WildBoar => "sus scrofa",
            Self::RedFox => "vulpes vulpes",
            Self::Badger => "meles meles",
            Self::BrownHare => "lepus europaeus",
            Self::MountainHare => "lepus timidus",
            Self::Lynx => "lynx lynx",
            Self::Wolf => "canis lupus",
            Self::BrownBear => "ursus arctos",
            Self::Pheasant => "phasianus colchicus",
            Self::Human => "human",
            Self::Vehicle => "vehicle",
        }
    }

    /// MegaDetector's word for it.
    pub fn category(self) -> &'static str {
        match self {
            Self::Human => "person",
            Self::Vehicle => "vehicle",
            _ => "animal",
        }
    }

    /// Nearest and farthest distance at which it is usually photographed, in metres.
    pub fn distance(self) -> (f32, f32) {
        match self {
            Self::RedDeer => (4.0, 10.0),
            Self::SikaDeer => (3.3, 8.5),
            Self::RoeDeer => (2.8, 7.5),
            Self::WildBoar => (3.0, 7.5),
            Self::RedFox => (2.0, 5.0),
            Self::Badger => (1.9, 4.4),
            Self::BrownHare | Self::MountainHare => (1.6, 3.8),
            Self::Lynx => (2.6, 6.5),
            Self::Wolf => (3.0, 7.5),
            Self::BrownBear => (3.6, 8.5),
            Self::Pheasant => (1.9, 4.4),
            Self::Human => (3.4, 9.0),
            Self::Vehicle => (5.5, 11.0),
        }
    }

    /// Does it often come in company?
    pub fn sociable(self) -> bool {
        matches!(
            self,
            Self::RedDeer
                | Self::SikaDeer
                | Self::RoeDeer
                | Self::WildBoar
                | Self::Wolf
                | Self::Human
                | Self::Pheasant
        )
    }

    /// A posture for what it is doing.
    pub fn pose(self, doing: Doing, random: &mut Random) -> Pose {
        let pace = match doing {
            Doing::Walking => random.range(0.35, 0.6),
            Doing::Alert | Doing::Feeding => random.range(0.0, 0.12),
            Doing::Running => random.range(0.85, 1.0),
        };
        let (neck, face, tail) = self.carriage(doing);
        Pose {
            phase: random.unit(),
            pace,
            neck: neck + random.normal() * 0.07,
            face: face + random.normal() * 0.07,
            look: if doing == Doing::Running {
                0.0
            } else {
                random.normal() * if doing == Doing::Alert { 0.7 } else { 0.25 }
            },
            tail: tail + random.normal() * 0.12,
            crouch: random.unit() * 0.05
                + if matches!(self, Self::BrownHare | Self::MountainHare) && doing != Doing::Running {
                    0.13
                } else {
                    0.0
                },
        }
    }

    /// Angles of neck, face and tail.
    fn carriage(self, doing: Doing) -> (f32, f32, f32) {
        let tail = match self {
            Self::RedFox => -0.55,
            Self::Wolf => -1.05,
            Self::Lynx => -0.4,
            Self::BrownHare | Self::MountainHare => 0.6,
            Self::Pheasant => 0.12,
            Self::Badger => -0.5,
            _ => -1.1,
        };
        let (neck, face) = match (self, doing) {
            (Self::RedDeer | Self::SikaDeer | Self::RoeDeer, Doing::Feeding) => (-0.75, -1.15),
            (Self::RedDeer | Self::SikaDeer | Self::RoeDeer, Doing::Alert) => (1.12, -0.18),
            (Self::RedDeer | Self::SikaDeer | Self::RoeDeer, _) => (0.72, -0.38),
            (Self::WildBoar, Doing::Feeding) => (-0.45, -0.78),
            (Self::WildBoar, _) => (-0.08, -0.45),
            (Self::BrownBear, Doing::Feeding) => (-0.62, -0.75),
            (Self::BrownBear, Doing::Alert) => (0.30, -0.2),
            (Self::BrownBear, _) => (-0.08, -0.35),
            (Self::Badger, Doing::Feeding) => (-0.55, -0.6),
            (Self::Badger, _) => (-0.05, -0.25),
            (Self::RedFox | Self::Wolf | Self::Lynx, Doing::Feeding) => (-0.75, -0.85),
            (Self::RedFox | Self::Wolf | Self::Lynx, Doing::Alert) => (0.75, -0.12),
            (Self::RedFox | Self::Wolf | Self::Lynx, _) => (0.22, -0.22),
            (Self::BrownHare | Self::MountainHare, Doing::Alert) => (1.15, 0.0),
            (Self::BrownHare | Self::MountainHare, Doing::Feeding) => (0.0, -0.6),
            (Self::BrownHare | Self::MountainHare, _) => (0.5, -0.15),
            (Self::Pheasant, Doing::Feeding) => (-0.5, 0.0),
            (Self::Pheasant, Doing::Alert) => (1.35, 0.0),
            (Self::Pheasant, _) => (0.95, 0.0),
            _ => (0.5, 0.0),
        };
        (neck, face, tail)
    }

    /// One individual. `young` asks for an offspring where the species has one to show.
    pub fn model(self, pose: &Pose, individual: f32, season: Season, young: bool) -> Model {
        let male = (individual * 97.0).fract() < 0.5;
        let (parts, coat): (Vec<Part>, Coat) = match self {
            Self::RedDeer if male && !young => (red_deer::stag(pose, individual), red_deer::coat),
            Self::RedDeer => (red_deer::hind(pose, individual), red_deer::coat),
            Self::SikaDeer if male && !young => (sika_deer::stag(pose, individual), sika_deer::coat),
            Self::SikaDeer => (sika_deer::hind(pose, individual), sika_deer::coat),
            Self::RoeDeer if male && !young => (roe_deer::buck(pose, individual), roe_deer::coat),
            Self::RoeDeer => (roe_deer::doe(pose, individual), roe_deer::coat),
            Self::WildBoar if young => (wild_boar::piglet(pose, individual), wild_boar::striped),
            Self::WildBoar => (wild_boar::grown(pose, individual), wild_boar::coat),
            Self::RedFox => (red_fox::fox(pose, individual), red_fox::coat),
            Self::Badger => (badger::badger(pose, individual), badger::coat),
            Self::BrownHare => (hare::brown(pose, individual), hare::brown_coat),
            Self::MountainHare if season == Season::Winter => {
                (hare::mountain(pose, individual), hare::winter_coat)
            }
            Self::MountainHare => (hare::mountain(pose, individual), hare::summer_coat),
            Self::Lynx => (lynx::lynx(pose, individual), lynx::coat),
            Self::Wolf => (wolf::wolf(pose, individual), wolf::coat),
            Self::BrownBear => (brown_bear::bear(pose, individual), brown_bear::coat),
            Self::Pheasant => (pheasant::cock(pose, individual), pheasant::coat),
            Self::Human => (hiker::hiker(pose, individual), hiker::clothes),
            Self::Vehicle if individual < 0.6 => (off_roader::car(pose, individual), off_roader::finish),
            Self::Vehicle => (quad_bike::quad(pose, individual), quad_bike::finish),
        };
        let size = 0.92 + 0.16 * (individual * 31.0).fract();
        let size = match (self, young) {
            (Self::WildBoar, true) => 0.36,
            (_, true) => size * 0.62,
            (Self::Vehicle, _) => 1.0,
            _ => size,
        };
        let shine = match self {
            Self::Human | Self::Vehicle => 0.0,
            Self::WildBoar | Self::Pheasant => 0.25,
            Self::BrownBear | Self::Badger => 0.6,
            _ => 1.0,
        };
        Model { parts, coat, size, shine }
    }
}
