//! People made unrecognisable on a picture before it is given away.
//!
//! A part of the picture becomes a few large squares of one even colour each: what was in a square is not there any more, so
//! nothing can bring it back. A blur would leave more than it seems to.

use crate::image::RgbImage;

/// Squares along the longer side of a part, at most: a head is less than one.
const SQUARES: f64 = 6.0;
/// How much a box grows on each side: detectors cut off hands and hats.
const MARGIN: f64 = 0.08;
/// Levels of a colour that are told apart: what is left of a square.
const STEP: u32 = 16;

/// Covers every box (left, top, width and height as fractions of the picture). What is not a number covers everything.
pub fn boxes(image: &mut RgbImage, boxes: &[[f64; 4]]) {
    // All are averaged from the picture as it was, so that squares of one never show through another.
    let original = image.clone();
    for [left, top, width, height] in boxes {
        if ![left, top, width, height].into_iter().all(|side| side.is_finite()) {
            cover(image, &original, [0.0, 0.0, 1.0, 1.0]);
            continue;
        }
        let (aside, above) = (width.abs() * MARGIN, height.abs() * MARGIN);
        let [right, bottom] = [left + width + aside, top + height + above];
        cover(image, &original, [left - aside, top - above, right, bottom]);
    }
}

/// Covers the whole picture.
pub fn everything(image: &mut RgbImage) {
    let original = image.clone();
    cover(image, &original, [0.0, 0.0, 1.0, 1.0]);
}

/// Left, top, right and bottom as fractions.
fn cover(image: &mut RgbImage, original: &RgbImage, [left, top, right, bottom]: [f64; 4]) {
    let pixels = |from: f64, to: f64, most: usize| {
        let from = (from.min(to).clamp(0.0, 1.0) * most as f64).floor() as usize;
        let to = (to.clamp(0.0, 1.0) * most as f64).ceil() as usize;
        from.min(most)..to.min(most)
    };
    let (columns, rows) = (pixels(left, right, image.width()), pixels(top, bottom, image.height()));
    let longer = columns.len().max(rows.len()) as f64;
    let side = ((longer / SQUARES).ceil() as usize).max(1);
    for y in rows.clone().step_by(side) {
        for x in columns.clone().step_by(side) {
            square(image, original, x..(x + side).min(columns.end), y..(y + side).min(rows.end));
        }
    }
}

fn square(
    image: &mut RgbImage,
    original: &RgbImage,
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
) {
    let width = original.width();
    let mut sums = [0_u64; 3];
    let lines = original.data().chunks_exact(width * 3).skip(rows.start).take(rows.len());
    for line in lines {
        let part = line.get(columns.start * 3..columns.end * 3).unwrap_or_default();
        for pixel in part.as_chunks::<3>().0 {
            sums.iter_mut().zip(pixel).for_each(|(sum, level)| *sum += u64::from(*level));
        }
    }
    let count = (columns.len() * rows.len()).max(1) as u64;
    let colour = sums.map(|sum| {
        let mean = u32::try_from(sum / count).unwrap_or_default();
        (mean / STEP * STEP + STEP / 2).min(255) as u8
    });
    let lines = image.data_mut().chunks_exact_mut(width * 3).skip(rows.start).take(rows.len());
    for line in lines {
        let part = line.get_mut(columns.start * 3..columns.end * 3).unwrap_or_default();
        part.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pixel is unlike its neighbours.
    fn busy(width: usize, height: usize) -> RgbImage {
        let data = (0..width * height * 3).map(|at| (at * 7919 % 251) as u8).collect();
        RgbImage::new(width, height, data).unwrap()
    }

    fn colours(image: &RgbImage, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> usize {
        let pixel = |x: usize, y: usize| &image.data()[(y * image.width() + x) * 3..][..3];
        let pixels = rows.flat_map(|y| columns.clone().map(move |x| (x, y)));
        pixels.map(|(x, y)| pixel(x, y)).collect::<std::collections::HashSet<_>>().len()
    }

    #[test]
    fn a_box_becomes_a_few_squares_and_the_rest_stays() {
        let mut image = busy(400, 300);
        boxes(&mut image, &[[0.25, 0.25, 0.25, 0.5]]);
        assert!(colours(&image, 100..200, 75..225) <= 36);
        let untouched = |columns: std::ops::Range<usize>| {
            let (was, is) = (busy(400, 300), &image);
            (0..300).all(|y| {
                let part = (y * 400 + columns.start) * 3..(y * 400 + columns.end) * 3;
                was.data()[part.clone()] == is.data()[part]
            })
        };
        assert!(untouched(0..90) && untouched(212..400));
    }

    #[test]
    fn a_whole_picture_keeps_nothing_of_itself() {
        let mut image = busy(640, 480);
        everything(&mut image);
        assert!(colours(&image, 0..640, 0..480) <= 36);
    }

    #[test]
    fn no_box_breaks_it_and_odd_ones_cover_too_much() {
        for (width, height) in [(1, 1), (3, 200), (120, 90)] {
            let mut image = busy(width, height);
            boxes(
                &mut image,
                &[[-3.0, -2.0, 9.0, 9.0], [0.9, 0.9, -0.5, -0.5], [2.0, 2.0, 1.0, 1.0], [0.5, 0.5, 0.0, 0.0]],
            );
            assert!(colours(&image, 0..width, 0..height) <= 36, "{width} x {height}");
        }
        let mut image = busy(120, 90);
        boxes(&mut image, &[[f64::NAN, 0.0, 0.1, 0.1]]);
        assert!(colours(&image, 0..120, 0..90) <= 36);
    }
}
