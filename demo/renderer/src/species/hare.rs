//! Hares, brown and mountain: one body, two coats.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::{mix, smoothstep};
use crate::noise;
use crate::species::detail::{BLACK, EYE, NOSE};
use crate::surface::Paint;
use crate::vector::vec3;

const BUILD: Build = Build {
    height: 0.255,
    rump_height: 1.16,
    length: 0.27,
    chest: 0.075,
    belly: 0.092,
    rump: 0.105,
    flat: 0.86,
    arch: 0.03,
    neck: 0.08,
    neck_thick: (0.060, 0.045),
    skull: 0.046,
    face: 0.078,
    muzzle: (0.035, 0.022),
    ear: (0.135, 0.021),
    ear_out: 0.28,
    leg: (0.024, 0.013),
    foot: (0.014, 0.045),
    tail: (0.075, 0.030, 0.026),
    stride: 0.30,
};

/// Folded hind legs: the long foot lies on the ground, the thigh covers the flank.
fn haunches(pose: &Pose, parts: &mut Vec<Part>) {
    let drop = 1.0 - pose.crouch;
    for side in [1.0, -1.0] {
        let thigh = vec3(-0.125, 0.165 * drop, side * 0.060);
        let knee = vec3(-0.025, 0.10 * drop, side * 0.075);
        parts.push(Part::cone(Organ::Hindleg, thigh, knee, 0.078, 0.052, 0.75, 0.04));
        parts.push(Part::cone(
            Organ::Foot,
            vec3(-0.15, 0.018, side * 0.06),
            vec3(0.0, 0.014, side * 0.066),
            0.018,
            0.016,
            1.1,
            0.012,
        ));
    }
}

/// A brown hare: the longer ears.
pub fn brown(pose: &Pose, _: f32) -> Vec<Part> {
    let (mut parts, _) = body(&BUILD, pose);
    haunches(pose, &mut parts);
    parts
}

/// A mountain hare: rounder, shorter ears.
pub fn mountain(pose: &Pose, _: f32) -> Vec<Part> {
    let build = Build { ear: (0.098, 0.021), chest: 0.080, belly: 0.098, skull: 0.048, face: 0.072, ..BUILD };
    let (mut parts, _) = body(&build, pose);
    haunches(pose, &mut parts);
    parts
}

fn coat(place: &Place, base: Paint, belly: Paint, grain: f32, tail: (Paint, Paint)) -> Skin {
    let patch = noise::cloud(place.p * 30.0, 2);
    let fur = base.scaled(mix(1.0, 0.55 + 0.9 * patch, grain));
    match place.organ {
        Organ::Trunk => Skin::fur(fur.mix(belly, smoothstep(-0.35, -0.8, place.above)), 0.022),
        Organ::Neck => Skin::fur(fur.mix(belly, smoothstep(-0.6, -1.0, place.above) * 0.6), 0.018),
        Organ::Ear => Skin::fur(
            fur.mix(
                BLACK,
                smoothstep(0.62, 0.85, place.along) * smoothstep(0.02, 0.0, 0.02 - place.along * 0.02),
            ),
            0.006,
        ),
        Organ::Tail => Skin::fur(tail.0.mix(tail.1, smoothstep(0.2, 0.6, place.above)), 0.018),
        Organ::Foot => Skin::fur(fur.mix(belly, 0.3), 0.008),
        Organ::Eye => EYE,
        Organ::Nose => NOSE,
        _ => Skin::fur(fur, 0.012),
    }
}

/// Tawny, peppered with black; the tail black above.
pub fn brown_coat(place: &Place, individual: f32) -> Skin {
    let tawny = Paint::new(0.30, 0.185, 0.085, 0.48).mix(Paint::new(0.24, 0.165, 0.095, 0.45), individual);
    let white = Paint::new(0.70, 0.68, 0.63, 0.75);
    coat(place, tawny, white, 1.0, (white, BLACK))
}

/// Grey-brown; the tail white.
pub fn summer_coat(place: &Place, individual: f32) -> Skin {
    let grey = Paint::new(0.185, 0.155, 0.12, 0.46).mix(Paint::new(0.20, 0.15, 0.10, 0.45), individual);
    let white = Paint::new(0.72, 0.71, 0.68, 0.76);
    coat(place, grey, white, 0.9, (white, white))
}

/// White but for the tips of the ears.
pub fn winter_coat(place: &Place, individual: f32) -> Skin {
    let white = Paint::new(0.76, 0.75, 0.73, 0.80).mix(Paint::new(0.58, 0.55, 0.50, 0.7), individual * 0.5);
    coat(place, white, white, 0.25, (white, white))
}
