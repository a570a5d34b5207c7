//! A four-wheel drive of no particular make.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::Pose;
use crate::body::skin::{Place, Skin};
use crate::maths::smoothstep;
use crate::noise;
use crate::surface::Paint;
use crate::vector::vec3;

/// The car: ahead is x.
pub fn car(_: &Pose, individual: f32) -> Vec<Part> {
    let mut parts = vec![
        Part::block(Organ::Panel, vec3(0.0, 0.83, 0.0), vec3(2.05, 0.30, 0.86), 0.11),
        Part::block(Organ::Panel, vec3(-0.52, 1.40, 0.0), vec3(1.45, 0.36, 0.74), 0.14),
        Part::block(Organ::Panel, vec3(1.38, 1.06, 0.0), vec3(0.66, 0.12, 0.76), 0.10),
        Part::block(Organ::Metal, vec3(0.0, 0.54, 0.0), vec3(1.95, 0.10, 0.72), 0.05),
        Part::block(Organ::Metal, vec3(2.09, 0.66, 0.0), vec3(0.09, 0.10, 0.84), 0.05),
        Part::block(Organ::Metal, vec3(-2.09, 0.66, 0.0), vec3(0.09, 0.10, 0.84), 0.05),
        Part::block(Organ::Tyre, vec3(2.03, 0.92, 0.0), vec3(0.045, 0.13, 0.42), 0.02),
    ];
    for side in [1.0, -1.0] {
        for x in [1.30, -1.28] {
            parts.push(Part::wheel(Organ::Tyre, vec3(x, 0.39, side * 0.74), 0.39, 0.125));
            parts.push(Part::wheel(Organ::Metal, vec3(x, 0.39, side * 0.775), 0.21, 0.10));
            parts.push(Part::wheel(Organ::Tyre, vec3(x, 0.42, side * 0.77), 0.47, 0.085));
        }
        parts.push(Part::ball(Organ::Lamp, vec3(2.03, 0.95, side * 0.62), 0.105, 0.0));
        parts.push(Part::block(Organ::Panel, vec3(0.72, 1.20, side * 0.94), vec3(0.05, 0.08, 0.09), 0.03));
    }
    if individual > 0.5 {
        for side in [1.0, -1.0] {
            parts.push(Part::cone(
                Organ::Metal,
                vec3(0.75, 1.84, side * 0.6),
                vec3(-1.8, 1.84, side * 0.6),
                0.025,
                0.025,
                1.0,
                0.0,
            ));
        }
        for x in [0.6, -0.3, -1.2] {
            parts.push(Part::cone(
                Organ::Metal,
                vec3(x, 1.84, -0.6),
                vec3(x, 1.84, 0.6),
                0.022,
                0.022,
                1.0,
                0.0,
            ));
        }
    }
    parts
}

const COLOURS: [Paint; 6] = [
    Paint::new(0.09, 0.13, 0.07, 0.4),
    Paint::new(0.62, 0.62, 0.60, 0.65),
    Paint::new(0.07, 0.07, 0.075, 0.3),
    Paint::new(0.30, 0.03, 0.025, 0.5),
    Paint::new(0.32, 0.28, 0.20, 0.5),
    Paint::new(0.05, 0.10, 0.19, 0.4),
];

/// Paint, glass and rubber; mud from below.
pub fn finish(place: &Place, individual: f32) -> Skin {
    let colour = COLOURS[((individual * 13.7).fract() * 5.999) as usize];
    let mud =
        smoothstep(0.95, 0.35, place.p.y) * smoothstep(0.35, 0.65, noise::cloud(place.p * 6.0, 3)) * 0.8;
    let dirt = Paint::new(0.13, 0.095, 0.06, 0.35);
    match place.organ {
        Organ::Panel => {
            let p = place.p;
            let high = p.y > 1.20 && p.y < 1.60;
            // Side windows between pillars, windscreen, rear window.
            let pane = |from: f32, to: f32| p.x > from && p.x < to;
            let side = p.z.abs() > 0.66 && (pane(-0.28, 0.55) || pane(-1.12, -0.40) || pane(-1.80, -1.24));
            let ends = p.z.abs() < 0.62 && (p.x > 0.80 || p.x < -1.90);
            if high && p.x < 1.05 && (side || ends) {
                return Skin::gloss(Paint::new(0.018, 0.022, 0.025, 0.06));
            }
            let door =
                [0.62, -0.34, -1.18].iter().any(|x| (p.x - x).abs() < 0.010) && p.z.abs() > 0.6 && p.y < 1.62;
            let gap = if door { 0.35 } else { 1.0 };
            let paint = colour.scaled(gap).mix(dirt, mud);
            if mud > 0.35 { Skin::plain(paint) } else { Skin::gloss(paint) }
        }
        Organ::Tyre => Skin::plain(Paint::new(0.022, 0.021, 0.020, 0.10).mix(dirt, mud * 0.8)),
        Organ::Metal => {
            let spoke = place.organ == Organ::Metal && place.p.y < 0.62 && place.p.z.abs() > 0.70;
            let base =
                if spoke { Paint::new(0.34, 0.34, 0.35, 0.5) } else { Paint::new(0.05, 0.05, 0.052, 0.2) };
            Skin::plain(base.mix(dirt, mud * 0.7))
        }
        Organ::Lamp => Skin::gloss(Paint::new(0.72, 0.72, 0.70, 0.95)),
        _ => Skin::gloss(Paint::new(0.02, 0.02, 0.02, 0.1)),
    }
}
