//! Smooth random fields: the grain of bark, drifts of snow, patches of light, spots of a coat.

use crate::vector::{Vec3, vec3};

fn hash(x: i32, y: i32, z: i32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    (h >> 8) as f32 / (1u32 << 24) as f32
}

/// One number in 0..1 for a cell of space.
pub fn cell(x: i32, y: i32, z: i32) -> f32 {
    hash(x, y, z)
}

fn fade(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// A field in 0..1 that changes over about one metre of `p`.
pub fn field(p: Vec3) -> f32 {
    let (fx, fy, fz) = (p.x.floor(), p.y.floor(), p.z.floor());
    let (x, y, z) = (fx as i32, fy as i32, fz as i32);
    let (u, v, w) = (fade(p.x - fx), fade(p.y - fy), fade(p.z - fz));
    let lerp = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let edge = |y, z| lerp(hash(x, y, z), hash(x.wrapping_add(1), y, z), u);
    let face = |z| lerp(edge(y, z), edge(y.wrapping_add(1), z), v);
    lerp(face(z), face(z.wrapping_add(1)), w)
}

/// A field over a plane.
pub fn plane(x: f32, z: f32) -> f32 {
    let (fx, fz) = (x.floor(), z.floor());
    let (ix, iz) = (fx as i32, fz as i32);
    let (u, w) = (fade(x - fx), fade(z - fz));
    let row = |z| {
        let a = hash(ix, 77, z);
        a + (hash(ix.wrapping_add(1), 77, z) - a) * u
    };
    let a = row(iz);
    a + (row(iz.wrapping_add(1)) - a) * w
}

/// Several octaves of [`field`], in 0..1.
pub fn cloud(p: Vec3, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut q) = (0.0, 1.0, 0.0, p);
    for _ in 0..octaves {
        sum += field(q) * weight;
        total += weight;
        weight *= 0.5;
        q = q * 2.03 + vec3(17.3, 5.1, 9.7);
    }
    sum / total
}

/// Several octaves of [`plane`], in 0..1.
pub fn drift(x: f32, z: f32, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut at) = (0.0, 1.0, 0.0, (x, z));
    for _ in 0..octaves {
        sum += plane(at.0, at.1) * weight;
        total += weight;
        weight *= 0.5;
        at = (at.0 * 2.03 + 17.3, at.1 * 2.03 + 9.7);
    }
    sum / total
}
