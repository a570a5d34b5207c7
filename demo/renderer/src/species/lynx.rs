//! Eurasian lynx: long legs, a ruff, tufted ears, a stump of a tail with a black tip.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE, spots};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.64,
    rump_height: 1.06,
    length: 0.56,
    chest: 0.128,
    belly: 0.118,
    rump: 0.128,
    flat: 0.80,
    arch: -0.01,
    neck: 0.16,
    neck_thick: (0.108, 0.085),
    skull: 0.082,
    face: 0.105,
    muzzle: (0.055, 0.036),
    ear: (0.085, 0.032),
    ear_out: 0.5,
    leg: (0.046, 0.030),
    foot: (0.034, 0.055),
    tail: (0.19, 0.034, 0.036),
    stride: 0.48,
};

/// A lynx.
pub fn lynx(pose: &Pose, _: f32) -> Vec<Part> {
    let (mut parts, head) = body(&BUILD, pose);
    for side in [1.0, -1.0] {
        let ruff = head.point(-0.005, -0.05, side * 0.058);
        parts.push(Part::cone(
            Organ::Skull,
            ruff,
            head.point(-0.03, -0.115, side * 0.078),
            0.042,
            0.012,
            0.9,
            0.03,
        ));
        let tip = head.point(-0.029, 0.133, side * 0.097);
        parts.push(Part::cone(
            Organ::Tuft,
            tip,
            head.point(-0.04, 0.185, side * 0.115),
            0.006,
            0.002,
            1.0,
            0.0,
        ));
    }
    parts
}

/// Yellow-grey with dark spots.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let sand = Paint::new(0.30, 0.205, 0.115, 0.50).mix(Paint::new(0.25, 0.195, 0.135, 0.48), individual);
    let white = Paint::new(0.70, 0.66, 0.58, 0.76);
    let dark = Paint::new(0.06, 0.04, 0.028, 0.17);
    let patch = 0.88 + 0.24 * noise::cloud(place.p * 14.0, 2);
    let marks = |size: f32| spots(place.p, size, 0.36) * (0.8 + 0.2 * (1.0 - individual));
    match place.organ {
        Organ::Trunk => {
            let belly = smoothstep(-0.45, -0.95, place.above);
            Skin::fur(sand.scaled(patch).mix(dark, marks(0.062)).mix(white.scaled(0.8), belly), 0.026)
        }
        Organ::Neck => Skin::fur(
            sand.scaled(patch)
                .mix(dark, marks(0.055) * 0.5)
                .mix(white, smoothstep(-0.2, -0.8, place.above) * 0.7),
            0.028,
        ),
        Organ::Foreleg | Organ::Hindleg => Skin::fur(sand.scaled(patch).mix(dark, marks(0.048) * 0.9), 0.014),
        Organ::Skull => Skin::fur(
            sand.mix(white, smoothstep(0.0, -0.5, place.above) * 0.7)
                .mix(dark, spots(place.p, 0.03, 0.25) * 0.35),
            0.024,
        ),
        Organ::Muzzle => Skin::fur(sand.mix(white, smoothstep(0.3, -0.3, place.above)), 0.005),
        Organ::Ear => Skin::fur(sand.mix(BLACK, smoothstep(0.45, 0.8, place.along)), 0.012),
        Organ::Tuft => Skin::fur(BLACK, 0.012),
        Organ::Tail => Skin::fur(sand.mix(BLACK, smoothstep(-0.42, -0.46, place.p.x)), 0.022),
        Organ::Foot => Skin::fur(sand.scaled(0.95), 0.008),
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
