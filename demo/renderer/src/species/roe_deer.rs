//! Roe deer: small, no tail to speak of, a black nose and a white chin.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{EYE, HOOF, NOSE, antler};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 0.68,
    rump_height: 1.07,
    length: 0.50,
    chest: 0.148,
    belly: 0.138,
    rump: 0.142,
    flat: 0.72,
    arch: 0.015,
    neck: 0.33,
    neck_thick: (0.088, 0.05),
    skull: 0.060,
    face: 0.135,
    muzzle: (0.047, 0.030),
    ear: (0.15, 0.036),
    ear_out: 0.6,
    leg: (0.031, 0.0155),
    foot: (0.018, 0.034),
    tail: (0.0, 0.0, 0.0),
    stride: 0.55,
};

/// A doe.
pub fn doe(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// A buck: short antlers of three points.
pub fn buck(pose: &Pose, individual: f32) -> Vec<Part> {
    let (mut parts, head) = body(&Build { neck_thick: (0.095, 0.058), ..BUILD }, pose);
    let l = 0.20 + 0.05 * individual;
    for side in [1.0, -1.0] {
        let at = |x: f32, y: f32, z: f32| head.point(-0.01 + x * l, 0.05 + y * l, side * (0.024 + z * l));
        parts.push(antler(at(0.0, 0.0, 0.0), at(-0.05, 0.55, 0.18), 0.015, 0.011));
        parts.push(antler(at(-0.05, 0.55, 0.18), at(-0.16, 1.0, 0.14), 0.011, 0.005));
        parts.push(antler(at(-0.03, 0.48, 0.16), at(0.24, 0.78, 0.2), 0.010, 0.004));
        parts.push(antler(at(-0.08, 0.68, 0.17), at(-0.3, 0.88, 0.22), 0.009, 0.004));
    }
    parts
}

/// Fox red in summer, grey-brown in winter.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let winter = Paint::new(0.18, 0.145, 0.105, 0.44);
    let coat = Paint::new(0.37, 0.155, 0.05, 0.50).mix(winter, smoothstep(0.45, 0.6, individual));
    let white = Paint::new(0.72, 0.69, 0.62, 0.76);
    let patch = 0.88 + 0.24 * noise::cloud(place.p * 11.0, 2);
    match place.organ {
        Organ::Trunk => {
            let belly = smoothstep(-0.35, -0.95, place.above);
            let rump = smoothstep(-0.31, -0.345, place.p.x) * smoothstep(0.48, 0.54, place.p.y);
            Skin::fur(coat.scaled(patch).mix(white.scaled(0.6), belly * 0.75).mix(white, rump * 0.9), 0.02)
        }
        Organ::Neck => Skin::fur(
            coat.scaled(patch).mix(white.scaled(0.7), smoothstep(-0.5, -1.0, place.above) * 0.4),
            0.018,
        ),
        Organ::Skull => Skin::fur(coat.scaled(0.85), 0.01),
        Organ::Muzzle => {
            let chin = smoothstep(-0.1, -0.55, place.above);
            let band = smoothstep(0.30, 0.08, place.along);
            Skin::fur(
                coat.scaled(0.75).mix(Paint::new(0.04, 0.035, 0.03, 0.15), band * 0.8).mix(white, chin),
                0.004,
            )
        }
        Organ::Ear => {
            Skin::fur(coat.scaled(0.8).mix(white, smoothstep(0.6, -0.4, place.above) * 0.35), 0.012)
        }
        Organ::Foreleg | Organ::Hindleg => {
            let rump = smoothstep(-0.29, -0.33, place.p.x) * smoothstep(0.46, 0.52, place.p.y);
            Skin::fur(coat.scaled(0.92).mix(white, rump * 0.8), 0.009)
        }
        Organ::Horn => Skin::plain(Paint::new(0.20, 0.14, 0.09, 0.45)),
        Organ::Foot => HOOF,
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
