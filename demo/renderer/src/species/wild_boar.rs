//! Wild boar: a wedge of a head, high bristly shoulders; piglets are striped.

use crate::body::part::{Organ, Part};
use crate::body::quadruped::{Build, Pose, body};
use crate::body::skin::{Place, Skin};
use crate::maths::{self, smoothstep};
use crate::noise;
use crate::species::detail::{EYE, HOOF, NOSE, antler};
use crate::surface::Paint;
use crate::vector::vec3;

const BUILD: Build = Build {
    height: 0.84,
    rump_height: 0.88,
    length: 0.68,
    chest: 0.235,
    belly: 0.205,
    rump: 0.18,
    flat: 0.66,
    arch: 0.015,
    neck: 0.24,
    neck_thick: (0.205, 0.155),
    skull: 0.125,
    face: 0.36,
    muzzle: (0.112, 0.052),
    ear: (0.14, 0.042),
    ear_out: 0.55,
    leg: (0.060, 0.027),
    foot: (0.030, 0.05),
    tail: (0.24, 0.015, 0.013),
    stride: 0.50,
};

/// A grown boar.
pub fn grown(pose: &Pose, individual: f32) -> Vec<Part> {
    let (mut parts, head) = body(&BUILD, pose);
    if individual > 0.45 {
        for side in [1.0, -1.0] {
            parts.push(antler(
                head.point(0.25, -0.075, side * 0.052),
                head.point(0.27, -0.005, side * 0.085),
                0.012,
                0.005,
            ));
        }
    }
    // The mane along the shoulders.
    let crest = |x: f32| vec3(x, BUILD.height * (1.0 - pose.crouch) - 0.01, 0.0);
    parts.push(Part::cone(Organ::Trunk, crest(0.34), crest(-0.1), 0.05, 0.03, 0.6, 0.10));
    parts
}

/// A piglet, to be scaled down.
pub fn piglet(pose: &Pose, _: f32) -> Vec<Part> {
    let build = Build {
        chest: 0.245,
        belly: 0.265,
        rump: 0.235,
        skull: 0.15,
        face: 0.30,
        neck: 0.15,
        muzzle: (0.115, 0.058),
        rump_height: 0.98,
        ..BUILD
    };
    body(&build, pose).0
}

/// Grey-brown bristles.
pub fn coat(place: &Place, individual: f32) -> Skin {
    let brown =
        Paint::new(0.075, 0.055, 0.042, 0.26).mix(Paint::new(0.16, 0.12, 0.085, 0.36), individual * 0.7);
    let grizzle = Paint::new(0.26, 0.21, 0.16, 0.45);
    let patch = noise::cloud(place.p * 9.0, 3);
    let fur = brown.mix(grizzle, smoothstep(0.5, 0.75, patch) * 0.55).scaled(0.75 + 0.5 * patch);
    match place.organ {
        Organ::Trunk => Skin::fur(fur.scaled(1.0 - 0.35 * smoothstep(0.5, 1.0, place.above)), 0.055),
        Organ::Neck => Skin::fur(fur, 0.055),
        Organ::Skull => Skin::fur(fur.mix(grizzle, 0.2), 0.028),
        Organ::Muzzle => Skin::fur(fur.mix(grizzle, 0.3 * smoothstep(0.9, 0.3, place.along)), 0.014),
        Organ::Ear => Skin::fur(fur.scaled(0.7), 0.03),
        Organ::Foreleg | Organ::Hindleg => Skin::fur(
            fur.mix(Paint::new(0.03, 0.025, 0.022, 0.12), smoothstep(0.42, 0.15, place.p.y) * 0.8),
            0.026,
        ),
        Organ::Tail => Skin::fur(fur.scaled(0.7), 0.02),
        Organ::Horn => Skin::plain(Paint::new(0.75, 0.70, 0.58, 0.75)),
        Organ::Foot => HOOF,
        Organ::Eye => EYE,
        Organ::Nose => Skin::plain(Paint::new(0.10, 0.07, 0.06, 0.25)),
        _ => NOSE,
    }
}

/// Ginger with pale stripes.
pub fn striped(place: &Place, individual: f32) -> Skin {
    let grown = coat(place, individual);
    let ginger = Paint::new(0.24, 0.135, 0.06, 0.42);
    let stripe = Paint::new(0.48, 0.36, 0.2, 0.58);
    match place.organ {
        Organ::Trunk => {
            let wave = maths::sin(place.above * 8.5 + noise::field(place.p * 5.0) * 1.2);
            Skin::fur(ginger.scaled(0.7).mix(stripe, smoothstep(0.15, 0.6, wave)), 0.03)
        }
        Organ::Neck | Organ::Skull | Organ::Muzzle | Organ::Ear | Organ::Foreleg | Organ::Hindleg => {
            Skin { hair: grown.hair * 0.6, ..Skin::fur(ginger, grown.hair) }
        }
        _ => grown,
    }
}
