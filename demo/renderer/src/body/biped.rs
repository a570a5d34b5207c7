//! People on foot.

use std::f32::consts::TAU;

use crate::body::part::{Organ, Part};
use crate::maths;
use crate::vector::{Vec3, vec3};

/// How a person walks and what they carry.
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    /// Where in the stride, 0 to 1.
    pub phase: f32,
    /// How fast, 0 stands.
    pub pace: f32,
    /// How far they lean forward, radians.
    pub lean: f32,
    /// How far the head is turned, radians.
    pub look: f32,
    /// Carries a rucksack.
    pub pack: bool,
    /// Walks with poles.
    pub poles: bool,
}

fn limb(from: Vec3, swing: f32, bend: f32, upper: f32, lower: f32) -> (Vec3, Vec3) {
    let joint = from + vec3(maths::sin(swing), -maths::cos(swing), 0.0) * upper;
    let end = joint + vec3(maths::sin(swing + bend), -maths::cos(swing + bend), 0.0) * lower;
    (joint, end)
}

/// A grown person, 1.75 m tall.
pub fn person(walk: &Walk) -> Vec<Part> {
    let swing = |offset: f32| maths::sin((walk.phase + offset) * TAU) * 0.5 * walk.pace;
    let lean = vec3(maths::sin(walk.lean), maths::cos(walk.lean), 0.0);
    let hips = vec3(0.0, 0.93 - 0.05 * walk.pace * maths::sin(walk.phase * TAU * 2.0).abs(), 0.0);
    let chest = hips + lean * 0.42;
    let neck = hips + lean * 0.58;
    let mut parts = vec![
        Part::cone(Organ::Trunk, chest, hips + lean * 0.06, 0.135, 0.125, 1.30, 0.06),
        Part::cone(
            Organ::Trunk,
            neck - lean * 0.10 + vec3(0.0, 0.0, 0.14),
            neck - lean * 0.10 - vec3(0.0, 0.0, 0.14),
            0.075,
            0.075,
            1.0,
            0.06,
        ),
        Part::cone(Organ::Bare, neck + lean * 0.10, neck - lean * 0.02, 0.052, 0.058, 1.0, 0.02),
    ];
    let head = neck + lean * 0.17 + vec3(0.03, 0.0, 0.0);
    let (s, c) = (maths::sin(walk.look), maths::cos(walk.look));
    let ahead = vec3(c, 0.0, s);
    parts.push(Part::cone(
        Organ::Bare,
        head - vec3(0.0, 0.045, 0.0) + ahead * 0.018,
        head + vec3(0.0, 0.03, 0.0),
        0.072,
        0.088,
        0.9,
        0.03,
    ));
    parts.push(Part::ball(Organ::Bare, head + ahead * 0.098 - vec3(0.0, 0.01, 0.0), 0.018, 0.02));
    parts.push(Part::cone(
        Organ::Cap,
        head + vec3(0.0, 0.045, 0.0),
        head - ahead * 0.03 + vec3(0.0, 0.035, 0.0),
        0.095,
        0.098,
        0.95,
        0.01,
    ));
    parts.push(Part::cone(
        Organ::Cap,
        head + vec3(0.0, 0.06, 0.0) + ahead * 0.05,
        head + vec3(0.0, 0.05, 0.0) + ahead * 0.15,
        0.05,
        0.03,
        1.3,
        0.01,
    ));
    for (side, offset) in [(1.0, 0.0), (-1.0, 0.5)] {
        let hip = hips + vec3(0.0, -0.02, side * 0.095);
        let forward = swing(offset);
        let bend = -(maths::sin((walk.phase + offset) * TAU + 2.0) * 0.5 + 0.4).max(0.05) * walk.pace;
        let (knee, ankle) = limb(hip, forward, bend, 0.43, 0.43);
        let drop = vec3(0.0, (0.075 - ankle.y).max(0.0), 0.0);
        parts.push(Part::cone(Organ::Hindleg, hip, knee + drop * 0.5, 0.098, 0.066, 1.0, 0.05));
        parts.push(Part::cone(Organ::Hindleg, knee + drop * 0.5, ankle + drop, 0.066, 0.05, 1.0, 0.02));
        let sole = ankle + drop - vec3(0.02, 0.025, 0.0);
        parts.push(Part::cone(
            Organ::Foot,
            sole,
            sole + vec3(0.17, -0.008 + (forward * 0.12).max(0.0), 0.0),
            0.056,
            0.046,
            0.9,
            0.02,
        ));
        let shoulder = neck - lean * 0.10 + vec3(0.0, 0.0, side * 0.19);
        let back = if walk.poles { -forward * 0.7 + 0.15 } else { -forward * 0.8 };
        let (elbow, hand) = limb(shoulder, back, 0.35 + walk.pace * 0.45, 0.29, 0.26);
        parts.push(Part::cone(Organ::Foreleg, shoulder, elbow, 0.064, 0.05, 1.0, 0.04));
        parts.push(Part::cone(Organ::Foreleg, elbow, hand, 0.05, 0.036, 1.0, 0.02));
        parts.push(Part::ball(Organ::Bare, hand + (hand - elbow).unit() * 0.04, 0.042, 0.01));
        if walk.poles {
            let tip = vec3(hand.x - 0.12 - forward * 0.3, 0.02, hand.z);
            parts.push(Part::cone(Organ::Frame, hand + vec3(0.02, 0.06, 0.0), tip, 0.010, 0.007, 1.0, 0.0));
        }
    }
    if walk.pack {
        let middle = hips + lean * 0.34 - vec3(0.20, 0.0, 0.0);
        parts.push(Part::block(Organ::Pack, middle, vec3(0.115, 0.25, 0.16), 0.07));
        parts.push(Part::block(Organ::Pack, middle - vec3(0.11, 0.09, 0.0), vec3(0.05, 0.11, 0.11), 0.04));
        parts.push(Part::cone(
            Organ::Frame,
            middle + vec3(0.0, 0.28, -0.16),
            middle + vec3(0.0, 0.28, 0.16),
            0.06,
            0.06,
            1.0,
            0.0,
        ));
        for side in [1.0, -1.0] {
            parts.push(Part::cone(
                Organ::Pack,
                neck - lean * 0.08 + vec3(-0.02, 0.05, side * 0.11),
                chest + vec3(0.125, -0.10, side * 0.11),
                0.026,
                0.022,
                1.0,
                0.0,
            ));
        }
    }
    parts
}
