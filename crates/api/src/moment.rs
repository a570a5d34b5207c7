//! Moments as the API writes them.

use jiff::Timestamp;

/// Milliseconds since 1970 as RFC 3339, in UTC.
pub(crate) fn of_millis(millis: u64) -> String {
    let moment = i64::try_from(millis).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    moment.unwrap_or_default().to_string()
}
