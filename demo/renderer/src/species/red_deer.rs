//! Red deer: stags with antlers and a mane, and hinds.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Head, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::species::detail::{EYE, HOOF, NOSE, antler};
use crate::surface::Paint;

const BUILD: Build = Build {
    height: 1.18,
    rump_height: 0.98,
    length: 0.84,
    chest: 0.255,
    belly: 0.225,
    rump: 0.215,
    flat: 0.72,
    arch: -0.01,
    neck: 0.52,
    neck_thick: (0.165, 0.085),
    skull: 0.088,
    face: 0.255,
    muzzle: (0.072, 0.044),
    ear: (0.20, 0.042),
    ear_out: 0.85,
    leg: (0.052, 0.026),
    foot: (0.030, 0.055),
    tail: (0.15, 0.032, 0.032),
    stride: 0.85,
};

/// A hind.
pub fn hind(pose: &Pose, _: f32) -> Vec<Part> {
    body(&BUILD, pose).0
}

/// A stag.
pub fn stag(pose: &Pose, individual: f32) -> Vec<Part> {
    let build = Build { chest: 0.275, neck_thick: (0.205, 0.115), muzzle: (0.080, 0.050), ..BUILD };
    let (mut parts, head) = body(&build, pose);
    antlers(&head, 0.62 + 0.26 * individual, 3 + (individual * 2.9) as u32, &mut parts);
    parts
}

/// A pair of antlers of `length` metres with `tines` on each beam.
pub fn antlers(head: &Head, length: f32, tines: u32, parts: &mut Vec<Part>) {
    for side in [1.0, -1.0] {
        let at = |x: f32, y: f32, z: f32| {
            head.point(-0.02 + x * length, 0.075 + y * length, side * (0.038 + z * length))
        };
        let beam = [
            (0.0, 0.0, 0.0),
            (-0.18, 0.20, 0.16),
            (-0.30, 0.48, 0.36),
            (-0.28, 0.76, 0.46),
            (-0.16, 1.0, 0.44),
        ];
        for (index, pair) in beam.windows(2).enumerate() {
            let [(ax, ay, az), (bx, by, bz)] = [pair[0], pair[1]];
            let r = 0.024 - index as f32 * 0.003;
            parts.push(antler(at(ax, ay, az), at(bx, by, bz), r, r - 0.003));
        }
        let tips = [
            ((0.0, 0.03, 0.01), (0.34, 0.20, 0.10)),
            ((-0.2, 0.24, 0.19), (0.10, 0.44, 0.36)),
            ((-0.3, 0.5, 0.37), (0.02, 0.70, 0.56)),
            ((-0.28, 0.76, 0.46), (-0.36, 1.04, 0.60)),
            ((-0.24, 0.85, 0.46), (-0.02, 1.0, 0.66)),
        ];
        for ((ax, ay, az), (bx, by, bz)) in tips.into_iter().take(tines as usize) {
            parts.push(antler(at(ax, ay, az), at(bx, by, bz), 0.016, 0.006));
        }
    }
}

/// Reddish brown, a paler belly and rump, a dark mane.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let red = Paint::new(0.30, 0.135, 0.055, 0.46).mix(Paint::new(0.20, 0.125, 0.07, 0.42), individual);
    let pale = Paint::new(0.36, 0.25, 0.14, 0.55);
    let dark = Paint::new(0.095, 0.055, 0.032, 0.26);
    let patch = noise::cloud(place.p * 6.0, 2);
    match place.organ {
        Organ::Trunk => {
            let belly = smoothstep(-0.25, -0.95, place.above);
            let back = smoothstep(0.75, 1.0, place.above);
            let rump = smoothstep(-0.44, -0.56, place.p.x) * smoothstep(0.78, 0.9, place.p.y);
            Skin::fur(
                red.scaled(0.85 + 0.3 * patch)
                    .mix(dark, back * 0.5)
                    .mix(pale.scaled(0.7), belly * 0.7)
                    .mix(pale, rump * 0.9),
                0.028,
            )
        }
        Organ::Neck => Skin::fur(
            red.mix(dark, 0.30 + 0.35 * smoothstep(0.2, -0.9, place.above)).scaled(0.85 + 0.3 * patch),
            0.05,
        ),
        Organ::Skull => Skin::fur(red.scaled(0.85), 0.012),
        Organ::Muzzle => {
            Skin::fur(red.scaled(0.75).mix(pale.scaled(0.8), smoothstep(-0.1, -0.8, place.above)), 0.006)
        }
        Organ::Ear => Skin::fur(red.scaled(0.9).mix(pale, 0.25), 0.014),
        Organ::Foreleg | Organ::Hindleg => {
            Skin::fur(red.mix(dark, smoothstep(0.75, 0.2, place.p.y) * 0.55), 0.012)
        }
        Organ::Tail => Skin::fur(red.mix(pale, 0.3), 0.03),
        Organ::Horn => Skin::plain(Paint::new(0.26, 0.18, 0.11, 0.5)),
        Organ::Foot => HOOF,
        Organ::Eye => EYE,
        _ => NOSE,
    }
}
