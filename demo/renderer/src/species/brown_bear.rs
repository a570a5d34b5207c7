//! Brown bear: a hump over the shoulders, a dished face, round ears, flat feet.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE};
use crate::surface::Paint;
use crate::vector::vec3;

const BUILD: Build = Build {
    height: 1.0,
    rump_height: 0.94,
    length: 0.88,
    chest: 0.262,
    belly: 0.252,
    rump: 0.25,
    flat: 0.86,
    arch: -0.02,
    neck: 0.42,
    neck_thick: (0.205, 0.145),
    skull: 0.150,
    face: 0.315,
    muzzle: (0.092, 0.060),
    ear: (0.125, 0.062),
    ear_out: 0.7,
    leg: (0.118, 0.082),
    foot: (0.082, 0.145),
    tail: (0.08, 0.04, 0.035),
    stride: 0.72,
};

/// A bear.
pub fn bear(pose: &Pose, _: f32) -> Vec<Part> {
    let (mut parts, _) = body(&BUILD, pose);
    let hump = vec3(0.30, BUILD.height * (1.0 - pose.crouch) - 0.13, 0.0);
    parts.push(Part::cone(Organ::Trunk, hump, hump - vec3(0.16, 0.03, 0.0), 0.15, 0.11, 0.8, 0.16));
    parts
}

/// Dark to honey brown, legs darker.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let brown = Paint::new(0.062, 0.038, 0.023, 0.24).mix(Paint::new(0.155, 0.088, 0.042, 0.4), individual);
    let patch = noise::cloud(place.p * 7.0, 3);
    let fur = brown.scaled(0.65 + 0.7 * patch);
    match place.organ {
        Organ::Trunk | Organ::Neck => {
            Skin::fur(fur.mix(brown.scaled(1.35), smoothstep(0.4, 1.0, place.above) * 0.5), 0.07)
        }
        Organ::Skull => Skin::fur(fur.scaled(1.1), 0.036),
        Organ::Muzzle => Skin::fur(fur.mix(Paint::new(0.30, 0.20, 0.11, 0.5), 0.65), 0.01),
        Organ::Ear => Skin::fur(fur, 0.04),
        Organ::Foreleg | Organ::Hindleg => {
            Skin::fur(fur.mix(BLACK, smoothstep(0.7, 0.3, place.p.y) * 0.6), 0.04)
        }
        Organ::Foot => Skin::fur(fur.mix(BLACK, 0.6), 0.02),
        Organ::Tail => Skin::fur(fur, 0.06),
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
