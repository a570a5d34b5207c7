//! Smooth shapes on a picture.

use super::Colour;
use crate::image::RgbImage;

/// A picture that is drawn on. Everything outside it is cut off.
pub(super) struct Canvas<'a> {
    image: &'a mut RgbImage,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(image: &'a mut RgbImage) -> Self {
        Self { image }
    }

    /// A filled rectangle (left, top, right, bottom) with round corners.
    pub(super) fn fill(&mut self, area: [f32; 4], radius: f32, colour: Colour, opacity: f32) {
        self.shade(area, 1.0, colour, opacity, |x, y| 0.5 - distance(area, radius, x, y));
    }

    /// The edge of a rectangle with round corners; the line lies on both sides of it.
    pub(super) fn frame(&mut self, area: [f32; 4], radius: f32, line: f32, colour: Colour, opacity: f32) {
        let half = line / 2.0;
        self.shade(area, half + 1.0, colour, opacity, |x, y| half + 0.5 - distance(area, radius, x, y).abs());
    }

    /// Mixes `colour` into one pixel; `coverage` is 0..=1.
    pub(super) fn blend(&mut self, x: i64, y: i64, colour: Colour, coverage: f32) {
        let (width, height) = (self.image.width(), self.image.height());
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < width && y < height {
            let at = (y * width + x) * 3;
            mix(self.image.data_mut().get_mut(at..at + 3).unwrap_or_default(), colour, coverage);
        }
    }

    /// Mixes `colour` into the pixels of `area` and `margin` around it, as much as `coverage` says at their centres.
    fn shade(
        &mut self,
        [left, top, right, bottom]: [f32; 4],
        margin: f32,
        colour: Colour,
        opacity: f32,
        coverage: impl Fn(f32, f32) -> f32,
    ) {
        let columns = span(left - margin, right + margin, self.image.width());
        let rows = span(top - margin, bottom + margin, self.image.height());
        let width = self.image.width();
        let lines = self.image.data_mut().chunks_exact_mut(width * 3).enumerate();
        for (y, line) in lines.skip(rows.start).take(rows.len()) {
            let pixels = line.as_chunks_mut::<3>().0.iter_mut().enumerate();
            for (x, pixel) in pixels.skip(columns.start).take(columns.len()) {
                let covered = coverage(x as f32 + 0.5, y as f32 + 0.5).clamp(0.0, 1.0);
                mix(pixel, colour, covered * opacity);
            }
        }
    }
}

/// Whole pixels between two edges, inside 0..`most`.
fn span(from: f32, to: f32, most: usize) -> std::ops::Range<usize> {
    let most_f = most as f32;
    let (from, to) = (from.floor().clamp(0.0, most_f) as usize, to.ceil().clamp(0.0, most_f) as usize);
    from..to.max(from)
}

/// Pixels from the edge of a rectangle with round corners; below 0 inside.
fn distance([left, top, right, bottom]: [f32; 4], radius: f32, x: f32, y: f32) -> f32 {
    let (half_width, half_height) = ((right - left).abs() / 2.0, (bottom - top).abs() / 2.0);
    let radius = radius.min(half_width).min(half_height);
    let beyond_x = (x - (left + right) / 2.0).abs() - half_width + radius;
    let beyond_y = (y - (top + bottom) / 2.0).abs() - half_height + radius;
    let outside = beyond_x.max(0.0).hypot(beyond_y.max(0.0));
    outside + beyond_x.max(beyond_y).min(0.0) - radius
}

fn mix(pixel: &mut [u8], colour: Colour, coverage: f32) {
    for (channel, wanted) in pixel.iter_mut().zip(colour) {
        let mixed = f32::from(*channel) + (f32::from(wanted) - f32::from(*channel)) * coverage;
        *channel = mixed.round() as u8;
    }
}
