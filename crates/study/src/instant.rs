//! Instants as Biowatch writes them.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// `2026-11-24T19:01:24.000Z`: ISO 8601, UTC, milliseconds.
pub(crate) fn iso_utc(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The same, now.
pub(crate) fn iso_now() -> String {
    iso_utc(Timestamp::now())
}

/// Milliseconds since 1970, now.
pub(crate) fn millis_now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The time `seconds` after `start`, written as `start` is: with its offset, or without. None where `start` is no time.
pub(crate) fn seconds_after(start: &str, seconds: f64) -> Option<String> {
    let (local, offset) = split_offset(start);
    let local: DateTime = local.parse().ok()?;
    let millis = (seconds * 1000.0).round();
    let later = local.checked_add(SignedDuration::from_millis(millis as i64)).ok()?;
    Some(format!("{}{offset}", later.strftime("%Y-%m-%dT%H:%M:%S.%3f")))
}

/// `2021-07-03T20:15:30.000+02:00` as its local time and the rest.
fn split_offset(text: &str) -> (&str, &str) {
    let clock = text.find('T').unwrap_or(text.len());
    let at = text
        .get(clock..)
        .and_then(|clock| clock.find(['Z', 'z', '+', '-']))
        .map_or(text.len(), |at| clock + at);
    text.split_at_checked(at).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_times_keep_their_form() {
        assert_eq!(
            seconds_after("2021-12-31T23:59:59.500-03:30", 0.75).unwrap(),
            "2022-01-01T00:00:00.250-03:30"
        );
        assert_eq!(seconds_after("2021-07-03T20:15:30", 3.0).unwrap(), "2021-07-03T20:15:33.000");
        assert_eq!(seconds_after("2021-07-03T20:15:30.000Z", 0.0).unwrap(), "2021-07-03T20:15:30.000Z");
        assert_eq!(seconds_after("yesterday", 3.0), None);
    }

    #[test]
    fn has_milliseconds_and_a_z() {
        assert_eq!(iso_utc(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            iso_utc(Timestamp::from_millisecond(1_780_669_776_160).unwrap()),
            "2026-06-05T14:29:36.160Z"
        );
    }
}
