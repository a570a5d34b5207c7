//! Birds that walk on the ground.

use std::f32::consts::TAU;

use crate::body::part::{Organ, Part};
use crate::maths;
use crate::vector::{Vec3, vec3};

/// Proportions, in metres.
#[derive(Debug, Clone, Copy)]
pub struct Bird {
    /// Height of the back.
    pub height: f32,
    /// Length and radius of the trunk.
    pub trunk: (f32, f32),
    /// Length of the neck, its radius at the root and at the head.
    pub neck: (f32, f32, f32),
    /// Radius of the head.
    pub skull: f32,
    /// Length of the beak.
    pub beak: f32,
    /// Length and radius of the tail.
    pub tail: (f32, f32),
    /// Radius of a leg.
    pub leg: f32,
}

/// A posture.
#[derive(Debug, Clone, Copy)]
pub struct Stance {
    /// Where in its stride it is, 0 to 1.
    pub phase: f32,
    /// How fast, 0 to 1.
    pub pace: f32,
    /// Angle of the neck above level, radians.
    pub neck: f32,
    /// How far the head is turned to its left, radians.
    pub look: f32,
    /// Angle of the tail above level, radians.
    pub tail: f32,
}

/// The body.
pub fn body(bird: &Bird, stance: &Stance) -> Vec<Part> {
    let (length, radius) = bird.trunk;
    let centre = bird.height - radius;
    let breast = vec3(length * 0.28, centre + radius * 0.15, 0.0);
    let stern = vec3(-length * 0.42, centre + radius * 0.12, 0.0);
    let mut parts = vec![
        Part::cone(Organ::Trunk, breast, stern, radius * 0.95, radius * 0.5, 0.85, 0.04),
        Part::cone(
            Organ::Trunk,
            vec3(0.05, centre - radius * 0.1, 0.0),
            stern,
            radius * 0.95,
            radius * 0.4,
            0.8,
            0.05,
        ),
    ];
    neck(bird, stance, breast, &mut parts);
    let (long, wide) = bird.tail;
    let back = vec3(-maths::cos(stance.tail), maths::sin(stance.tail), 0.0);
    parts.push(Part::cone(
        Organ::Tail,
        stern,
        stern + back * (long * 0.4),
        wide * 1.1,
        wide * 0.75,
        0.7,
        0.04,
    ));
    parts.push(Part::cone(
        Organ::Tail,
        stern + back * (long * 0.35),
        stern + back * long - vec3(0.0, long * 0.06, 0.0),
        wide * 0.7,
        wide * 0.12,
        0.6,
        0.01,
    ));
    for (side, offset) in [(1.0, 0.0), (-1.0, 0.5)] {
        let swing = maths::sin((stance.phase + offset) * TAU) * 0.09 * stance.pace.min(1.0);
        let lift = (maths::cos((stance.phase + offset) * TAU) * 0.05 * stance.pace).max(0.0);
        let hip = vec3(-0.01, centre - radius * 0.45, side * radius * 0.4);
        let heel = vec3(-0.03 + swing * 0.4, centre * 0.48 + lift * 0.5, side * radius * 0.4);
        let ground = vec3(0.0 + swing, bird.leg + lift, side * radius * 0.4);
        parts.push(Part::cone(Organ::Trunk, hip, heel, radius * 0.45, bird.leg * 1.5, 0.9, 0.03));
        parts.push(Part::cone(Organ::Foot, heel, ground, bird.leg * 1.1, bird.leg, 1.0, 0.0));
        for toe in [-0.6f32, 0.0, 0.6] {
            let end = ground + vec3(maths::cos(toe), -0.05, maths::sin(toe)) * 0.05;
            parts.push(Part::cone(Organ::Foot, ground, end, bird.leg * 0.9, bird.leg * 0.5, 1.0, 0.0));
        }
    }
    parts
}

fn neck(bird: &Bird, stance: &Stance, breast: Vec3, parts: &mut Vec<Part>) {
    let (length, root, top) = bird.neck;
    let rise = vec3(maths::cos(stance.neck), maths::sin(stance.neck), 0.0);
    let foot = breast + rise * (bird.trunk.1 * 0.4);
    let head = foot + rise * length;
    parts.push(Part::cone(Organ::Neck, head, foot, top, root, 0.9, 0.03));
    let (s, c) = (maths::sin(stance.look), maths::cos(stance.look));
    let dip = (stance.neck - 1.1).min(0.0) * 0.7;
    let ahead = vec3(c * maths::cos(dip), maths::sin(dip), s).unit();
    let left = vec3(-s, 0.0, c);
    let up = vec3(-maths::sin(dip), maths::cos(dip), 0.0);
    let skull = head + ahead * (bird.skull * 0.3);
    parts.push(Part::ball(Organ::Skull, skull, bird.skull, 0.02));
    let bill = skull + ahead * (bird.skull * 0.8);
    parts.push(Part::cone(
        Organ::Horn,
        bill,
        bill + ahead * bird.beak - up * (bird.beak * 0.3),
        bird.skull * 0.36,
        0.003,
        0.7,
        0.004,
    ));
    for side in [1.0, -1.0] {
        let cheek = skull + ahead * (bird.skull * 0.35) + left * (side * bird.skull * 0.68);
        parts.push(Part::ball(Organ::Bare, cheek, bird.skull * 0.48, 0.006));
        parts.push(Part::ball(
            Organ::Eye,
            cheek + left * (side * bird.skull * 0.40) + up * (bird.skull * 0.15),
            bird.skull * 0.17,
            0.0,
        ));
    }
}
