//! What falls through the air before the lens.

use crate::maths;
use crate::picture::Picture;
use crate::random::Random;
use crate::vector::{Vec3, vec3};

/// The weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Nothing falls; the sun may shine.
    Clear,
    /// Grey sky.
    Overcast,
    /// Mist among the trees.
    Fog,
    /// Rain.
    Rain,
    /// Snowflakes.
    Snowfall,
}

/// A soft stroke of light from `a` to `b`, `r` pixels thick.
fn stroke(picture: &mut Picture, a: (f32, f32), b: (f32, f32), r: f32, colour: Vec3, strength: f32) {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let squared = (dx * dx + dy * dy).max(1e-6);
    let reach = r + 1.0;
    for y in (a.1.min(b.1) - reach) as isize..=(a.1.max(b.1) + reach) as isize {
        for x in (a.0.min(b.0) - reach) as isize..=(a.0.max(b.0) + reach) as isize {
            let (px, py) = (x as f32 + 0.5 - a.0, y as f32 + 0.5 - a.1);
            let t = ((px * dx + py * dy) / squared).clamp(0.0, 1.0);
            let d = ((px - dx * t) * (px - dx * t) + (py - dy * t) * (py - dy * t)).sqrt();
            let cover = maths::smoothstep(r + 0.7, (r * 0.35).min(r - 0.3).max(0.0), d) * strength;
            if cover > 0.0
                && let Some(pixel) = picture.at(x, y)
            {
                *pixel = pixel.mix(colour, cover);
            }
        }
    }
}

/// Draws what falls. `flash` lights the near drops white; `bright` is the light of the scene.
pub fn fall(weather: Weather, picture: &mut Picture, flash: bool, bright: f32, random: &mut Random) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let size = width / 1280.0;
    match weather {
        Weather::Rain => {
            let slant = random.range(-0.12, 0.12);
            for _ in 0..if flash { 150 } else { 260 } {
                let near = random.unit();
                let length = (14.0 + 60.0 * near * near) * size;
                let (x, y) = (random.range(0.0, width), random.range(-40.0, height));
                let colour = Vec3::grey(if flash { 0.9 } else { bright * 1.5 });
                let strength = if flash { 0.10 + 0.5 * near * near } else { 0.06 + 0.16 * near };
                let thick = (0.5 + 1.1 * near * near) * size;
                stroke(picture, (x, y), (x + length * slant, y + length), thick, colour, strength);
            }
        }
        Weather::Snowfall => {
            for _ in 0..if flash { 110 } else { 170 } {
                let near = random.unit() * random.unit();
                let r = (0.9 + if flash { 9.0 } else { 5.0 } * near * near) * size;
                let (x, y) = (random.range(0.0, width), random.range(0.0, height));
                let drift = r * random.range(0.4, 1.6);
                let colour = Vec3::grey(if flash { 1.2 } else { bright * 1.9 });
                let strength = random.range(0.45, 0.85) / (1.0 + near * 3.0);
                stroke(picture, (x, y), (x + drift * 0.4, y + drift), r, colour, strength);
            }
        }
        _ => {}
    }
}

/// Leaves that fall: why many empty photos are taken.
pub fn leaves(picture: &mut Picture, count: u32, flash: bool, bright: f32, random: &mut Random) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let size = width / 1280.0;
    for _ in 0..count {
        let (x, y) = (random.range(0.0, width), random.range(0.0, height * 0.85));
        let length = random.range(6.0, 26.0) * size;
        let angle = random.range(0.0, std::f32::consts::TAU);
        let end = (x + length * maths::cos(angle), y + length * maths::sin(angle));
        let tint = random.unit();
        let colour = if flash {
            Vec3::grey(random.range(0.3, 0.9))
        } else {
            vec3(0.55, 0.32, 0.08).mix(vec3(0.28, 0.12, 0.04), tint) * (bright * 2.0)
        };
        stroke(picture, (x, y), end, length * random.range(0.12, 0.3), colour, 0.85);
    }
}

/// Beams of low sun across the view.
pub fn beams(picture: &mut Picture, colour: Vec3, random: &mut Random) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let slant = random.range(0.25, 0.7) * if random.chance(0.5) { 1.0 } else { -1.0 };
    let offset = random.range(0.0, 60.0);
    for y in 0..picture.height {
        let fade = maths::smoothstep(1.0, 0.15, y as f32 / height);
        for x in 0..picture.width {
            let across = (x as f32 - y as f32 * slant) / width;
            let beam = maths::smoothstep(0.52, 0.75, crate::noise::drift(across * 7.0 + offset, offset, 2));
            picture.pixels[y * picture.width + x] += colour * (beam * fade * 0.16);
        }
    }
}
