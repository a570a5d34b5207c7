//! Hikers: jackets and rucksacks in the colours that shops sell.

use crate::body::biped::{Walk, person};
use crate::body::part::{Organ, Part};
use crate::body::quadruped::Pose;
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::surface::Paint;

const JACKETS: [Paint; 7] = [
    Paint::new(0.42, 0.035, 0.03, 0.55),
    Paint::new(0.035, 0.10, 0.30, 0.50),
    Paint::new(0.09, 0.14, 0.06, 0.40),
    Paint::new(0.50, 0.20, 0.02, 0.60),
    Paint::new(0.06, 0.06, 0.065, 0.35),
    Paint::new(0.02, 0.22, 0.24, 0.50),
    Paint::new(0.48, 0.40, 0.08, 0.60),
];
const TROUSERS: [Paint; 4] = [
    Paint::new(0.07, 0.06, 0.05, 0.35),
    Paint::new(0.20, 0.16, 0.11, 0.45),
    Paint::new(0.04, 0.06, 0.11, 0.4),
    Paint::new(0.10, 0.11, 0.08, 0.4),
];

/// A person on foot.
pub fn hiker(pose: &Pose, individual: f32) -> Vec<Part> {
    let walk = Walk {
        phase: pose.phase,
        pace: pose.pace.min(0.8),
        lean: 0.05 + 0.12 * pose.pace,
        look: pose.look,
        pack: individual < 0.7,
        poles: individual < 0.3,
    };
    person(&walk)
}

fn choose(of: &[Paint], individual: f32, k: f32) -> Paint {
    let at = (individual * k).fract() * of.len() as f32;
    of[(at as usize).min(of.len() - 1)]
}

/// Clothes.
pub fn clothes(place: &Place, individual: f32) -> Skin {
    let fold = 0.75 + 0.5 * noise::cloud(place.p * 9.0, 3);
    let jacket = choose(&JACKETS, individual, 17.3);
    match place.organ {
        Organ::Trunk => {
            let hem = smoothstep(0.955, 0.935, place.p.y);
            let seam = smoothstep(0.012, 0.006, place.p.z.abs()) * smoothstep(0.0, 0.05, place.p.x);
            let cloth = jacket.scaled(fold * (1.0 - 0.45 * seam));
            Skin::plain(cloth.mix(choose(&TROUSERS, individual, 29.7).scaled(fold), hem))
        }
        Organ::Foreleg => Skin::plain(jacket.scaled(fold)),
        Organ::Hindleg => Skin::plain(choose(&TROUSERS, individual, 29.7).scaled(fold)),
        Organ::Foot => Skin::plain(
            Paint::new(0.09, 0.055, 0.035, 0.3)
                .mix(Paint::new(0.03, 0.03, 0.03, 0.15), smoothstep(0.045, 0.03, place.p.y)),
        ),
        Organ::Bare => {
            let dark = (individual * 7.1).fract();
            Skin::plain(
                Paint::new(0.50, 0.30, 0.21, 0.62).mix(Paint::new(0.16, 0.085, 0.05, 0.5), dark * dark),
            )
        }
        Organ::Cap => Skin::plain(choose(&JACKETS, individual, 41.9).scaled(0.8 * fold)),
        Organ::Pack => Skin::plain(choose(&JACKETS, individual, 53.1).scaled(0.8 * fold)),
        _ => Skin::gloss(Paint::new(0.16, 0.16, 0.17, 0.5)),
    }
}
