//! Common pheasant, the cock: a green head, a white collar, a copper body, a long barred tail.

use crate::body::bird::{Bird, Stance, body};
use crate::body::part::{Organ, Part};
use crate::body::quadruped::Pose;
use crate::body::skin::{Place, Skin};
use crate::maths::{self, smoothstep};
use crate::noise;
use crate::species::detail::{EYE, spots};
use crate::surface::{Matter, Paint};

const BIRD: Bird = Bird {
    height: 0.27,
    trunk: (0.27, 0.098),
    neck: (0.17, 0.046, 0.031),
    skull: 0.035,
    beak: 0.042,
    tail: (0.50, 0.040),
    leg: 0.0075,
};

/// A cock.
pub fn cock(pose: &Pose, _: f32) -> Vec<Part> {
    body(
        &BIRD,
        &Stance { phase: pose.phase, pace: pose.pace, neck: pose.neck, look: pose.look, tail: pose.tail },
    )
}

/// Copper, scaled with black, shining.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let copper = Paint::new(0.36, 0.125, 0.03, 0.45).mix(Paint::new(0.42, 0.19, 0.05, 0.5), individual);
    let black = Paint::new(0.03, 0.024, 0.03, 0.14);
    let green = Paint::new(0.012, 0.075, 0.055, 0.22);
    let white = Paint::new(0.76, 0.75, 0.70, 0.8);
    match place.organ {
        Organ::Trunk => {
            let scale = spots(place.p, 0.024, 0.30);
            let gold = Paint::new(0.47, 0.30, 0.11, 0.55);
            let mottled = copper.mix(gold, smoothstep(0.2, 0.8, place.above) * 0.7).mix(black, scale * 0.85);
            Skin { paint: mottled, matter: Matter::Fur, hair: 0.012 }
        }
        Organ::Neck => {
            let collar = smoothstep(0.50, 0.58, place.along) * smoothstep(0.86, 0.76, place.along);
            Skin {
                paint: green.mix(copper, smoothstep(0.86, 0.98, place.along)).mix(white, collar),
                matter: Matter::Fur,
                hair: 0.006,
            }
        }
        Organ::Skull => Skin { paint: green, matter: Matter::Fur, hair: 0.004 },
        Organ::Bare => Skin::plain(Paint::new(0.55, 0.025, 0.02, 0.35)),
        Organ::Horn => Skin::plain(Paint::new(0.50, 0.43, 0.26, 0.6)),
        Organ::Tail => {
            let bar = maths::sin(place.p.x * 145.0 + noise::field(place.p * 40.0));
            Skin {
                paint: Paint::new(0.34, 0.22, 0.10, 0.5).mix(black, smoothstep(0.3, 0.7, bar) * 0.85),
                matter: Matter::Fur,
                hair: 0.012,
            }
        }
        Organ::Eye => EYE,
        _ => Skin::plain(Paint::new(0.25, 0.22, 0.19, 0.45)),
    }
}
