//! OpenCV's `INTER_LINEAR` on eight-bit pixels: bilinear in fixed point, without antialiasing.
//!
//! Equal to OpenCV 4.10, 4.11 and 5.0 on every golden case. Weights have 11 bits; a row is resized horizontally,
//! loses four bits, and pairs of such rows are mixed with two more roundings, as OpenCV's vector code does.

use crate::image::RgbImage;

const WEIGHT_ONE: f32 = 2048.0;

/// Where one output column or row comes from: two source positions and their weights in 1/2048.
#[derive(Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    first_weight: i16,
    second_weight: i16,
}

impl Tap {
    /// Columns take no weight from beyond the edge, rows repeat the edge row; the sum is the same.
    fn new(index: usize, from: usize, to: usize, is_column: bool) -> Self {
        let scale = from as f64 / to as f64;
        let position = ((index as f64 + 0.5) * scale - 0.5) as f32;
        let floor = position.floor();
        let last = from - 1;
        let beyond = floor < 0.0 || floor >= last as f32;
        let fraction = if is_column && beyond { 0.0 } else { position - floor };
        let first = (floor.max(0.0) as usize).min(last);
        let second = ((floor + 1.0).max(0.0) as usize).min(last);
        let weight = |share: f32| (share * WEIGHT_ONE).round_ties_even() as i16;
        Self { first, second, first_weight: weight(1.0 - fraction), second_weight: weight(fraction) }
    }
}

/// A picture on its way to another size, row by row from the top.
pub(crate) struct Rows<'a> {
    image: &'a RgbImage,
    height: usize,
    columns: Vec<Tap>,
    first: Line,
    second: Line,
}

/// A source row resized horizontally: samples times 128, and which row it is.
struct Line {
    source: Option<usize>,
    samples: Vec<i16>,
}

impl<'a> Rows<'a> {
    /// `width` and `height`, both at least 1, are the size of the result.
    pub(crate) fn new(image: &'a RgbImage, width: usize, height: usize) -> Self {
        let columns = (0..width).map(|x| Tap::new(x, image.width(), width, true)).collect();
        let line = || Line { source: None, samples: vec![0; width * 3] };
        Self { image, height, columns, first: line(), second: line() }
    }

    /// Writes row `y` of the result, `width * 3` bytes of RGB.
    pub(crate) fn write(&mut self, y: usize, row: &mut [u8]) {
        let tap = Tap::new(y, self.image.height(), self.height, false);
        if self.second.source == Some(tap.first) {
            std::mem::swap(&mut self.first, &mut self.second);
        }
        self.first.fill(self.image, tap.first, &self.columns);
        self.second.fill(self.image, tap.second, &self.columns);
        let share = |sample: i16, weight: i16| ((i32::from(sample) * i32::from(weight)) >> 16) as i16;
        for ((out, a), b) in row.iter_mut().zip(&self.first.samples).zip(&self.second.samples) {
            let sum = share(*a, tap.first_weight) + share(*b, tap.second_weight) + 2;
            *out = (sum >> 2).clamp(0, 255) as u8;
        }
    }
}

impl Line {
    fn fill(&mut self, image: &RgbImage, y: usize, columns: &[Tap]) {
        if self.source == Some(y) {
            return;
        }
        self.source = Some(y);
        let (pixels, _) = image.row(y).as_chunks::<3>();
        for (out, tap) in self.samples.as_chunks_mut::<3>().0.iter_mut().zip(columns) {
            let (Some(a), Some(b)) = (pixels.get(tap.first), pixels.get(tap.second)) else { continue };
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                let sum = i32::from(*a) * i32::from(tap.first_weight)
                    + i32::from(*b) * i32::from(tap.second_weight);
                *out = (sum >> 4) as i16;
            }
        }
    }
}

/// `cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)`; both sides at least 1.
pub fn opencv_linear(image: &RgbImage, width: usize, height: usize) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let mut rows = Rows::new(image, width, height);
    let mut data = vec![0; width * height * 3];
    for (y, row) in data.chunks_exact_mut(width * 3).enumerate() {
        rows.write(y, row);
    }
    RgbImage::filled(width, height, data)
}
