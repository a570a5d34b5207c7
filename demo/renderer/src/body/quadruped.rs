//! Four-legged bodies: one plan, many proportions, any gait.

use std::f32::consts::TAU;

use crate::body::part::{Organ, Part};
use crate::maths::{self, mix};
use crate::vector::{Vec3, vec3};

/// Proportions, in metres.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    /// Height of the withers.
    pub height: f32,
    /// Height of the rump beside the withers.
    pub rump_height: f32,
    /// From shoulder to hip.
    pub length: f32,
    /// Radius of the chest.
    pub chest: f32,
    /// Radius of the belly.
    pub belly: f32,
    /// Radius of the rump.
    pub rump: f32,
    /// Breadth of the trunk beside its depth.
    pub flat: f32,
    /// How far the back arches up, negative for a sag.
    pub arch: f32,
    /// Length of the neck.
    pub neck: f32,
    /// Radius of the neck at the shoulders and at the head.
    pub neck_thick: (f32, f32),
    /// Radius of the skull.
    pub skull: f32,
    /// From the skull to the nose.
    pub face: f32,
    /// Radius of the muzzle at its root and at the nose.
    pub muzzle: (f32, f32),
    /// Length and radius of an ear.
    pub ear: (f32, f32),
    /// How far ears stand out sideways, 0 to 1.
    pub ear_out: f32,
    /// Radius of a leg above and below its middle joint.
    pub leg: (f32, f32),
    /// Radius and length of a foot.
    pub foot: (f32, f32),
    /// Length of the tail, its radius at the root and in the middle.
    pub tail: (f32, f32, f32),
    /// Length of a full stride.
    pub stride: f32,
}

/// A posture.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    /// Where in its stride it is, 0 to 1.
    pub phase: f32,
    /// How fast: 0 stands, 0.5 walks, 1 runs.
    pub pace: f32,
    /// Angle of the neck above level, radians.
    pub neck: f32,
    /// Angle of the face above level, radians.
    pub face: f32,
    /// How far the head is turned to its left, radians.
    pub look: f32,
    /// Angle of the tail above level, radians.
    pub tail: f32,
    /// How far it crouches, share of its height.
    pub crouch: f32,
}

/// The frame of a head: middle of the skull, ahead, up and left.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Middle of the skull.
    pub at: Vec3,
    /// Towards the nose.
    pub ahead: Vec3,
    /// Towards the crown.
    pub up: Vec3,
    /// To its left.
    pub left: Vec3,
}

impl Head {
    /// A point `x` ahead, `y` up and `z` left of the middle of the skull.
    pub fn point(&self, x: f32, y: f32, z: f32) -> Vec3 {
        self.at + self.ahead * x + self.up * y + self.left * z
    }
}

/// The middle joint of a limb of two bones, bent towards `knee` (ahead or behind).
fn joint(from: Vec3, to: Vec3, upper: f32, lower: f32, knee: f32) -> Vec3 {
    let along = to - from;
    let reach = along.length().clamp(1e-4, (upper + lower) * 0.999);
    let t = (upper * upper - lower * lower + reach * reach) / (2.0 * reach);
    let aside = (upper * upper - t * t).max(0.0).sqrt();
    let along = along.unit();
    from + along * t + vec3(-along.y, along.x, 0.0).unit() * (aside * knee)
}

/// Where a foot is in its stride: ahead of its shoulder and above the ground.
fn step(build: &Build, pose: &Pose, offset: f32) -> (f32, f32) {
    let phase = (pose.phase + offset) - (pose.phase + offset).floor();
    let stride = build.stride * pose.pace.min(1.0) * (0.75 + 0.5 * pose.pace);
    let ground = 0.62 - 0.2 * pose.pace;
    if phase < ground {
        (stride * (0.5 - phase / ground), 0.0)
    } else {
        let t = (phase - ground) / (1.0 - ground);
        let lift =
            maths::sin(t * TAU * 0.5) * build.height * (0.08 + 0.16 * pose.pace) * pose.pace.min(0.6) * 1.6;
        (stride * (t - 0.5), lift)
    }
}

/// The body, and the frame of its head for what else grows there.
pub fn body(b: &Build, pose: &Pose) -> (Vec<Part>, Head) {
    let mut parts = Vec::with_capacity(48);
    let bob = maths::sin(pose.phase * TAU * 2.0) * b.height * 0.012 * pose.pace;
    let top = b.height * (1.0 - pose.crouch) + bob;
    let back = top * b.rump_height;
    let chest = vec3(b.length * 0.5, top - b.chest, 0.0);
    let middle = vec3(0.0, mix(top, back, 0.5) - b.belly + b.arch, 0.0);
    let rump = vec3(-b.length * 0.46, back - b.rump, 0.0);
    let soft = b.chest * 0.55;
    parts.push(Part::cone(Organ::Trunk, chest, middle, b.chest, b.belly, b.flat, soft));
    parts.push(Part::cone(Organ::Trunk, middle, rump, b.belly, b.rump, b.flat, soft));
    let brisket = vec3(b.length * 0.42, top - b.chest * 1.55, 0.0);
    parts.push(Part::cone(
        Organ::Trunk,
        brisket,
        vec3(0.0, middle.y - b.belly * 0.35, 0.0),
        b.chest * 0.55,
        b.belly * 0.7,
        b.flat,
        soft,
    ));
    legs(b, pose, top, back, &mut parts);
    let head = neck_and_head(b, pose, top, &mut parts);
    tail(b, pose, back, &mut parts);
    (parts, head)
}

fn legs(b: &Build, pose: &Pose, top: f32, back: f32, parts: &mut Vec<Part>) {
    let wide = b.chest * b.flat * 0.62;
    let fast = pose.pace > 0.8;
    for (side, offset) in [(1.0, 0.0), (-1.0, if fast { 0.12 } else { 0.5 })] {
        let (ahead, lift) = step(b, pose, offset + 0.25);
        let shoulder = vec3(b.length * 0.44, top - b.chest * 0.9, side * wide * 0.95);
        let ground = vec3(b.length * 0.44 + ahead + b.foot.1 * 0.2, b.foot.0 + lift, side * wide * 0.8);
        let wrist = ground + vec3(-b.foot.1 * 0.25 - lift * 0.5, b.height * 0.29, 0.0);
        let reach = (shoulder - wrist).length();
        let bone = (b.height * 0.31).max(reach * 0.51);
        let elbow = joint(shoulder, wrist, bone, bone, -1.0);
        let (thick, thin) = b.leg;
        let soft = b.chest * 0.3;
        parts.push(Part::cone(Organ::Foreleg, shoulder, elbow, b.chest * 0.52, thick * 1.25, 0.8, soft));
        parts.push(Part::cone(Organ::Foreleg, elbow, wrist, thick * 1.1, thin * 1.1, 0.9, thick));
        parts.push(Part::cone(Organ::Foreleg, wrist, ground, thin * 1.05, thin * 0.9, 0.9, thin));
        foot(b, ground, parts);
    }
    for (side, offset) in [(1.0, 0.5), (-1.0, if fast { 0.62 } else { 0.0 })] {
        let (ahead, lift) = step(b, pose, offset);
        let hip = vec3(-b.length * 0.44, back - b.rump * 0.85, side * wide * 0.8);
        let ground = vec3(-b.length * 0.50 + ahead, b.foot.0 + lift, side * wide * 0.8);
        let hock = ground + vec3(-b.height * 0.085 - lift * 0.3, b.height * 0.30, 0.0);
        let reach = (hip - hock).length();
        let bone = (b.height * 0.29).max(reach * 0.52);
        let knee = joint(hip, hock, bone, bone, 1.0);
        let (thick, thin) = b.leg;
        parts.push(Part::cone(Organ::Hindleg, hip, knee, b.rump * 0.68, thick * 1.6, 0.75, b.rump * 0.35));
        parts.push(Part::cone(Organ::Hindleg, knee, hock, thick * 1.45, thin * 1.05, 0.8, thick));
        parts.push(Part::cone(Organ::Hindleg, hock, ground, thin * 1.15, thin * 0.9, 0.9, thin));
        foot(b, ground, parts);
    }
}

fn foot(b: &Build, at: Vec3, parts: &mut Vec<Part>) {
    let (radius, length) = b.foot;
    let toe = at + vec3(length * 0.7, -radius * 0.25, 0.0);
    parts.push(Part::cone(Organ::Foot, at, toe, radius, radius * 0.75, 1.1, radius * 0.5));
}

fn neck_and_head(b: &Build, pose: &Pose, top: f32, parts: &mut Vec<Part>) -> Head {
    let root = vec3(b.length * 0.48, top - b.chest * 0.75, 0.0);
    let turn = |v: Vec3, angle: f32| vec3(v.x * maths::cos(angle), v.y, v.x * maths::sin(angle) + v.z);
    let rise = vec3(maths::cos(pose.neck), maths::sin(pose.neck), 0.0);
    let bend = (rise + vec3(0.35, -0.1, 0.0)).unit();
    let middle = root + rise * (b.neck * 0.5);
    let end = middle + turn(bend, pose.look * 0.45) * (b.neck * 0.5);
    let (thick, thin) = b.neck_thick;
    let soft = thin * 0.7;
    parts.push(Part::cone(
        Organ::Neck,
        middle,
        root,
        mix(thin, thick, 0.42),
        thick,
        b.flat.min(0.9),
        thick * 0.6,
    ));
    parts.push(Part::cone(Organ::Neck, end, middle, thin, mix(thin, thick, 0.42), 0.85, soft));
    let (s, c) = (maths::sin(pose.face), maths::cos(pose.face));
    let (ls, lc) = (maths::sin(pose.look), maths::cos(pose.look));
    let ahead = vec3(c * lc, s, c * ls);
    let up = vec3(-s * lc, c, -s * ls);
    let left = vec3(-ls, 0.0, lc);
    let head = Head { at: end + ahead * (b.skull * 0.35) + up * (b.skull * 0.12), ahead, up, left };
    let nose = head.point(b.face, -b.skull * 0.28, 0.0);
    let (wide, slim) = b.muzzle;
    parts.push(Part::cone(
        Organ::Skull,
        head.point(b.skull * 0.35, 0.0, 0.0),
        head.point(-b.skull * 0.45, 0.0, 0.0),
        b.skull * 0.92,
        b.skull,
        0.9,
        soft,
    ));
    let bridge = head.point(b.skull * 0.55, -b.skull * 0.15, 0.0);
    parts.push(Part::cone(Organ::Muzzle, nose, bridge, slim, wide, 0.85, b.skull * 0.35));
    let jaw = head.point(b.face * 0.9, -b.skull * 0.28 - slim * 0.75, 0.0);
    parts.push(Part::cone(
        Organ::Muzzle,
        jaw,
        head.point(b.skull * 0.1, -b.skull * 0.65, 0.0),
        slim * 0.55,
        wide * 0.6,
        0.8,
        b.skull * 0.3,
    ));
    parts.push(Part::ball(
        Organ::Nose,
        nose + head.ahead * (slim * 0.72) + head.up * (slim * 0.25),
        slim * 0.52,
        slim * 0.15,
    ));
    for side in [1.0, -1.0] {
        let eye = head.point(b.skull * 0.72, b.skull * 0.34, side * b.skull * 0.70);
        parts.push(Part::ball(Organ::Eye, eye, b.skull * 0.135, 0.0));
        let (length, radius) = b.ear;
        let foot = head.point(-b.skull * 0.35, b.skull * 0.62, side * b.skull * 0.55);
        let out =
            (head.up * (1.0 - b.ear_out * 0.6) + head.left * (side * b.ear_out) - head.ahead * 0.18).unit();
        let (half, tip) = (foot + out * (length * 0.5), foot + out * length);
        parts.push(Part::cone(Organ::Ear, foot, half, radius * 0.75, radius, 0.8, radius * 0.4));
        parts.push(Part::cone(Organ::Ear, half, tip, radius, radius * 0.22, 0.8, radius * 0.3));
    }
    head
}

fn tail(b: &Build, pose: &Pose, back: f32, parts: &mut Vec<Part>) {
    let (length, root, full) = b.tail;
    if length <= 0.0 {
        return;
    }
    let sway = maths::sin(pose.phase * TAU) * 0.25;
    let base = vec3(-b.length * 0.46 - b.rump * 0.86, back - b.rump * 0.55, 0.0);
    let direction = |angle: f32| vec3(-maths::cos(angle), maths::sin(angle), sway);
    let one = base + direction(pose.tail) * (length * 0.35);
    let two = one + direction(pose.tail + 0.25) * (length * 0.35);
    let tip = two + direction(pose.tail + 0.5) * (length * 0.3);
    parts.push(Part::cone(Organ::Tail, base, one, root, full, 1.0, root * 1.2));
    parts.push(Part::cone(Organ::Tail, one, two, full, full, 1.0, full * 0.5));
    parts.push(Part::cone(Organ::Tail, two, tip, full, full * 0.3, 1.0, full * 0.5));
}
