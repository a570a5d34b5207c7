//! What the camera sees at each sample before any light falls on it.

use crate::vector::{Vec3, vec3};

/// What light does to a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Matter {
    /// Sky and what is so far that it only glows through haze; its colour is light already.
    Sky,
    /// Earth, wood, stone, cloth.
    Solid,
    /// Thin and green: light comes through.
    Leaf,
    /// Light goes in and comes out elsewhere.
    Snow,
    /// Hair: soft at grazing angles.
    Fur,
    /// Varnish, glass, eyes: mirrors the sky and the flash.
    Gloss,
}

/// One sample.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Distance along z in metres; infinity for the sky.
    pub depth: f32,
    /// Linear albedo times 255, square-rooted for precision in the dark.
    albedo: [u8; 3],
    /// Near-infrared albedo, coded alike.
    infrared: u8,
    normal: [i8; 3],
    /// How much of the sky reaches it, 255 for all.
    open: u8,
    /// What it is made of.
    pub matter: Matter,
}

fn code(v: f32) -> u8 {
    (v.clamp(0.0, 1.0).sqrt() * 255.0 + 0.5) as u8
}

fn decode(v: u8) -> f32 {
    let v = f32::from(v) / 255.0;
    v * v
}

/// Colour by day and by infrared flash.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Linear albedo.
    pub colour: Vec3,
    /// Near-infrared albedo.
    pub infrared: f32,
}

impl Paint {
    /// With the given colour and infrared albedo.
    pub const fn new(r: f32, g: f32, b: f32, infrared: f32) -> Self {
        Self { colour: vec3(r, g, b), infrared }
    }

    /// Brighter or darker.
    pub fn scaled(self, k: f32) -> Self {
        Self { colour: self.colour * k, infrared: self.infrared * k }
    }

    /// From `self` at 0 to `o` at 1.
    pub fn mix(self, o: Self, t: f32) -> Self {
        Self {
            colour: self.colour.mix(o.colour, t),
            infrared: self.infrared + (o.infrared - self.infrared) * t,
        }
    }
}

impl Sample {
    /// The empty sample.
    pub const NONE: Self = Self {
        depth: f32::INFINITY,
        albedo: [0; 3],
        infrared: 0,
        normal: [0; 3],
        open: 255,
        matter: Matter::Sky,
    };

    /// A sample of a surface. `open` is how much of the sky reaches it, 0 to 1.
    pub fn new(depth: f32, paint: Paint, normal: Vec3, open: f32, matter: Matter) -> Self {
        let part = |v: f32| (v.clamp(-1.0, 1.0) * 127.0) as i8;
        Self {
            depth,
            albedo: [code(paint.colour.x), code(paint.colour.y), code(paint.colour.z)],
            infrared: code(paint.infrared),
            normal: [part(normal.x), part(normal.y), part(normal.z)],
            open: (open.clamp(0.0, 1.0) * 255.0) as u8,
            matter,
        }
    }

    /// Colour by day and by flash.
    pub fn paint(&self) -> Paint {
        let [r, g, b] = self.albedo;
        Paint { colour: vec3(decode(r), decode(g), decode(b)), infrared: decode(self.infrared) }
    }

    /// Which way the surface looks.
    pub fn normal(&self) -> Vec3 {
        let [x, y, z] = self.normal;
        vec3(f32::from(x), f32::from(y), f32::from(z)).unit()
    }

    /// How much of the sky reaches it, 0 to 1.
    pub fn open(&self) -> f32 {
        f32::from(self.open) / 255.0
    }
}

/// Samples of a whole view, row by row.
#[derive(Debug, Clone)]
pub struct Surface {
    /// Samples a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row by row.
    pub samples: Vec<Sample>,
}

impl Surface {
    /// Sky everywhere.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, samples: vec![Sample::NONE; width * height] }
    }

    /// Puts `sample` where nothing nearer is.
    pub fn put(&mut self, x: usize, y: usize, sample: Sample) {
        let at = &mut self.samples[y * self.width + x];
        if sample.depth < at.depth {
            *at = sample;
        }
    }

    /// The depth at a place.
    pub fn depth(&self, x: usize, y: usize) -> f32 {
        self.samples[y * self.width + x].depth
    }
}
