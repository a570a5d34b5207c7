//! The pieces a body is moulded from, in its own frame: x ahead, y up, z to its left, feet at y = 0, in metres.

use crate::vector::{Vec3, vec3};

/// Which piece of a body: coats and clothes go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organ {
    /// Chest to rump, or a coat's trunk.
    Trunk,
    /// From head to shoulders.
    Neck,
    /// Back of the head.
    Skull,
    /// Face before the eyes.
    Muzzle,
    /// Tip of the nose.
    Nose,
    /// Ears.
    Ear,
    /// Hair at the tip of an ear.
    Tuft,
    /// A foreleg, or an arm.
    Foreleg,
    /// A hind leg, or a leg.
    Hindleg,
    /// Hooves, paws, boots.
    Foot,
    /// Tail.
    Tail,
    /// Antlers, tusks, beak.
    Horn,
    /// An eye.
    Eye,
    /// Skin: hands and faces of people, a wattle.
    Bare,
    /// Hair, hat or helmet of a person.
    Cap,
    /// What a person carries.
    Pack,
    /// Sticks and frames.
    Frame,
    /// Painted metal.
    Panel,
    /// Windows.
    Glass,
    /// Tyres.
    Tyre,
    /// Wheel discs, bumpers.
    Metal,
    /// Lamps.
    Lamp,
}

/// Shape of a piece.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A capsule from `a` to `b` with a radius at each end, its breadth (z) multiplied by `flat`.
    Cone {
        /// One end; hair lies from here...
        a: Vec3,
        /// ...to here.
        b: Vec3,
        /// Radius at `a`.
        ra: f32,
        /// Radius at `b`.
        rb: f32,
        /// Breadth beside height.
        flat: f32,
    },
    /// A box with rounded edges.
    Block {
        /// Middle.
        centre: Vec3,
        /// Half its length, height and breadth.
        half: Vec3,
        /// Radius of its edges.
        round: f32,
    },
    /// A disc that stands upright along x.
    Wheel {
        /// Middle.
        centre: Vec3,
        /// Radius.
        radius: f32,
        /// Half its breadth.
        half: f32,
    },
}

/// A piece of a body.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its shape.
    pub shape: Shape,
    /// How softly it runs into its neighbours, in metres; 0 for a sharp edge.
    pub blend: f32,
    /// Which piece it is.
    pub organ: Organ,
}

impl Part {
    /// A capsule.
    pub const fn cone(organ: Organ, a: Vec3, b: Vec3, ra: f32, rb: f32, flat: f32, blend: f32) -> Self {
        Self { shape: Shape::Cone { a, b, ra, rb, flat }, blend, organ }
    }

    /// A ball.
    pub fn ball(organ: Organ, at: Vec3, radius: f32, blend: f32) -> Self {
        Self::cone(organ, at, at + vec3(1e-4, 0.0, 0.0), radius, radius, 1.0, blend)
    }

    /// A box.
    pub const fn block(organ: Organ, centre: Vec3, half: Vec3, round: f32) -> Self {
        Self { shape: Shape::Block { centre, half, round }, blend: 0.0, organ }
    }

    /// A wheel.
    pub const fn wheel(organ: Organ, centre: Vec3, radius: f32, half: f32) -> Self {
        Self { shape: Shape::Wheel { centre, radius, half }, blend: 0.0, organ }
    }

    /// Distance from a point to its surface, negative inside; never more than the true one.
    pub fn distance(&self, p: Vec3) -> f32 {
        match self.shape {
            Shape::Cone { a, b, ra, rb, flat } => {
                let (ab, mut ap) = (b - a, p - a);
                let t = (ap.dot(ab) / ab.dot(ab).max(1e-12)).clamp(0.0, 1.0);
                ap = ap - ab * t;
                let r = ra + (rb - ra) * t;
                if flat == 1.0 {
                    ap.length() - r
                } else {
                    (vec3(ap.x, ap.y, ap.z / flat).length() - r) * flat.min(1.0)
                }
            }
            Shape::Block { centre, half, round } => {
                let q = p - centre;
                let d =
                    vec3(q.x.abs() - half.x + round, q.y.abs() - half.y + round, q.z.abs() - half.z + round);
                let outside = vec3(d.x.max(0.0), d.y.max(0.0), d.z.max(0.0)).length();
                outside + d.x.max(d.y).max(d.z).min(0.0) - round
            }
            Shape::Wheel { centre, radius, half } => {
                let q = p - centre;
                let round = half * 0.35;
                let radial = (q.x * q.x + q.y * q.y).sqrt() - radius + round;
                let axial = q.z.abs() - half + round;
                let outside = (radial.max(0.0) * radial.max(0.0) + axial.max(0.0) * axial.max(0.0)).sqrt();
                outside + radial.max(axial).min(0.0) - round
            }
        }
    }

    /// A ball that holds it: middle and radius.
    pub fn bounds(&self) -> (Vec3, f32) {
        match self.shape {
            Shape::Cone { a, b, ra, rb, flat } => {
                ((a + b) * 0.5, (b - a).length() * 0.5 + ra.max(rb) * flat.max(1.0))
            }
            Shape::Block { centre, half, .. } => (centre, half.length()),
            Shape::Wheel { centre, radius, half } => (centre, (radius * radius + half * half).sqrt()),
        }
    }

    /// Where on the piece a point is: along it (0 to 1), above its axis and beside it (-1 to 1).
    pub fn place(&self, p: Vec3) -> (f32, f32, f32) {
        match self.shape {
            Shape::Cone { a, b, ra, rb, .. } => {
                let (ab, ap) = (b - a, p - a);
                let t = (ap.dot(ab) / ab.dot(ab).max(1e-12)).clamp(0.0, 1.0);
                let r = (ra + (rb - ra) * t).max(1e-4);
                let side = ab.cross(Vec3::UP).unit();
                (t, ((ap.y - ab.y * t) / r).clamp(-1.0, 1.0), (ap.dot(side) / r).clamp(-1.0, 1.0))
            }
            Shape::Block { centre, half, .. } => {
                ((p.x - centre.x) / half.x * 0.5 + 0.5, ((p.y - centre.y) / half.y).clamp(-1.0, 1.0), 0.0)
            }
            Shape::Wheel { centre, radius, .. } => {
                let q = p - centre;
                ((q.x * q.x + q.y * q.y).sqrt() / radius, (q.y / radius).clamp(-1.0, 1.0), 0.0)
            }
        }
    }

    /// Which way hair lies on it.
    pub fn flow(&self) -> Vec3 {
        match self.shape {
            Shape::Cone { a, b, .. } => (b - a).unit(),
            _ => vec3(-1.0, 0.0, 0.0),
        }
    }

    /// Larger or smaller.
    pub fn scaled(mut self, k: f32) -> Self {
        match &mut self.shape {
            Shape::Cone { a, b, ra, rb, .. } => (*a, *b, *ra, *rb) = (*a * k, *b * k, *ra * k, *rb * k),
            Shape::Block { centre, half, round } => {
                (*centre, *half, *round) = (*centre * k, *half * k, *round * k)
            }
            Shape::Wheel { centre, radius, half } => {
                (*centre, *radius, *half) = (*centre * k, *radius * k, *half * k)
            }
        }
        self.blend *= k;
        self
    }
}
