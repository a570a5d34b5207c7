//! Points, directions and colours.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::maths;

/// A point or direction in metres (x right, y up, z away from the camera), or a linear RGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Vec3 {
    /// Right, or red.
    pub x: f32,
    /// Up, or green.
    pub y: f32,
    /// Away from the camera, or blue.
    pub z: f32,
}

/// A vector from its parts.
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    /// Straight up.
    pub const UP: Self = vec3(0.0, 1.0, 0.0);
    /// Nothing.
    pub const ZERO: Self = vec3(0.0, 0.0, 0.0);

    /// All parts alike.
    pub const fn grey(v: f32) -> Self {
        vec3(v, v, v)
    }

    /// Scalar product.
    pub fn dot(self, o: Self) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    /// Vector product.
    pub fn cross(self, o: Self) -> Self {
        vec3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }

    /// Length.
    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction with length 1; up if it has none.
    pub fn unit(self) -> Self {
        let length = self.length();
        if length > 1e-12 { self / length } else { Self::UP }
    }

    /// From `self` at 0 to `o` at 1.
    pub fn mix(self, o: Self, t: f32) -> Self {
        self + (o - self) * t
    }

    /// Part by part.
    pub fn times(self, o: Self) -> Self {
        vec3(self.x * o.x, self.y * o.y, self.z * o.z)
    }

    /// Brightness of a colour.
    pub fn luma(self) -> f32 {
        0.2126 * self.x + 0.7152 * self.y + 0.0722 * self.z
    }

    /// Turned about the vertical by `angle` radians.
    pub fn turned(self, angle: f32) -> Self {
        let (s, c) = (maths::sin(angle), maths::cos(angle));
        vec3(c * self.x - s * self.z, self.y, s * self.x + c * self.z)
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        vec3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl AddAssign for Vec3 {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        vec3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        vec3(self.x * k, self.y * k, self.z * k)
    }
}

impl Div<f32> for Vec3 {
    type Output = Self;
    fn div(self, k: f32) -> Self {
        vec3(self.x / k, self.y / k, self.z / k)
    }
}
