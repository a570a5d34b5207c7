//! The camera's letters: strokes on a grid of four by six, drawn with a round pen.

/// Strokes of a letter: each a polyline of points on the grid, y down, `|` between strokes.
fn strokes(letter: char) -> &'static str {
    match letter {
        '0' => "10 30 41 45 36 16 05 01 10",
        '1' => "11 20 26|16 36",
        '2' => "01 10 30 41 42 06 46",
        '3' => "00 40 22 32 43 45 36 16 05",
        '4' => "36 30 04 44",
        '5' => "40 00 02 32 43 45 36 16 05",
        '6' => "30 10 01 05 16 36 45 43 32 12 03",
        '7' => "00 40 16",
        '8' => "10 30 41 42 33 13 02 01 10|13 04 05 16 36 45 44 33",
        '9' => "43 34 14 03 01 10 30 41 45 36 16",
        'A' => "06 20 46|14 34",
        'B' => "00 30 41 42 33 03|33 44 45 36 06 00",
        'C' => "41 30 10 01 05 16 36 45",
        'D' => "00 20 42 44 26 06 00",
        'E' => "40 00 06 46|03 33",
        'F' => "40 00 06|03 33",
        'G' => "41 30 10 01 05 16 36 45 43 23",
        'H' => "00 06|40 46|03 43",
        'I' => "20 26",
        'J' => "40 45 36 16 05",
        'K' => "00 06|40 03 46",
        'L' => "00 06 46",
        'M' => "06 00 23 40 46",
        'N' => "06 00 46 40",
        'O' => "10 30 41 45 36 16 05 01 10",
        'P' => "06 00 30 41 42 33 03",
        'Q' => "10 30 41 45 36 16 05 01 10|24 46",
        'R' => "06 00 30 41 42 33 03|23 46",
        'S' => "41 30 10 01 02 13 33 44 45 36 16 05",
        'T' => "00 40|20 26",
        'U' => "00 05 16 36 45 40",
        'V' => "00 26 40",
        'W' => "00 16 23 36 40",
        'X' => "00 46|40 06",
        'Y' => "00 23 40|23 26",
        'Z' => "00 40 06 46",
        ':' => "22 22|25 25",
        '-' => "13 33",
        '/' => "06 40",
        '.' => "26 26",
        '+' => "13 33|22 24",
        '°' => "10 20 21 11 10",
        _ => "",
    }
}

fn points(stroke: &str) -> impl Iterator<Item = (f32, f32)> {
    stroke.split(' ').filter_map(|pair| {
        let mut digits = pair.bytes().map(|byte| f32::from(byte.wrapping_sub(b'0')));
        Some((digits.next()?, digits.next()?))
    })
}

/// Width of a text in pixels at a height of `size`.
pub fn width(text: &str, size: f32) -> f32 {
    text.chars().count() as f32 * size / 6.0 * 5.6
}

/// Calls `dot` with every pixel of the text and how far the pen covers it, 0 to 1.
pub fn write(text: &str, left: f32, top: f32, size: f32, dot: &mut impl FnMut(usize, usize, f32)) {
    let unit = size / 6.0;
    let pen = (unit * 0.52).max(0.6);
    for (index, letter) in text.chars().enumerate() {
        let x0 = left + index as f32 * unit * 5.6;
        for stroke in strokes(letter).split('|') {
            let all: Vec<(f32, f32)> = points(stroke).map(|(x, y)| (x0 + x * unit, top + y * unit)).collect();
            for pair in all.windows(2) {
                line(pair[0], pair[1], pen, dot);
            }
        }
    }
}

fn line((ax, ay): (f32, f32), (bx, by): (f32, f32), pen: f32, dot: &mut impl FnMut(usize, usize, f32)) {
    let (dx, dy) = (bx - ax, by - ay);
    let squared = (dx * dx + dy * dy).max(1e-6);
    let reach = pen + 1.0;
    let (x0, x1) = ((ax.min(bx) - reach).max(0.0) as usize, (ax.max(bx) + reach).max(0.0) as usize);
    let (y0, y1) = ((ay.min(by) - reach).max(0.0) as usize, (ay.max(by) + reach).max(0.0) as usize);
    for y in y0..=y1 {
        for x in x0..=x1 {
            let (px, py) = (x as f32 + 0.5 - ax, y as f32 + 0.5 - ay);
            let t = ((px * dx + py * dy) / squared).clamp(0.0, 1.0);
            let d = ((px - dx * t) * (px - dx * t) + (py - dy * t) * (py - dy * t)).sqrt();
            let cover = (pen + 0.5 - d).clamp(0.0, 1.0);
            if cover > 0.0 {
                dot(x, y, cover);
            }
        }
    }
}
