//! How near one wire line is to another: everything but the numbers exactly, the numbers by measure.

use serde_json::Value;

/// What a number of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A coordinate of a box, as a fraction of the photo.
    Box,
    /// A coordinate of a box in pixels.
    Pixels,
    /// A detector's confidence, a softmax, or a sum of them.
    Score,
}

/// The largest difference of each kind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Largest {
    pub(crate) boxes: f64,
    pub(crate) pixels: f64,
    pub(crate) scores: f64,
}

impl Largest {
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            boxes: self.boxes.max(other.boxes),
            pixels: self.pixels.max(other.pixels),
            scores: self.scores.max(other.scores),
        }
    }

    fn note(&mut self, kind: Kind, difference: f64) {
        let largest = match kind {
            Kind::Box => &mut self.boxes,
            Kind::Pixels => &mut self.pixels,
            Kind::Score => &mut self.scores,
        };
        *largest = largest.max(difference);
    }
}

/// Compares two lines: byte for byte when their numbers are left out, then the numbers.
pub(crate) fn compare(got: &str, expected: &str) -> Result<Largest, String> {
    let (got_words, expected_words) = (without_numbers(got), without_numbers(expected));
    if got_words != expected_words {
        return Err(format!("expected {expected}\n     got {got}"));
    }
    let (got, expected) = (numbers(got), numbers(expected));
    assert_eq!(got.len(), expected.len());
    let mut largest = Largest::default();
    for ((kind, got), (_, expected)) in got.into_iter().zip(expected) {
        largest.note(kind, (got - expected).abs());
    }
    Ok(largest)
}

/// The line with every number outside strings replaced by `#`.
fn without_numbers(line: &str) -> String {
    let (mut words, mut in_string, mut escaped, mut in_number) = (String::new(), false, false, false);
    for c in line.chars() {
        let digit = !in_string && (c.is_ascii_digit() || (in_number && "+-.eE".contains(c)) || c == '-');
        if digit && !in_number {
            words.push('#');
        }
        if !digit {
            words.push(c);
        }
        in_number = digit;
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
    }
    words
}

fn numbers(line: &str) -> Vec<(Kind, f64)> {
    let mut found = Vec::new();
    let value: Value = serde_json::from_str(line).unwrap();
    collect(&value, Kind::Score, &mut found);
    found
}

fn collect(value: &Value, kind: Kind, found: &mut Vec<(Kind, f64)>) {
    match value {
        Value::Number(number) => found.push((kind, number.as_f64().unwrap())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, kind, found)),
        Value::Object(entries) => {
            for (key, value) in entries {
                let kind = match key.as_str() {
                    "bbox" | "xywhn" => Kind::Box,
                    "xyxy" => Kind::Pixels,
                    _ => Kind::Score,
                };
                collect(value, kind, found);
            }
        }
        _ => {}
    }
}
