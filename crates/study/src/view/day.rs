//! Days as numbers: days since 1970 by the camera's clock.

use jiff::Timestamp;
use jiff::tz::Offset;

const SECONDS: i64 = 86_400;

/// The day on which a clock shows that.
pub(crate) fn of(local: i64) -> i64 {
    local.div_euclid(SECONDS)
}

/// `2026-05-01`.
pub(crate) fn date(day: i64) -> String {
    let instant = Timestamp::from_second(day.saturating_mul(SECONDS));
    instant.map(|instant| Offset::UTC.to_datetime(instant).date().to_string()).unwrap_or_default()
}

/// Monday of the day's week.
pub(crate) fn monday(day: i64) -> i64 {
    // 1970 began on a Thursday.
    day - (day + 3).rem_euclid(7)
}

/// First day of the day's month.
pub(crate) fn month(day: i64) -> i64 {
    let instant = Timestamp::from_second(day.saturating_mul(SECONDS));
    let of_month = instant.map(|instant| i64::from(Offset::UTC.to_datetime(instant).day())).unwrap_or(1);
    day - of_month + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates_and_weeks_begin_on_monday() {
        assert_eq!(
            (date(0), date(of(-1)), date(20_574)),
            ("1970-01-01".into(), "1969-12-31".into(), "2026-05-01".into())
        );
        assert_eq!(date(monday(20_574)), "2026-04-27");
        assert_eq!(date(monday(monday(20_574))), "2026-04-27");
        assert_eq!((date(month(20_574)), date(month(20_573))), ("2026-05-01".into(), "2026-04-01".into()));
    }
}
