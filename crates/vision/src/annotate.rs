//! Boxes and their names, drawn onto a picture for people to look at.
//!
//! Line width and type size follow the picture's size, so that a picture looks the same on a page whatever camera
//! took it. The three colours can be told apart with every common kind of colour blindness, and every line has a
//! dark edge, so that it is seen on snow and at night.

mod canvas;
mod tags;
mod text;

use crate::image::RgbImage;
use canvas::Canvas;

/// What a box is around. It decides the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Orange.
    Animal,
    /// Sky blue.
    Person,
    /// Reddish purple.
    Vehicle,
}

/// A box with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Left, top, width and height as fractions of the picture; what reaches beyond it is cut off.
    pub bbox: [f64; 4],
    /// What it is around.
    pub kind: Kind,
    /// What the tag at the box says, one line.
    pub label: String,
}

/// Red, green, blue.
type Colour = [u8; 3];

const EDGE: Colour = [20, 20, 20];
const INK: Colour = [15, 15, 15];

impl Kind {
    /// From the palette of Okabe and Ito (2008).
    fn colour(self) -> Colour {
        match self {
            Self::Animal => [230, 159, 0],
            Self::Person => [86, 180, 233],
            Self::Vehicle => [204, 121, 167],
        }
    }
}

/// Draws every mark onto `image`; the first one lies on top.
pub fn draw(image: &mut RgbImage, marks: &[Mark]) {
    let short_side = image.width().min(image.height()) as f32;
    let line = (short_side / 260.0).clamp(2.0, 12.0);
    let type_size = (short_side / 30.0).clamp(11.0, 120.0);
    let (width, height) = (image.width() as f32, image.height() as f32);
    let mut canvas = Canvas::new(image);
    for mark in marks.iter().rev() {
        let frame = area(mark.bbox, width, height);
        canvas.frame(frame, line * 1.5, line * 2.0, EDGE, 0.55);
        canvas.frame(frame, line * 1.5, line, mark.kind.colour(), 1.0);
    }
    let boxes: Vec<_> = marks.iter().map(|mark| area(mark.bbox, width, height)).collect();
    let labels: Vec<_> = marks.iter().map(|mark| mark.label.as_str()).collect();
    let placed = tags::place(&boxes, &labels, type_size, [width, height]);
    for (mark, tag) in marks.iter().zip(placed).rev() {
        canvas.fill(tag, type_size * 0.25, mark.kind.colour(), 0.94);
        let [left, top, ..] = tag;
        text::draw(&mut canvas, &mark.label, [left + tags::margin(type_size), top], type_size, INK);
    }
}

/// Left, top, right, bottom in pixels, inside the picture. What is not a number becomes a corner.
fn area([left, top, width, height]: [f64; 4], columns: f32, rows: f32) -> [f32; 4] {
    let inside =
        |value: f64, most: f32| if value.is_nan() { 0.0 } else { (value as f32 * most).clamp(0.0, most) };
    [inside(left, columns), inside(top, rows), inside(left + width, columns), inside(top + height, rows)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, height: usize) -> RgbImage {
        RgbImage::new(width, height, vec![128; width * height * 3]).unwrap()
    }

    fn mark(bbox: [f64; 4], kind: Kind, label: &str) -> Mark {
        Mark { bbox, kind, label: label.to_owned() }
    }

    fn pixel(image: &RgbImage, x: usize, y: usize) -> [u8; 3] {
        image.data()[(y * image.width() + x) * 3..][..3].try_into().unwrap()
    }

    #[test]
    fn a_box_is_drawn_on_its_edges_and_nothing_inside_it() {
        let mut image = grey(400, 300);
        draw(&mut image, &[mark([0.25, 0.5, 0.5, 0.25], Kind::Animal, "red fox 0.97")]);
        assert_eq!(pixel(&image, 200, 150), Kind::Animal.colour());
        assert_eq!(pixel(&image, 100, 187), Kind::Animal.colour());
        assert_eq!(pixel(&image, 200, 187), [128; 3]);
        assert_eq!(pixel(&image, 10, 290), [128; 3]);
        let tag = image.rows().take(148).flatten().filter(|byte| **byte != 128).count();
        assert!(tag > 300, "the name stands above the box: {tag} bytes changed");
    }

    #[test]
    fn no_box_and_no_name_breaks_it() {
        let boxes = [
            [0.0, 0.0, 1.0, 1.0],
            [-3.0, -2.0, 9.0, 9.0],
            [0.5, 0.5, 0.0, 0.0],
            [0.9, 0.9, -0.5, -0.5],
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0],
            [0.999, 0.999, 0.001, 0.001],
        ];
        let names = ["", "x", "Ωmega ж 狼 \u{0}\n\u{1f98a}", &"long ".repeat(200)];
        for (width, height) in [(1, 1), (3, 200), (640, 1), (120, 90)] {
            let marks: Vec<_> =
                boxes.iter().flat_map(|bbox| names.map(|name| mark(*bbox, Kind::Vehicle, name))).collect();
            let mut image = grey(width, height);
            draw(&mut image, &marks);
            assert_eq!(image.data().len(), width * height * 3);
        }
    }

    #[test]
    fn nothing_to_mark_changes_nothing() {
        let mut image = grey(40, 30);
        draw(&mut image, &[]);
        assert_eq!(image, grey(40, 30));
    }
}
