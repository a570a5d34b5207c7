//! A quad bike with its rider.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::Pose;
use crate::body::skin::{Place, Skin};
use crate::species::hiker::clothes;
use crate::surface::Paint;
use crate::vector::vec3;

/// The bike and a sitting rider: ahead is x.
pub fn quad(_: &Pose, _: f32) -> Vec<Part> {
    let mut parts = vec![
        Part::block(Organ::Metal, vec3(0.0, 0.48, 0.0), vec3(0.62, 0.13, 0.22), 0.06),
        Part::block(Organ::Panel, vec3(0.60, 0.72, 0.0), vec3(0.34, 0.07, 0.46), 0.06),
        Part::block(Organ::Panel, vec3(-0.60, 0.72, 0.0), vec3(0.36, 0.06, 0.46), 0.06),
        Part::block(Organ::Tyre, vec3(-0.22, 0.80, 0.0), vec3(0.42, 0.075, 0.15), 0.06),
        Part::block(Organ::Panel, vec3(0.42, 0.86, 0.0), vec3(0.17, 0.13, 0.14), 0.07),
        Part::cone(Organ::Metal, vec3(0.34, 1.06, -0.38), vec3(0.34, 1.06, 0.38), 0.018, 0.018, 1.0, 0.0),
        Part::cone(Organ::Metal, vec3(0.40, 0.80, 0.0), vec3(0.34, 1.06, 0.0), 0.03, 0.025, 1.0, 0.0),
        Part::cone(Organ::Trunk, vec3(-0.12, 1.40, 0.0), vec3(-0.20, 0.98, 0.0), 0.135, 0.13, 1.25, 0.06),
        Part::cone(Organ::Bare, vec3(-0.06, 1.58, 0.0), vec3(-0.08, 1.50, 0.0), 0.055, 0.06, 1.0, 0.02),
        Part::ball(Organ::Cap, vec3(-0.03, 1.72, 0.0), 0.135, 0.01),
        Part::block(Organ::Glass, vec3(0.075, 1.72, 0.0), vec3(0.045, 0.045, 0.085), 0.03),
    ];
    let bars = [0.74, -0.78].into_iter().flat_map(|rack| [-0.3, 0.0, 0.3].map(|z| (rack, z)));
    parts.extend(bars.map(|(rack, z)| {
        let (rear, front) = (vec3(rack - 0.2, 0.83, z), vec3(rack + 0.2, 0.83, z));
        Part::cone(Organ::Metal, rear, front, 0.014, 0.014, 1.0, 0.0)
    }));
    for side in [1.0, -1.0] {
        for x in [0.66, -0.64] {
            parts.push(Part::wheel(Organ::Tyre, vec3(x, 0.30, side * 0.46), 0.30, 0.13));
            parts.push(Part::wheel(Organ::Metal, vec3(x, 0.30, side * 0.50), 0.14, 0.105));
        }
        parts.push(Part::ball(Organ::Lamp, vec3(0.90, 0.76, side * 0.22), 0.07, 0.0));
        parts.extend(limbs(side));
    }
    parts
}

/// The rider's leg and arm of one side, from the hip to the toe and from the shoulder to the grip.
fn limbs(side: f32) -> [Part; 5] {
    let (hip, knee) = (vec3(-0.18, 0.92, side * 0.12), vec3(0.26, 0.82, side * 0.26));
    let (ankle, heel, toe) =
        (vec3(0.12, 0.42, side * 0.28), vec3(0.10, 0.38, side * 0.28), vec3(0.28, 0.37, side * 0.28));
    let (shoulder, elbow) = (vec3(-0.10, 1.40, side * 0.19), vec3(0.08, 1.15, side * 0.30));
    let grip = vec3(0.33, 1.08, side * 0.32);
    [
        Part::cone(Organ::Hindleg, hip, knee, 0.10, 0.075, 1.0, 0.04),
        Part::cone(Organ::Hindleg, knee, ankle, 0.07, 0.055, 1.0, 0.03),
        Part::cone(Organ::Foot, heel, toe, 0.055, 0.045, 0.9, 0.02),
        Part::cone(Organ::Foreleg, shoulder, elbow, 0.062, 0.05, 1.0, 0.04),
        Part::cone(Organ::Foreleg, elbow, grip, 0.05, 0.04, 1.0, 0.02),
    ]
}

/// Bright plastic, and what the rider wears.
pub fn finish(place: &Place, individual: f32) -> Skin {
    match place.organ {
        Organ::Panel => {
            let colours = [
                Paint::new(0.42, 0.03, 0.025, 0.55),
                Paint::new(0.05, 0.12, 0.05, 0.4),
                Paint::new(0.04, 0.09, 0.28, 0.45),
                Paint::new(0.55, 0.28, 0.02, 0.6),
            ];
            Skin::gloss(colours[((individual * 11.3).fract() * 3.999) as usize])
        }
        Organ::Tyre => Skin::plain(Paint::new(0.022, 0.021, 0.020, 0.10)),
        Organ::Metal => Skin::gloss(Paint::new(0.10, 0.10, 0.105, 0.35)),
        Organ::Lamp => Skin::gloss(Paint::new(0.72, 0.72, 0.70, 0.95)),
        Organ::Glass => Skin::gloss(Paint::new(0.02, 0.02, 0.025, 0.1)),
        Organ::Cap => Skin::gloss(
            Paint::new(0.50, 0.50, 0.48, 0.6)
                .mix(Paint::new(0.05, 0.05, 0.06, 0.2), (individual * 3.7).fract()),
        ),
        _ => clothes(place, individual),
    }
}
