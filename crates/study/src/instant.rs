//! Instants as Biowatch writes them.

use jiff::Timestamp;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_milliseconds_and_a_z() {
        assert_eq!(iso_utc(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            iso_utc(Timestamp::from_millisecond(1_780_669_776_160).unwrap()),
            "2026-06-05T14:29:36.160Z"
        );
    }
}
