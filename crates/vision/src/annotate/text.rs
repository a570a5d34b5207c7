//! One line of type.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, Point, PxScale, ScaleFont};

use super::Colour;
use super::canvas::Canvas;

/// Latin, Greek and Cyrillic; other letters show as boxes.
static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).ok());

/// Thin strokes are lost on colour: half covered pixels count for more.
const WEIGHT: f32 = 0.65;

/// Columns that `text` takes.
pub(super) fn width(text: &str, size: f32) -> f32 {
    layout(text, size).1
}

/// Rows that a line takes.
pub(super) fn height(size: f32) -> f32 {
    size * 1.3
}

/// Draws `text` from `left`, in a line of [`height`] rows below `top`.
pub(super) fn draw(canvas: &mut Canvas<'_>, text: &str, [left, top]: [f32; 2], size: f32, colour: Colour) {
    let Some(font) = FONT.as_ref() else { return };
    let scaled = font.as_scaled(PxScale::from(size));
    let baseline = top + (height(size) + scaled.ascent() + scaled.descent()) / 2.0;
    for mut glyph in layout(text, size).0 {
        glyph.position = Point { x: left + glyph.position.x, y: baseline };
        if let Some(outline) = font.outline_glyph(glyph) {
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, coverage| {
                let (x, y) = (corner.x as i64 + i64::from(x), corner.y as i64 + i64::from(y));
                canvas.blend(x, y, colour, coverage.clamp(0.0, 1.0).powf(WEIGHT));
            });
        }
    }
}

/// The letters of one line, set from column 0, and where the line ends.
fn layout(text: &str, size: f32) -> (Vec<Glyph>, f32) {
    let Some(font) = FONT.as_ref() else { return (Vec::new(), 0.0) };
    let scaled = font.as_scaled(PxScale::from(size));
    let (mut glyphs, mut x) = (Vec::new(), 0.0);
    let mut before = None;
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        let id = scaled.glyph_id(letter);
        x += before.map_or(0.0, |before| scaled.kern(before, id));
        glyphs.push(id.with_scale_and_position(PxScale::from(size), Point { x, y: 0.0 }));
        x += scaled.h_advance(id);
        before = Some(id);
    }
    (glyphs, x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_is_there_and_letters_have_widths() {
        assert!(FONT.is_some());
        assert!(width("wwww", 20.0) > width("iiii", 20.0));
        assert_eq!(width("", 20.0), 0.0);
        assert!((width("fox", 40.0) / width("fox", 20.0) - 2.0).abs() < 0.01);
    }
}
