//! A photo being made: linear light by pixel, and what the sensor makes of it.

use crate::vector::Vec3;

/// Light by pixel, row by row.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Linear light.
    pub pixels: Vec<Vec3>,
}

impl Picture {
    /// Darkness.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![Vec3::ZERO; width * height] }
    }

    /// A pixel, the nearest one for places outside.
    pub fn get(&self, x: isize, y: isize) -> Vec3 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.pixels[y * self.width + x]
    }

    /// A pixel to change, if it is inside.
    pub fn at(&mut self, x: isize, y: isize) -> Option<&mut Vec3> {
        let inside = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
        inside.then(|| &mut self.pixels[y as usize * self.width + x as usize])
    }
}
