//! The one picture type: upright RGB, eight bits a channel.

/// A photo as the networks see it: `u8` RGB, rows top to bottom, pixels left to right, no padding, upright.
///
/// At least 1 × 1 pixel; `data` always holds exactly `width * height * 3` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbImage {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

/// A buffer that cannot be an [`RgbImage`].
#[derive(Debug, thiserror::Error)]
#[error("{bytes} bytes are not an RGB image of {width} x {height} pixels")]
pub struct SizeMismatch {
    width: usize,
    height: usize,
    bytes: usize,
}

/// What has to be done to a stored picture to turn it upright, by the EXIF number that says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientation {
    /// 1, and every number outside 1..=8.
    #[default]
    Upright,
    /// 2.
    FlipLeftRight,
    /// 3.
    Rotate180,
    /// 4.
    FlipTopBottom,
    /// 5: rows become columns.
    Transpose,
    /// 6: a quarter turn clockwise.
    Rotate90Clockwise,
    /// 7: [`Orientation::Transpose`] followed by [`Orientation::Rotate180`].
    Transverse,
    /// 8: a quarter turn anticlockwise.
    Rotate90Anticlockwise,
}

impl Orientation {
    /// The meaning of the EXIF tag `Orientation`; unknown numbers are upright.
    pub fn from_exif(number: i64) -> Self {
        match number {
            2 => Self::FlipLeftRight,
            3 => Self::Rotate180,
            4 => Self::FlipTopBottom,
            5 => Self::Transpose,
            6 => Self::Rotate90Clockwise,
            7 => Self::Transverse,
            8 => Self::Rotate90Anticlockwise,
            _ => Self::Upright,
        }
    }
}

impl RgbImage {
    /// Takes `width * height * 3` bytes, RGB, rows top to bottom.
    pub fn new(width: usize, height: usize, data: Vec<u8>) -> Result<Self, SizeMismatch> {
        let expected = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
        if width == 0 || height == 0 || expected != Some(data.len()) {
            return Err(SizeMismatch { width, height, bytes: data.len() });
        }
        Ok(Self { width, height, data })
    }

    /// For buffers that this crate made to measure.
    pub(crate) fn filled(width: usize, height: usize, mut data: Vec<u8>) -> Self {
        debug_assert_eq!(data.len(), width * height * 3);
        data.resize(width * height * 3, 0);
        Self { width, height, data }
    }

    /// Columns, at least 1.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows, at least 1.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All bytes: RGB, rows top to bottom.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The same, to draw on.
    pub(crate) fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The rows, top to bottom, each `width * 3` bytes.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.data.chunks_exact(self.width * 3)
    }

    /// One row of `width * 3` bytes; the last one where `y` is beyond it.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let start = y.min(self.height - 1) * self.width * 3;
        self.data.get(start..start + self.width * 3).unwrap_or_default()
    }

    /// The picture turned upright.
    pub fn oriented(self, orientation: Orientation) -> Self {
        match orientation {
            Orientation::Upright => self,
            Orientation::FlipLeftRight => self.mirrored_rows(),
            Orientation::Rotate180 => self.reversed(),
            Orientation::FlipTopBottom => self.reversed().mirrored_rows(),
            Orientation::Transpose => self.transposed(),
            Orientation::Rotate90Clockwise => self.transposed().mirrored_rows(),
            Orientation::Transverse => self.transposed().reversed(),
            Orientation::Rotate90Anticlockwise => self.transposed().reversed().mirrored_rows(),
        }
    }

    fn mirrored_rows(mut self) -> Self {
        for row in self.data.chunks_exact_mut(self.width * 3) {
            row.as_chunks_mut::<3>().0.reverse();
        }
        self
    }

    fn reversed(mut self) -> Self {
        self.data.as_chunks_mut::<3>().0.reverse();
        self
    }

    fn transposed(self) -> Self {
        // Square tiles keep both the rows read and the rows written in the cache.
        const TILE: usize = 32;
        let (width, height) = (self.width, self.height);
        let mut data = vec![0; self.data.len()];
        let source = self.data.as_chunks::<3>().0;
        for (band_index, band) in data.chunks_mut(TILE * height * 3).enumerate() {
            for top in (0..height).step_by(TILE) {
                for (x, target_row) in (band_index * TILE..).zip(band.chunks_exact_mut(height * 3)) {
                    let target = target_row.as_chunks_mut::<3>().0.iter_mut().skip(top).take(TILE);
                    let column = source.iter().skip(top * width + x).step_by(width);
                    target.zip(column).for_each(|(to, from)| *to = *from);
                }
            }
        }
        Self { width: height, height: width, data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(width: usize, height: usize) -> RgbImage {
        let data = (0..width * height).flat_map(|i| [i as u8, (i >> 8) as u8, 7]).collect();
        RgbImage::new(width, height, data).unwrap()
    }

    fn pixel(image: &RgbImage, x: usize, y: usize) -> &[u8] {
        &image.data()[(y * image.width() + x) * 3..][..3]
    }

    #[test]
    fn every_orientation_moves_each_pixel_where_exif_says() {
        let (w, h) = (67, 41);
        let stored = numbered(w, h);
        // For the upright pixel (x, y): where it lies in the stored picture.
        type Place = fn(usize, usize, usize, usize) -> (usize, usize);
        let cases: [(i64, Place); 9] = [
            (1, |x, y, _, _| (x, y)),
            (2, |x, y, w, _| (w - 1 - x, y)),
            (3, |x, y, w, h| (w - 1 - x, h - 1 - y)),
            (4, |x, y, _, h| (x, h - 1 - y)),
            (5, |x, y, _, _| (y, x)),
            (6, |x, y, _, h| (y, h - 1 - x)),
            (7, |x, y, w, h| (w - 1 - y, h - 1 - x)),
            (8, |x, y, w, _| (w - 1 - y, x)),
            (9, |x, y, _, _| (x, y)),
        ];
        for (number, place) in cases {
            let upright = stored.clone().oriented(Orientation::from_exif(number));
            let turned = (5..=8).contains(&number);
            let size = if turned { (h, w) } else { (w, h) };
            assert_eq!((upright.width(), upright.height()), size, "orientation {number}");
            for y in 0..size.1 {
                for x in 0..size.0 {
                    let (sx, sy) = place(x, y, w, h);
                    assert_eq!(
                        pixel(&upright, x, y),
                        pixel(&stored, sx, sy),
                        "orientation {number} at {x},{y}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_buffer_of_another_size_is_refused() {
        assert!(RgbImage::new(2, 2, vec![0; 11]).is_err());
        assert!(RgbImage::new(0, 2, vec![]).is_err());
        assert!(RgbImage::new(usize::MAX, 2, vec![]).is_err());
    }
}
