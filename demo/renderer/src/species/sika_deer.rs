//! Sika deer: smaller than the red deer, spotted in summer, a white rump edged in black.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{EYE, HOOF, NOSE, spots};
use crate::species::red_deer::antlers;
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.88,
    rump_height: 1.02,
    length: 0.66,
    chest: 0.20,
    belly: 0.185,
    rump: 0.18,
    flat: 0.72,
    arch: 0.01,
    neck: 0.36,
    neck_thick: (0.125, 0.068),
    skull: 0.072,
    face: 0.185,
    muzzle: (0.060, 0.038),
    ear: (0.145, 0.036),
    ear_out: 0.85,
    leg: (0.040, 0.021),
    foot: (0.025, 0.045),
    tail: (0.17, 0.032, 0.034),
    stride: 0.62,
};

/// A hind.
pub fn hind(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// A stag with few tines.
pub fn stag(pose: &Pose, individual: f32) -> Vec<Part> {
    let build = Build { neck_thick: (0.15, 0.088), ..BUILD };
    let (mut parts, head) = body(&build, pose);
    antlers(&head, 0.38 + 0.14 * individual, 2 + u32::from(individual > 0.6), &mut parts);
    parts
}

/// Chestnut with rows of white spots.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let chestnut = Paint::new(0.33, 0.135, 0.045, 0.46);
    let white = Paint::new(0.72, 0.68, 0.58, 0.75);
    let black = Paint::new(0.045, 0.033, 0.026, 0.16);
    let patch = 0.85 + 0.3 * noise::cloud(place.p * 8.0, 2);
    match place.organ {
        Organ::Trunk => {
            let spot = spots(place.p, 0.075, 0.30)
                * smoothstep(-0.35, 0.0, place.above)
                * (0.72 + 0.28 * individual);
            let belly = smoothstep(-0.3, -0.95, place.above);
            let stripe = smoothstep(0.86, 1.0, place.above);
            let rump = smoothstep(-0.36, -0.42, place.p.x);
            let edge = smoothstep(-0.33, -0.36, place.p.x) * (1.0 - rump);
            let body = chestnut
                .scaled(patch)
                .mix(black, stripe * 0.6)
                .mix(white, spot)
                .mix(white.scaled(0.6), belly * 0.7);
            Skin::fur(body.mix(black, edge * 0.75).mix(white, rump * 0.95), 0.02)
        }
        Organ::Neck => Skin::fur(chestnut.mix(black, 0.25).scaled(patch), 0.028),
        Organ::Hindleg => {
            let spot = spots(place.p, 0.075, 0.30) * smoothstep(0.5, 0.62, place.p.y);
            let rump = smoothstep(-0.38, -0.45, place.p.x) * smoothstep(0.5, 0.62, place.p.y);
            Skin::fur(
                chestnut.mix(black, smoothstep(0.5, 0.1, place.p.y) * 0.3).mix(white, spot.max(rump)),
                0.012,
            )
        }
        Organ::Foreleg => Skin::fur(chestnut.mix(black, smoothstep(0.5, 0.1, place.p.y) * 0.3), 0.012),
        Organ::Tail => Skin::fur(white.mix(black, smoothstep(0.2, 0.9, place.above) * 0.7), 0.03),
        Organ::Skull => Skin::fur(chestnut.scaled(0.85), 0.01),
        Organ::Muzzle => {
            Skin::fur(chestnut.scaled(0.7).mix(white.scaled(0.6), smoothstep(-0.1, -0.8, place.above)), 0.005)
        }
        Organ::Ear => Skin::fur(chestnut.mix(white, 0.3), 0.012),
        Organ::Horn => Skin::plain(Paint::new(0.25, 0.17, 0.10, 0.5)),
        Organ::Foot => HOOF,
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
