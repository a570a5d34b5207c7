//! Which part of a photo the classifier sees, and the numbers it gets.

use crate::image::RgbImage;
use crate::resize::torch_bilinear::torch_bilinear;

/// A rectangle of whole pixels inside a picture, at least 1 x 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// A box that holds no whole pixel of the picture.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the box {bbox:?} holds no pixel of a picture of {width} x {height}")]
pub struct EmptyCrop {
    /// As it was given.
    pub bbox: [f64; 4],
    /// Columns of the picture.
    pub width: usize,
    /// Rows of the picture.
    pub height: usize,
}

impl Crop {
    /// All of the picture.
    pub fn whole(image: &RgbImage) -> Self {
        Self { top: 0, left: 0, height: image.height(), width: image.width() }
    }

    /// The box in whole pixels, every number cut off behind the point as the reference does (no margin, no
    /// squaring): model type `always_crop`.
    ///
    /// `bbox` is left, top, width and height as fractions of the picture, not rounded.
    pub fn of_box(image: &RgbImage, bbox: [f64; 4]) -> Result<Self, EmptyCrop> {
        let [x, y, w, h] = bbox;
        let (columns, rows) = (image.width() as f64, image.height() as f64);
        let crop = Self {
            top: (y * rows) as usize,
            left: (x * columns) as usize,
            height: (h * rows) as usize,
            width: (w * columns) as usize,
        };
        let crop = Self {
            height: crop.height.min(image.height().saturating_sub(crop.top)),
            width: crop.width.min(image.width().saturating_sub(crop.left)),
            ..crop
        };
        if crop.height == 0 || crop.width == 0 {
            return Err(EmptyCrop { bbox, width: image.width(), height: image.height() });
        }
        Ok(crop)
    }

    /// The box widened to a square around its middle, in whole pixels, clipped to the picture (and then no square
    /// any more): DeepFaune and Manas.
    ///
    /// `xyxy` is left, top, right and bottom in pixels. Both sides move by half the difference, cut off behind the
    /// point, and so do the corners.
    pub fn square(image: &RgbImage, xyxy: [f64; 4]) -> Result<Self, EmptyCrop> {
        let [mut x1, mut y1, mut x2, mut y2] = xyxy;
        let (w, h) = (x2 - x1, y2 - y1);
        if w > h {
            let more = ((w - h) / 2.0).trunc();
            (y1, y2) = (y1 - more, y2 + more);
        } else if h > w {
            let more = ((h - w) / 2.0).trunc();
            (x1, x2) = (x1 - more, x2 + more);
        }
        Self::of_corners(image, [x1, y1, x2, y2])
    }

    /// The box in whole pixels, clipped to the picture. `xyxy` is left, top, right and bottom in pixels, each cut off
    /// behind the point.
    pub fn of_corners(image: &RgbImage, xyxy: [f64; 4]) -> Result<Self, EmptyCrop> {
        // The conversion cuts off, and takes negative numbers and NaN to 0.
        let [left, top, right, bottom] = xyxy.map(|corner| corner as usize);
        let (right, bottom) = (right.min(image.width()), bottom.min(image.height()));
        if left >= right || top >= bottom {
            let (width, height) = (image.width(), image.height());
            return Err(EmptyCrop { bbox: xyxy, width, height });
        }
        Ok(Self { top, left, height: bottom - top, width: right - left })
    }

    /// The full width without a band at the top and at the bottom, together 30 % of the rows but at most 400:
    /// where cameras print their data. Model type `full_image`.
    pub fn without_bands(image: &RgbImage) -> Self {
        let rows = image.height();
        let height = ((rows as f64 * 0.7) as usize).max(rows.saturating_sub(400)).max(1);
        let top = ((rows - height) as f64 / 2.0).round_ties_even() as usize;
        Self { top, left: 0, height, width: image.width() }
    }

    /// The part of the crop that lies in the picture; one pixel where that is nothing.
    pub(crate) fn within(&self, image: &RgbImage) -> Self {
        let top = self.top.min(image.height() - 1);
        let left = self.left.min(image.width() - 1);
        Self {
            top,
            left,
            height: self.height.clamp(1, image.height() - top),
            width: self.width.clamp(1, image.width() - left),
        }
    }

    /// The bytes of the crop's row `y`.
    pub(crate) fn row<'a>(&self, image: &'a RgbImage, y: usize) -> &'a [u8] {
        image.row(self.top + y).get(self.left * 3..(self.left + self.width) * 3).unwrap_or_default()
    }

    pub(crate) fn copied_from(&self, image: &RgbImage) -> RgbImage {
        let data = (0..self.height).flat_map(|y| self.row(image, y)).copied().collect();
        RgbImage::filled(self.width, self.height, data)
    }
}

/// The classifier's input: the crop resized to `side` x `side` with torch's bilinear resize and quantised to
/// bytes, then `f32` in 0..=1, `[side, side, 3]`, rows top to bottom, RGB.
pub fn classifier_input(image: &RgbImage, crop: &Crop, side: usize) -> Vec<f32> {
    let unit: [f32; 256] = std::array::from_fn(|value| value as f32 / 255.0);
    let resized = torch_bilinear(image, crop, side, side);
    let level = |value: &u8| unit.get(usize::from(*value)).copied().unwrap_or_default();
    resized.data().iter().map(level).collect()
}
