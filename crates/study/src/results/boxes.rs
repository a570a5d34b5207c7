//! Boxes and confidences of results: numbers that mean something, or a reason why not.

use serde_json::Value;

/// How far beyond its range a number may be: what rounding makes.
const SLACK: f64 = 0.05;
/// How far beyond the picture a box may reach, in pictures: what padding makes, and far less than pixels.
const REACH: f64 = 0.5;

/// A confidence or score, 0 to 1. `what` begins the reason.
pub(super) fn confidence(value: Option<&Value>, what: &str) -> Result<f64, String> {
    let number = value.and_then(Value::as_f64);
    match number {
        Some(number) if (-SLACK..=1.0 + SLACK).contains(&number) => Ok(number.clamp(0.0, 1.0)),
        Some(number) => Err(format!("{what} is {number}, not from 0 to 1")),
        None => Err(format!("{what} is no number")),
    }
}

/// Left, top, width and height as fractions of the picture, as they stand.
pub(super) fn bbox(value: Option<&Value>) -> Result<[f64; 4], String> {
    let sides: Option<Vec<f64>> =
        value.and_then(Value::as_array).and_then(|sides| sides.iter().map(Value::as_f64).collect());
    let sides: [f64; 4] = sides
        .and_then(|sides| sides.try_into().ok())
        .ok_or_else(|| "a box is not four numbers".to_owned())?;
    let [left, top, width, height] = sides;
    let inside = |from: f64, length: f64| {
        (-REACH..=1.0).contains(&from) && length >= 0.0 && from + length <= 1.0 + REACH
    };
    if inside(left, width) && inside(top, height) {
        Ok(sides)
    } else {
        Err(format!("a box lies outside the picture: {left}, {top}, {width}, {height}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_that_mean_nothing_are_told() {
        assert_eq!(confidence(Some(&json!(1.000001)), "it"), Ok(1.0));
        for wrong in [json!(2), json!(-0.5), json!("0.5"), Value::Null] {
            assert!(confidence(Some(&wrong), "it").is_err(), "{wrong}");
        }
        assert_eq!(bbox(Some(&json!([0, 0.5, 1, 0.5]))), Ok([0.0, 0.5, 1.0, 0.5]));
        assert!(bbox(Some(&json!([-0.01, 0.0, 1.02, 1.0]))).is_ok());
        for wrong in [
            json!([0, 0, 640, 480]),
            json!([0, 0, 1]),
            json!([0.5, 0.5, -0.1, 0.1]),
            json!([0, 0, "1", 1]),
            json!(3),
        ] {
            assert!(bbox(Some(&wrong)).is_err(), "{wrong}");
        }
        assert!(bbox(None).is_err());
    }
}
