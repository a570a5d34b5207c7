//! The strip below the picture: date, time, temperature, the moon, the camera's name.

use crate::lens::font;

/// What the strip says.
#[derive(Debug, Clone)]
pub struct Strip {
    /// Left: date and time.
    pub time: String,
    /// Middle: temperature.
    pub temperature: String,
    /// Right: which camera.
    pub name: String,
    /// Phase of the moon, 0 new, 0.5 full.
    pub moon: f32,
    /// Light letters on black, or the other way round.
    pub dark: bool,
}

/// Height of the strip in pixels for a photo so many pixels high.
pub fn height(photo: usize) -> usize {
    photo / 24
}

impl Strip {
    /// Writes it over the lowest rows of an RGB photo.
    pub fn print(&self, bytes: &mut [u8], width: usize, rows: usize) {
        let high = height(rows);
        let (paper, ink) = if self.dark { (12u8, 235u8) } else { (236, 20) };
        let from = (rows - high) * width * 3;
        bytes[from..].fill(paper);
        let size = high as f32 * 0.62;
        let baseline = (rows - high) as f32 + (high as f32 - size) * 0.5;
        let mut write = |text: &str, x: f32| {
            font::write(text, x, baseline, size, &mut |px, py, cover| {
                if px < width && py < rows {
                    for channel in &mut bytes[(py * width + px) * 3..][..3] {
                        *channel =
                            (f32::from(*channel) + (f32::from(ink) - f32::from(*channel)) * cover) as u8;
                    }
                }
            });
        };
        let wide = width as f32;
        write(&self.time, wide * 0.02);
        write(&self.temperature, wide * 0.53 - font::width(&self.temperature, size) * 0.5);
        write(&self.name, wide * 0.98 - font::width(&self.name, size));
        self.print_moon(bytes, width, (wide * 0.64, baseline + size * 0.5, size * 0.46), (paper, ink));
    }

    fn print_moon(
        &self,
        bytes: &mut [u8],
        width: usize,
        (cx, cy, r): (f32, f32, f32),
        (paper, ink): (u8, u8),
    ) {
        let reach = r.ceil() as isize + 1;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let (px, py) = (cx as isize + dx, cy as isize + dy);
                let (x, y) = ((px as f32 + 0.5 - cx) / r, (py as f32 + 0.5 - cy) / r);
                let d = (x * x + y * y).sqrt();
                let rim = (1.0 - (d - 1.0).abs() * r / 1.2).clamp(0.0, 1.0);
                // The edge of the shadow is half an ellipse.
                let edge = (1.0 - y * y).max(0.0).sqrt() * (1.0 - 4.0 * (self.moon - 0.5).abs());
                let lit = if self.moon < 0.5 { x > -edge } else { x < edge };
                let cover = if d < 1.0 && lit { 1.0 } else { rim };
                if px < 0 || py < 0 || px as usize >= width {
                    continue;
                }
                let index = (py as usize * width + px as usize) * 3;
                for channel in bytes.iter_mut().skip(index).take(3) {
                    *channel = (f32::from(paper) + (f32::from(ink) - f32::from(paper)) * cover) as u8;
                }
            }
        }
    }
}
