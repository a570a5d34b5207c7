//! Grey wolf: long legs, a deep narrow chest, a straight back, a hanging tail.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.78,
    rump_height: 0.97,
    length: 0.64,
    chest: 0.165,
    belly: 0.132,
    rump: 0.135,
    flat: 0.74,
    arch: 0.0,
    neck: 0.28,
    neck_thick: (0.145, 0.098),
    skull: 0.092,
    face: 0.235,
    muzzle: (0.062, 0.034),
    ear: (0.105, 0.038),
    ear_out: 0.42,
    leg: (0.046, 0.026),
    foot: (0.034, 0.058),
    tail: (0.44, 0.040, 0.060),
    stride: 0.70,
};

/// A wolf.
pub fn wolf(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// Grey and tawny with a dark saddle, a pale face below.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let grey = Paint::new(0.15, 0.13, 0.105, 0.42).mix(Paint::new(0.20, 0.142, 0.085, 0.44), individual);
    let pale = Paint::new(0.40, 0.355, 0.28, 0.62);
    let patch = noise::cloud(place.p * 10.0, 3);
    let fur = grey.scaled(0.7 + 0.6 * patch);
    match place.organ {
        Organ::Trunk => {
            let saddle = smoothstep(0.15, 0.85, place.above + (patch - 0.5) * 0.5);
            let belly = smoothstep(-0.3, -0.9, place.above);
            Skin::fur(fur.mix(BLACK, saddle * 0.62).mix(pale.scaled(0.75), belly), 0.044)
        }
        Organ::Neck => {
            let saddle = smoothstep(0.3, 0.9, place.above);
            Skin::fur(
                fur.mix(BLACK, saddle * 0.45).mix(pale, smoothstep(-0.2, -0.8, place.above) * 0.7),
                0.048,
            )
        }
        Organ::Skull => Skin::fur(fur.mix(pale, smoothstep(0.1, -0.5, place.above)), 0.026),
        Organ::Muzzle => Skin::fur(fur.scaled(0.8).mix(pale, smoothstep(0.35, -0.2, place.above)), 0.006),
        Organ::Ear => Skin::fur(fur.scaled(0.75), 0.012),
        Organ::Foreleg | Organ::Hindleg => {
            Skin::fur(fur.mix(pale, smoothstep(0.5, 0.25, place.p.y) * 0.6), 0.016)
        }
        Organ::Tail => Skin::fur(fur.mix(BLACK, smoothstep(0.4, 0.25, place.p.y) * 0.7), 0.05),
        Organ::Foot => Skin::fur(pale.scaled(0.8), 0.008),
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
