//! From light to the 8 bits of a photo: exposure, tone curve, grain, sharpening.

use crate::maths::{self, smoothstep};
use crate::picture::Picture;
use crate::random::Random;
use crate::vector::{Vec3, vec3};

/// How a sensor turns light into numbers.
#[derive(Debug, Clone, Copy)]
pub struct Develop {
    /// Brightness that becomes middle grey; 0 lets the camera choose.
    pub exposure: f32,
    /// Gains of red and blue beside green.
    pub balance: (f32, f32),
    /// Deviation of the grain at middle grey, in 8-bit steps.
    pub grain: f32,
    /// Halo of the camera's sharpening, 0 for none.
    pub sharpen: f32,
    /// Light lost in the corners, 0 for none.
    pub vignette: f32,
    /// Colour strength, 1 as it is.
    pub colour: f32,
}

/// The exposure that a camera's meter chooses.
pub fn meter(picture: &Picture, flash: bool) -> f32 {
    let mut logs = 0.0f64;
    let mut lumas = Vec::with_capacity(picture.pixels.len() / 20);
    for row in (0..picture.height).step_by(5) {
        for x in (0..picture.width).step_by(5) {
            let luma = picture.pixels[row * picture.width + x].luma();
            logs += f64::from(libm::logf(luma.max(1e-4)));
            lumas.push(luma);
        }
    }
    let mean = libm::exp(logs / lumas.len().max(1) as f64) as f32;
    if flash {
        // By flash most of the frame is dark: what matters is that the brightest tenth is not lost.
        lumas.sort_by(f32::total_cmp);
        let bright = lumas.get(lumas.len() * 92 / 100).copied().unwrap_or(1.0);
        return (0.50 / bright.max(0.05)).clamp(0.2, 2.2);
    }
    // Bright scenes, as snow is, are allowed to stay bright.
    0.155 / maths::pow(mean.clamp(0.02, 1.5) / 0.35, 0.72) / 0.35
}

/// A shoulder for highlights and a little toe, then the eye's gamma.
fn curve(light: f32) -> f32 {
    let x = light.max(0.0);
    let tone = (x * (2.51 * x + 0.06)) / (x * (2.43 * x + 0.59) + 0.14);
    // A little more contrast in the middle, as consumer cameras like it.
    let tone = tone.clamp(0.0, 1.0);
    let tone = tone + (tone * tone * (3.0 - 2.0 * tone) - tone) * 0.30;
    if tone <= 0.003_130_8 { tone * 12.92 } else { 1.055 * maths::pow(tone, 1.0 / 2.4) - 0.055 }
}

impl Develop {
    /// The photo's bytes, RGB by row. Sets exposure by the meter unless it is given.
    pub fn develop(&self, picture: &Picture, flash: bool, random: &mut Random) -> Vec<u8> {
        let (width, height) = (picture.width, picture.height);
        let exposure = if self.exposure > 0.0 { self.exposure } else { meter(picture, flash) };
        let table: Vec<f32> = (0..=4096).map(|i| curve(i as f32 / 4096.0 * 8.0)).collect();
        let tone = |v: f32| {
            let at = (v.clamp(0.0, 7.99) * 512.0).max(0.0);
            let i = at as usize;
            table[i] + (table[i + 1] - table[i]) * (at - i as f32)
        };
        let fine_tone = |v: f32| if v < 0.05 { curve(v) } else { tone(v) };
        let mut toned: Vec<Vec3> = Vec::with_capacity(width * height);
        for y in 0..height {
            let fy = (y as f32 / height as f32 - 0.5) * 1.5;
            for x in 0..width {
                let fx = (x as f32 / width as f32 - 0.5) * 2.0;
                let fall = 1.0 - self.vignette * smoothstep(0.25, 1.6, fx * fx + fy * fy);
                let light = picture.pixels[y * width + x] * (exposure * fall);
                let light = if flash {
                    Vec3::grey(light.x)
                } else {
                    light.times(vec3(self.balance.0, 1.0, self.balance.1))
                };
                let rgb = if flash {
                    Vec3::grey(fine_tone(light.x))
                } else {
                    vec3(fine_tone(light.x), fine_tone(light.y), fine_tone(light.z))
                };
                toned.push(Vec3::grey(rgb.luma()).mix(rgb, self.colour));
            }
        }
        self.print(&toned, width, height, flash, random)
    }

    fn print(
        &self,
        toned: &[Vec3],
        width: usize,
        height: usize,
        flash: bool,
        random: &mut Random,
    ) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(width * height * 3);
        let at = |x: usize, y: usize| toned[y * width + x];
        let size = (width as f32 / 1280.0).max(0.5);
        for y in 0..height {
            let (up, down) = (y.saturating_sub(1), (y + 1).min(height - 1));
            let mut drift = 0.0;
            for x in 0..width {
                let c = at(x, y);
                let around =
                    (at(x.saturating_sub(1), y) + at((x + 1).min(width - 1), y) + at(x, up) + at(x, down))
                        * 0.25;
                let crisp = c + (c - around) * self.sharpen;
                // Grain is stronger in the shade, and neighbours share some of it: the camera has smoothed it.
                let strength = self.grain * size.sqrt() / 255.0 * (1.35 - 0.8 * c.luma());
                drift = drift * 0.45 + random.normal() * strength * 0.9;
                let chroma = if flash {
                    Vec3::ZERO
                } else {
                    vec3(random.signed(), random.signed() * 0.5, random.signed()) * (strength * 0.45)
                };
                let value = crisp + Vec3::grey(drift) + chroma;
                bytes.extend([value.x, value.y, value.z].map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8));
            }
        }
        bytes
    }
}
