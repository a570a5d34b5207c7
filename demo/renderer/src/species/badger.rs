//! European badger: low and broad, a white face with two black stripes.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.30,
    rump_height: 1.08,
    length: 0.40,
    chest: 0.115,
    belly: 0.132,
    rump: 0.122,
    flat: 1.05,
    arch: 0.03,
    neck: 0.10,
    neck_thick: (0.095, 0.066),
    skull: 0.061,
    face: 0.145,
    muzzle: (0.047, 0.024),
    ear: (0.040, 0.022),
    ear_out: 0.8,
    leg: (0.042, 0.026),
    foot: (0.024, 0.042),
    tail: (0.16, 0.035, 0.034),
    stride: 0.24,
};

/// A badger.
pub fn badger(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// Grey above, black below: the other way round than most.
pub fn coat(place: &Place, _: f32) -> Skin {
    let grey = Paint::new(0.27, 0.255, 0.23, 0.55);
    let white = Paint::new(0.78, 0.76, 0.71, 0.82);
    let patch = noise::cloud(place.p * 24.0, 2);
    let salted = grey.scaled(0.55 + 0.9 * patch);
    let side = place.beside.abs();
    match place.organ {
        Organ::Trunk => Skin::fur(salted.mix(BLACK, smoothstep(-0.35, -0.75, place.above)), 0.046),
        Organ::Neck => Skin::fur(salted.mix(BLACK, smoothstep(-0.2, -0.6, place.above)), 0.034),
        Organ::Skull | Organ::Muzzle => {
            // The stripe runs over the eye: two bands beside the crown.
            let stripe = smoothstep(0.16, 0.28, side)
                * smoothstep(0.88, 0.74, side)
                * smoothstep(-0.45, -0.2, place.above);
            let chin = smoothstep(-0.5, -0.8, place.above) * 0.6;
            Skin::fur(white.mix(BLACK, stripe.max(chin)), 0.010)
        }
        Organ::Ear => Skin::fur(BLACK.mix(white, smoothstep(0.5, 0.9, place.along)), 0.008),
        Organ::Foreleg | Organ::Hindleg => {
            Skin::fur(BLACK.mix(salted, smoothstep(0.16, 0.2, place.p.y) * 0.5), 0.016)
        }
        Organ::Foot => Skin::fur(BLACK, 0.006),
        Organ::Tail => Skin::fur(grey.mix(white, 0.4), 0.045),
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
