//! Prediction rows as bytes: one JSON object, one line, as Python's `json.dumps` prints it.
//!
//! Clients split each network read at newlines and keep no rest, so a line must be one chunk, ASCII, and
//! well under 64 KiB. The digits of a number are part of what clients store: a `float32` score is widened
//! to a double and printed with the fewest digits that read back, exponents in Python's form (`1e-05`).

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use thiserror::Error;

use crate::prediction::{ErrorRow, Prediction};

/// Longest line that may be sent, newline included.
pub const MAX_LINE_BYTES: usize = 64 * 1024 - 1;

/// Why a row cannot be a line.
#[derive(Debug, Error)]
pub enum LineError {
    /// NaN or infinity: JSON has no word for it.
    #[error("a number of the row is not finite")]
    NotFinite,
    /// Over [`MAX_LINE_BYTES`].
    #[error("the row takes {0} bytes, more than {MAX_LINE_BYTES}")]
    TooLong(usize),
}

#[derive(Serialize)]
struct Line<'a> {
    output: Output<'a>,
}

#[derive(Serialize)]
struct Output<'a> {
    predictions: [&'a Prediction; 1],
}

/// `{"output": {"predictions": [row]}}` and a newline.
///
/// A row that is too long loses its least confident boxes, if it has any to lose, and says how many. What still cannot
/// be a line becomes an error row that says so, so that every instance has an answer.
pub fn to_line(row: &Prediction) -> Vec<u8> {
    match encode(row).or_else(|error| shortened(row, error)) {
        Ok(line) => line,
        Err(error) => {
            let row = ErrorRow {
                filepath: row.filepath().to_owned(),
                error: format!("the prediction cannot be sent: {error}"),
                model_version: "unknown".to_owned(),
                reason: None,
            };
            encode(&Prediction::Error(row)).unwrap_or_default()
        }
    }
}

/// The line of `row` with fewer boxes, where that is what makes it too long.
fn shortened(row: &Prediction, error: LineError) -> Result<Vec<u8>, LineError> {
    let LineError::TooLong(_) = error else { return Err(error) };
    let mut row = row.clone();
    let mut outcome = Err(error);
    while outcome.is_err() && leave_out_some(&mut row) {
        outcome = encode(&row);
    }
    outcome
}

/// Takes a sixteenth of the boxes away, at least one; tells whether there were any.
fn leave_out_some(row: &mut Prediction) -> bool {
    let share = |boxes: usize| boxes.div_ceil(16);
    match row {
        Prediction::Detections(row) => {
            let some = share(row.detections.len());
            row.detections.truncate(row.detections.len() - some);
            row.detections_left_out += some;
            some > 0
        }
        Prediction::MegaDetector(row) => {
            let some = share(row.detections.len());
            row.detections.drain(..some);
            row.detections_left_out += some;
            some > 0
        }
        Prediction::SpeciesNet(_)
        | Prediction::SpeciesNetPerAnimal(_)
        | Prediction::Error(_)
        | Prediction::Foreign(_) => false,
    }
}

fn encode(row: &Prediction) -> Result<Vec<u8>, LineError> {
    let mut line = to_python_json(&Line { output: Output { predictions: [row] } })?;
    line.push(b'\n');
    if line.len() > MAX_LINE_BYTES { Err(LineError::TooLong(line.len())) } else { Ok(line) }
}

/// `value` as `json.dumps(value)` prints it: `", "` and `": "`, ASCII only, Python's float form.
pub fn to_python_json(value: &impl Serialize) -> Result<Vec<u8>, LineError> {
    let mut bytes = Vec::with_capacity(1024);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Python)).map_err(|_| LineError::NotFinite)?;
    Ok(bytes)
}

/// Writes JSON as Python does.
struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    /// serde_json writes a non-finite number as `null`; a client would read that as a missing score.
    fn write_null<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        Err(io::Error::other("null"))
    }

    fn write_f64<W: ?Sized + Write>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        out.write_all(python_float(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| c > '\x7e') {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut chars = tail.chars();
            let mut units = [0; 2];
            for unit in chars.next().unwrap_or_default().encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => out.write_all(br#"\""#),
            CharEscape::ReverseSolidus => out.write_all(br"\\"),
            CharEscape::Solidus => out.write_all(b"/"),
            CharEscape::Backspace => out.write_all(br"\b"),
            CharEscape::FormFeed => out.write_all(br"\f"),
            CharEscape::LineFeed => out.write_all(br"\n"),
            CharEscape::CarriageReturn => out.write_all(br"\r"),
            CharEscape::Tab => out.write_all(br"\t"),
            CharEscape::AsciiControl(byte) => write!(out, "\\u{byte:04x}"),
        }
    }
}

/// `repr` of a finite Python float: shortest digits, exponent below 1e-4 and from 1e16 on.
pub fn python_float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::{
        Classifications, Detection, DetectionRow, Frame, LabelledBox, Ranking, SpeciesNet, VideoMetadata,
    };

    #[test]
    fn floats_print_as_python_prints_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (f64::from(0.970_569_13_f32), "0.9705691337585449"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (3.925_038_981_833_495e-5, "3.925038981833495e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
        ];
        for (value, text) in cases {
            assert_eq!(python_float(value), text);
        }
    }

    #[test]
    fn a_line_is_what_the_reference_sends() {
        let row = Prediction::SpeciesNet(SpeciesNet {
            filepath: "é/猫😀\u{7f}\t\"\\.jpg".into(),
            country: Some("FRA".into()),
            classifications: Some(Classifications {
                classes: vec!["a".into(), "b".into()],
                scores: vec![0.5, 1e-5],
            }),
            detections: Some(vec![Detection {
                category: "1".into(),
                label: "animal".into(),
                conf: 0.25,
                bbox: [0.0, 0.5, 1.0, 0.125],
            }]),
            prediction: Some("a".into()),
            prediction_score: Some(0.5),
            prediction_source: Some("classifier".into()),
            model_version: "4.0.2a".into(),
            ..SpeciesNet::default()
        });
        let line = String::from_utf8(to_line(&row)).unwrap();
        let expected = concat!(
            r#"{"output": {"predictions": [{"filepath": "\u00e9/\u732b\ud83d\ude00\u007f\t\"\\.jpg", "#,
            r#""country": "FRA", "classifications": {"classes": ["a", "b"], "scores": [0.5, 1e-05]}, "#,
            r#""detections": [{"category": "1", "label": "animal", "conf": 0.25, "bbox": [0.0, 0.5, 1.0, 0.125]}], "#,
            r#""prediction": "a", "prediction_score": 0.5, "prediction_source": "classifier", "#,
            r#""model_version": "4.0.2a"}]}}"#,
            "\n"
        );
        assert_eq!(line, expected);
    }

    #[test]
    fn an_error_row_keeps_the_reference_order() {
        let row = ErrorRow {
            filepath: "a.jpg".into(),
            error: "no".into(),
            model_version: "1".into(),
            reason: None,
        };
        let line = |row| String::from_utf8(to_line(&Prediction::Error(row))).unwrap();
        let expected = concat!(
            r#"{"output": {"predictions": [{"filepath": "a.jpg", "prediction": "error", "prediction_score": 0.0, "#,
            r#""error": "no", "classifications": {}, "detections": [], "model_version": "1"}]}}"#,
            "\n"
        );
        assert_eq!(line(row.clone()), expected);
        let with_reason = expected.replace(r#""1"}]"#, r#""1", "reason": "why"}]"#);
        assert_eq!(line(ErrorRow { reason: Some("why".into()), ..row }), with_reason);
    }

    #[test]
    fn a_detection_row_is_what_the_reference_sends() {
        let row = DetectionRow {
            filepath: "clip.mp4".into(),
            prediction: "blank".into(),
            model_version: "6.0".into(),
            frame: Some(Frame {
                frame_number: 3,
                metadata: VideoMetadata { fps: 30_000.0 / 1001.0, duration: 10.01 },
                frame_time: None,
            }),
            ..DetectionRow::default()
        };
        let line = |row| String::from_utf8(to_line(&Prediction::Detections(row))).unwrap();
        let blank = concat!(
            r#"{"output": {"predictions": [{"filepath": "clip.mp4", "classifications": {}, "detections": [], "#,
            r#""prediction": "blank", "model_version": "6.0", "frame_number": 3, "#,
            r#""metadata": {"fps": 29.97002997002997, "duration": 10.01}}]}}"#,
            "\n"
        );
        assert_eq!(line(row), blank);

        let row = DetectionRow {
            filepath: "a.jpg".into(),
            classifications: Some(Ranking { labels: vec!["fox".into()], scores: vec![0.5] }),
            detections: vec![LabelledBox {
                class: 0,
                label: "animal".into(),
                conf: 0.25,
                xyxy: [1.0, 2.0, 3.0, 4.0],
                xywhn: [0.5, 0.5, 0.25, 0.125],
                classifications: None,
            }],
            prediction: "fox".into(),
            prediction_score: Some(0.5),
            model_version: "1.3".into(),
            options: vec!["strongest-box-decides".into()],
            ..DetectionRow::default()
        };
        let fox = concat!(
            r#"{"output": {"predictions": [{"filepath": "a.jpg", "#,
            r#""classifications": {"labels": ["fox"], "scores": [0.5]}, "#,
            r#""detections": [{"class": 0, "label": "animal", "conf": 0.25, "xyxy": [1.0, 2.0, 3.0, 4.0], "#,
            r#""xywhn": [0.5, 0.5, 0.25, 0.125]}], "prediction": "fox", "prediction_score": 0.5, "#,
            r#""model_version": "1.3", "options": ["strongest-box-decides"]}]}}"#,
            "\n"
        );
        assert_eq!(line(row), fox);
    }

    #[test]
    fn a_crowd_loses_its_least_confident_boxes() {
        let boxes = |index: u32| LabelledBox {
            class: 0,
            label: "animal".into(),
            conf: f64::from(0.9_f32 - index as f32 / 1000.0),
            xyxy: [f64::from(0.1_f32); 4],
            xywhn: [f64::from(0.3_f32); 4],
            classifications: None,
        };
        let row = DetectionRow {
            filepath: "herd.jpg".into(),
            detections: (0..300).map(boxes).collect(),
            ..DetectionRow::default()
        };
        let line = to_line(&Prediction::Detections(row));
        assert!(line.len() <= MAX_LINE_BYTES);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        let row = &value["output"]["predictions"][0];
        let kept = row["detections"].as_array().unwrap().len() as u64;
        assert!(kept > 200, "{kept}");
        assert_eq!(kept + row["detections_left_out"].as_u64().unwrap(), 300);
        assert_eq!(row["detections"][0]["conf"], f64::from(0.9_f32));
    }

    #[test]
    fn nan_and_giant_rows_become_error_rows() {
        let nan =
            SpeciesNet { filepath: "n".into(), prediction_score: Some(f64::NAN), ..SpeciesNet::default() };
        let line = String::from_utf8(to_line(&Prediction::SpeciesNet(nan))).unwrap();
        assert!(line.contains(r#""filepath": "n", "prediction": "error""#) && line.contains("not finite"));

        let giant = SpeciesNet {
            filepath: "g".into(),
            prediction: Some("x".repeat(70_000)),
            ..SpeciesNet::default()
        };
        let line = String::from_utf8(to_line(&Prediction::SpeciesNet(giant))).unwrap();
        assert!(line.contains("more than 65535") && line.len() < 1000);
    }
}
