//! Red fox: black stockings, a white throat, a brush with a white tip.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.385,
    rump_height: 1.0,
    length: 0.37,
    chest: 0.088,
    belly: 0.078,
    rump: 0.080,
    flat: 0.82,
    arch: 0.008,
    neck: 0.13,
    neck_thick: (0.072, 0.055),
    skull: 0.058,
    face: 0.135,
    muzzle: (0.036, 0.0165),
    ear: (0.095, 0.031),
    ear_out: 0.45,
    leg: (0.024, 0.0135),
    foot: (0.016, 0.038),
    tail: (0.42, 0.030, 0.056),
    stride: 0.36,
};

/// A fox.
pub fn fox(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// Rusty above, white below.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let rust = Paint::new(0.43, 0.165, 0.042, 0.52).mix(Paint::new(0.32, 0.155, 0.065, 0.48), individual);
    let white = Paint::new(0.74, 0.71, 0.65, 0.78);
    let patch = 0.85 + 0.3 * noise::cloud(place.p * 17.0, 2);
    match place.organ {
        Organ::Trunk => {
            let belly = smoothstep(-0.35, -0.85, place.above);
            Skin::fur(rust.scaled(patch).mix(white.scaled(0.8), belly), 0.030)
        }
        Organ::Neck => Skin::fur(rust.scaled(patch).mix(white, smoothstep(-0.1, -0.6, place.above)), 0.032),
        Organ::Skull => Skin::fur(rust.mix(white, smoothstep(-0.15, -0.5, place.above)), 0.018),
        Organ::Muzzle => Skin::fur(rust.scaled(0.95).mix(white, smoothstep(0.1, -0.35, place.above)), 0.004),
        Organ::Ear => Skin::fur(rust.mix(BLACK, smoothstep(0.1, 0.6, place.along)), 0.010),
        Organ::Foreleg | Organ::Hindleg => {
            Skin::fur(rust.mix(BLACK, smoothstep(0.19, 0.10, place.p.y) * 0.95), 0.010)
        }
        Organ::Tail => {
            let tip = smoothstep(-0.56, -0.60, place.p.x);
            Skin::fur(
                rust.scaled(patch * 0.85).mix(BLACK, (1.0 - patch).max(0.0) * 0.8).mix(white, tip),
                0.042,
            )
        }
        Organ::Foot => Skin::fur(BLACK, 0.004),
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
