//! OpenCV's `INTER_AREA` on eight-bit pixels: each pixel of the result is the mean of the area it came from.
//!
//! Equal to OpenCV 4.11 on every golden case that reduces both sides or leaves them. Whole-number reductions are
//! sums of bytes; 2 x 2 rounds half up, larger ones go through a rounded `f32` product. Other reductions weigh partly
//! covered pixels in `f32`, first along the row, then down the column. Where a side grows OpenCV does something
//! else under this name; see [`opencv_area`].

use super::opencv_linear::opencv_linear;
use crate::image::RgbImage;

/// A source pixel's share in one pixel of the result.
#[derive(Clone, Copy)]
struct Share {
    source: usize,
    target: usize,
    weight: f32,
}

/// Which source pixels cover each target pixel, in the order OpenCV adds them.
fn shares(from: usize, to: usize) -> Vec<Share> {
    let scale = from as f64 / to as f64;
    let mut shares = Vec::new();
    for target in 0..to {
        let start = target as f64 * scale;
        let end = start + scale;
        let width = scale.min(from as f64 - start);
        let last = (end.floor() as usize).min(from - 1);
        let first = (start.ceil() as usize).min(last);
        let mut share = |source: usize, weight: f64| {
            shares.push(Share { source, target, weight: (weight / width) as f32 });
        };
        if first as f64 - start > 1e-3 {
            share(first - 1, first as f64 - start);
        }
        (first..last).for_each(|source| share(source, 1.0));
        if end - last as f64 > 1e-3 {
            share(last, (end - last as f64).min(1.0).min(width));
        }
    }
    shares
}

/// `cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)`; both sides at least 1.
///
/// Defined where no side grows. A picture of which one does is resized by [`opencv_linear`].
pub fn opencv_area(image: &RgbImage, width: usize, height: usize) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    if width > image.width() || height > image.height() {
        return opencv_linear(image, width, height);
    }
    if image.width().is_multiple_of(width) && image.height().is_multiple_of(height) {
        return whole(image, width, height);
    }
    let columns = shares(image.width(), width);
    let mut line = vec![0_f32; width * 3];
    let mut sums = vec![0_f32; width * 3];
    let mut data = Vec::with_capacity(width * height * 3);
    let mut target = 0;
    for share in shares(image.height(), height) {
        if share.target != target {
            data.extend(sums.iter().copied().map(saturated));
            sums.fill(0.0);
            target = share.target;
        }
        reduce(image.row(share.source), &columns, &mut line);
        for (sum, value) in sums.iter_mut().zip(&line) {
            *sum += value * share.weight;
        }
    }
    data.extend(sums.iter().copied().map(saturated));
    RgbImage::filled(width, height, data)
}

fn saturated(value: f32) -> u8 {
    value.round_ties_even().clamp(0.0, 255.0) as u8
}

fn reduce(row: &[u8], columns: &[Share], line: &mut [f32]) {
    let (pixels, _) = row.as_chunks::<3>();
    let (targets, _) = line.as_chunks_mut::<3>();
    targets.as_flattened_mut().fill(0.0);
    for share in columns {
        let (Some(pixel), Some(target)) = (pixels.get(share.source), targets.get_mut(share.target)) else {
            continue;
        };
        for (sum, value) in target.iter_mut().zip(pixel) {
            *sum += f32::from(*value) * share.weight;
        }
    }
}

/// Each pixel is the mean of a block of whole pixels.
fn whole(image: &RgbImage, width: usize, height: usize) -> RgbImage {
    let (across, down) = (image.width() / width, image.height() / height);
    let scale = 1.0 / (across * down) as f32;
    let mean = |sum: u32| match (across, down) {
        (2, 2) => ((sum + 2) >> 2) as u8,
        _ => saturated(sum as f32 * scale),
    };
    let mut data = Vec::with_capacity(width * height * 3);
    let mut sums = vec![[0_u32; 3]; width];
    for y in 0..height {
        sums.fill([0; 3]);
        for row in (y * down..(y + 1) * down).map(|y| image.row(y)) {
            let (pixels, _) = row.as_chunks::<3>();
            for (sum, block) in sums.iter_mut().zip(pixels.chunks_exact(across)) {
                for pixel in block {
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
                }
            }
        }
        data.extend(sums.iter().flat_map(|sum| sum.map(mean)));
    }
    RgbImage::filled(width, height, data)
}
