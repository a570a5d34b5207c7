//! The detector's input: the photo fitted into a fixed side, on grey.

use crate::image::RgbImage;
use crate::resize::opencv_linear::Rows;

/// The grey of the border, in each channel.
const GREY: u8 = 114;

/// What frame the photo is fitted into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The longer side of the result, in pixels, at least 1.
    pub side: usize,
    /// With a stride the border is the smallest that makes both sides multiples of it (when `side` is one);
    /// without, the result is square.
    pub stride: Option<usize>,
}

/// Where a photo lies in the detector's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letterbox {
    /// Columns of the photo.
    pub source_width: usize,
    /// Rows of the photo.
    pub source_height: usize,
    /// Columns of the resized photo inside the border.
    pub inner_width: usize,
    /// Rows of the resized photo inside the border.
    pub inner_height: usize,
    /// Border columns to the left.
    pub left: usize,
    /// Border columns to the right.
    pub right: usize,
    /// Border rows above.
    pub top: usize,
    /// Border rows below.
    pub bottom: usize,
}

/// A photo so long and thin that no pixel of it would be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture of {width} x {height} pixels has nothing left when fitted into {side} pixels")]
pub struct TooThin {
    /// Columns of the photo.
    pub width: usize,
    /// Rows of the photo.
    pub height: usize,
    /// The longer side it was to be fitted into.
    pub side: usize,
}

/// A border's two sides; the second one takes the odd pixel.
fn halves(border: usize) -> (usize, usize) {
    let part = |shift: f64| (border as f64 / 2.0 + shift).round_ties_even().max(0.0) as usize;
    (part(-0.1), part(0.1))
}

impl Letterbox {
    /// For a photo of `width` x `height`, both at least 1. Follows the letterbox of YOLOv5 (enlarging
    /// allowed); halves are rounded to even as Python does.
    pub fn fit(width: usize, height: usize, frame: Frame) -> Result<Self, TooThin> {
        let side = frame.side as f64;
        let ratio = (side / height as f64).min(side / width as f64);
        let inner = |length: usize| (length as f64 * ratio).round_ties_even() as usize;
        let (inner_width, inner_height) = (inner(width), inner(height));
        if inner_width == 0 || inner_height == 0 {
            return Err(TooThin { width, height, side: frame.side });
        }
        let border = |inner: usize| {
            let all = frame.side.saturating_sub(inner);
            halves(frame.stride.map_or(all, |stride| all % stride.max(1)))
        };
        let (left, right) = border(inner_width);
        let (top, bottom) = border(inner_height);
        Ok(Self {
            source_width: width,
            source_height: height,
            inner_width,
            inner_height,
            left,
            right,
            top,
            bottom,
        })
    }

    /// For a photo of `width` x `height`, both at least 1, scaled to fit into exactly `target_width` x `target_height`
    /// and laid in the middle: what ultralytics does for networks that take one size only.
    pub fn exactly(
        width: usize,
        height: usize,
        target_width: usize,
        target_height: usize,
    ) -> Result<Self, TooThin> {
        let ratio = (target_height as f64 / height as f64).min(target_width as f64 / width as f64);
        let inner = |length: usize| (length as f64 * ratio).round_ties_even() as usize;
        let (inner_width, inner_height) = (inner(width), inner(height));
        if inner_width == 0 || inner_height == 0 {
            return Err(TooThin { width, height, side: target_width.max(target_height) });
        }
        let centred = Self::centre(inner_width, inner_height, target_width, target_height);
        Ok(Self { source_width: width, source_height: height, ..centred })
    }

    /// For a photo of `width` x `height`, both at least 1, that lies unscaled in the middle of a picture of at least
    /// `target_width` x `target_height`: the MegaDetector package's modern mode, behind its own resize.
    pub fn centre(width: usize, height: usize, target_width: usize, target_height: usize) -> Self {
        let (left, right) = halves(target_width.saturating_sub(width));
        let (top, bottom) = halves(target_height.saturating_sub(height));
        Self {
            source_width: width,
            source_height: height,
            inner_width: width,
            inner_height: height,
            left,
            right,
            top,
            bottom,
        }
    }

    /// Columns of the result.
    pub fn width(&self) -> usize {
        self.left + self.inner_width + self.right
    }

    /// Rows of the result.
    pub fn height(&self) -> usize {
        self.top + self.inner_height + self.bottom
    }

    /// The network's input: `f32` in 0..=1, `[1, 3, height, width]`, RGB planes, written over `input`.
    ///
    /// Each value is the byte divided by 255 in `f32`. `image` has the size that
    /// [`Letterbox::fit`] was given.
    pub fn write_planes(&self, image: &RgbImage, input: &mut Vec<f32>) {
        let unit: [f32; 256] = std::array::from_fn(|value| value as f32 / 255.0);
        let level = |value: u8| unit.get(usize::from(value)).copied().unwrap_or_default();
        let plane = self.width() * self.height();
        input.clear();
        input.resize(plane * 3, level(GREY));
        let (red, rest) = input.split_at_mut(plane);
        let (green, blue) = rest.split_at_mut(plane);
        let width = self.width();
        let planes =
            red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        let inner = self.left..self.left + self.inner_width;
        let mut rows = self.rows(image);
        let mut bytes = vec![0; self.inner_width * 3];
        for (y, ((red, green), blue)) in planes.skip(self.top).take(self.inner_height).enumerate() {
            rows(y, &mut bytes);
            let targets = [red, green, blue].map(|row| row.get_mut(inner.clone()).unwrap_or_default());
            let [red, green, blue] = targets;
            let targets = red.iter_mut().zip(green).zip(blue);
            for (((red, green), blue), [r, g, b]) in targets.zip(bytes.as_chunks::<3>().0) {
                (*red, *green, *blue) = (level(*r), level(*g), level(*b));
            }
        }
    }

    /// The same picture in bytes, for looking at it.
    pub fn draw(&self, image: &RgbImage) -> RgbImage {
        let mut data = vec![GREY; self.width() * self.height() * 3];
        let mut rows = self.rows(image);
        let inner = self.left * 3..(self.left + self.inner_width) * 3;
        let targets = data.chunks_exact_mut(self.width() * 3).skip(self.top).take(self.inner_height);
        for (y, target) in targets.enumerate() {
            rows(y, target.get_mut(inner.clone()).unwrap_or_default());
        }
        RgbImage::filled(self.width(), self.height(), data)
    }

    /// Writes row `y` of the resized photo; a photo that has the size already is copied.
    fn rows<'a>(&self, image: &'a RgbImage) -> impl FnMut(usize, &mut [u8]) + 'a {
        let same = (self.inner_width, self.inner_height) == (image.width(), image.height());
        let mut resized = (!same).then(|| Rows::new(image, self.inner_width, self.inner_height));
        move |y, target| match &mut resized {
            Some(rows) => rows.write(y, target),
            None => target.iter_mut().zip(image.row(y)).for_each(|(to, from)| *to = *from),
        }
    }
}
