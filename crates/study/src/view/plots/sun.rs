//! Sunrise and sunset by the formula of NOAA's solar calculator, good to a minute or two away from the poles.

use std::f64::consts::TAU;

use jiff::Timestamp;
use jiff::tz::Offset;

const DAY: f64 = 86_400.0;
/// Degrees from the zenith at which the upper edge of the sun is on the horizon, refraction included.
const ZENITH: f64 = 90.833;

/// Seconds since 1970 at which the sun rises and sets on that day of solar time. None: it does not. `day`: days since 1970.
fn rise_and_set(day: i64, latitude: f64, longitude: f64) -> Option<(f64, f64)> {
    let noon = Timestamp::from_second(day.checked_mul(86_400)?.checked_add(43_200)?).ok()?;
    let date = Offset::UTC.to_datetime(noon).date();
    let year = if date.in_leap_year() { 366.0 } else { 365.0 };
    let angle = TAU / year * (f64::from(date.day_of_year()) - 1.0);
    let (sin, cos) = angle.sin_cos();
    let (sin2, cos2) = (2.0 * angle).sin_cos();
    let (sin3, cos3) = (3.0 * angle).sin_cos();
    let equation =
        229.18 * (0.000_075 + 0.001_868 * cos - 0.032_077 * sin - 0.014_615 * cos2 - 0.040_849 * sin2);
    let declination = 0.006_918 - 0.399_912 * cos + 0.070_257 * sin - 0.006_758 * cos2 + 0.000_907 * sin2
        - 0.002_697 * cos3
        + 0.001_48 * sin3;
    let latitude = latitude.to_radians();
    let cosine =
        ZENITH.to_radians().cos() / (latitude.cos() * declination.cos()) - latitude.tan() * declination.tan();
    if !(-1.0..=1.0).contains(&cosine) {
        return None;
    }
    let half_day = cosine.acos().to_degrees();
    let minutes = |half_day: f64| 720.0 - 4.0 * (longitude + half_day) - equation;
    let start = day as f64 * DAY;
    Some((start + minutes(half_day) * 60.0, start + minutes(-half_day) * 60.0))
}

/// Hour by the sun of an instant: 6 at sunrise, 18 at sunset, between them in proportion. None where the sun does not rise or
/// set around it. `seconds`: since 1970.
pub(super) fn hour(seconds: i64, latitude: f64, longitude: f64) -> Option<f64> {
    let at = seconds as f64;
    // The day of solar time at that longitude.
    let day = ((at + longitude * 240.0) / DAY).floor() as i64;
    let (rise, set) = rise_and_set(day, latitude, longitude)?;
    let hour = if at < rise {
        let (_, before) = rise_and_set(day - 1, latitude, longitude)?;
        18.0 + 12.0 * (at - before) / (rise - before)
    } else if at < set {
        6.0 + 12.0 * (at - rise) / (set - rise)
    } else {
        let (next, _) = rise_and_set(day + 1, latitude, longitude)?;
        18.0 + 12.0 * (at - set) / (next - set)
    };
    Some(hour.rem_euclid(24.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn the_sun_rises_when_almanacs_say() {
        // Known to the minute: Greenwich at the solstices and an equinox, Sydney in summer.
        for (day, latitude, longitude, rise, set) in [
            ("2024-06-20", 51.4779, 0.0, "2024-06-20T03:43:00Z", "2024-06-20T20:21:00Z"),
            ("2024-12-21", 51.4779, 0.0, "2024-12-21T08:04:00Z", "2024-12-21T15:53:00Z"),
            ("2024-03-20", 51.4779, 0.0, "2024-03-20T06:04:00Z", "2024-03-20T18:14:00Z"),
            ("2024-12-21", -33.8688, 151.2093, "2024-12-20T18:41:00Z", "2024-12-21T09:05:00Z"),
        ] {
            let number = at(&format!("{day}T00:00:00Z")) / 86_400;
            let (rises, sets) = rise_and_set(number, latitude, longitude).unwrap();
            for (found, wanted) in [(rises, at(rise)), (sets, at(set))] {
                assert!((found - wanted as f64).abs() < 180.0, "{day} {latitude}: {found} is not {wanted}");
            }
        }
    }

    #[test]
    fn hours_are_stretched_between_sunrise_and_sunset() {
        let close =
            |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 0.05, "{found:?}");
        close(hour(at("2024-06-20T03:43:00Z"), 51.4779, 0.0), 6.0);
        close(hour(at("2024-06-20T12:02:00Z"), 51.4779, 0.0), 12.0);
        close(hour(at("2024-06-20T20:21:00Z"), 51.4779, 0.0), 18.0);
        assert!(
            hour(at("2024-06-21T00:02:00Z"), 51.4779, 0.0).is_some_and(|hour| !(0.1..23.9).contains(&hour))
        );
        assert_eq!(hour(at("2024-06-20T12:00:00Z"), 78.0, 15.0), None);
    }
}
