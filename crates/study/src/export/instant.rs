//! Times as formats want them written.

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A stored time: what the clock showed and, where known, how far that clock is from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    civil: DateTime,
    offset: Option<Offset>,
}

impl Clock {
    /// Reads `2026-05-01T06:00:00`, with or without a fraction and an offset (`Z`, `+02:00`, `+0200`).
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date_time, rest) = text.split_at_checked(19)?;
        let civil: DateTime = date_time.replacen(' ', "T", 1).parse().ok()?;
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        Some(Self { civil, offset: offset(rest)? })
    }

    /// Whether it says how far the clock is from UTC.
    pub(crate) fn has_offset(self) -> bool {
        self.offset.is_some()
    }

    /// `2026-05-01T06:00:00+02:00`, whole seconds. A clock without an offset is taken for UTC.
    pub(crate) fn with_offset(self) -> String {
        let civil = self.civil.strftime("%Y-%m-%dT%H:%M:%S");
        match self.offset.map(Offset::seconds).filter(|seconds| *seconds != 0) {
            None => format!("{civil}Z"),
            Some(seconds) => {
                let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
                format!("{civil}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }

    /// The same, without an offset where none is known.
    pub(crate) fn iso(self) -> String {
        let mut text = self.with_offset();
        if !self.has_offset() {
            text.pop();
        }
        text
    }

    /// `2026-05-01 06:00:00`, as the clock showed it.
    pub(crate) fn local(self) -> String {
        self.civil.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2026-05-01`, as the clock showed it.
    pub(crate) fn date(self) -> String {
        self.civil.strftime("%Y-%m-%d").to_string()
    }

    /// What the clock showed, as seconds since the 1970 of that clock.
    pub(crate) fn local_seconds(self) -> i64 {
        Offset::UTC.to_timestamp(self.civil).map(|instant| instant.as_second()).unwrap_or_default()
    }

    /// Seconds since 1970; a clock without an offset is taken for UTC.
    pub(crate) fn seconds(self) -> i64 {
        let offset = self.offset.unwrap_or(Offset::UTC);
        offset.to_timestamp(self.civil).map(|instant| instant.as_second()).unwrap_or_default()
    }
}

/// `None`: not an offset. `Some(None)`: none is given.
fn offset(text: &str) -> Option<Option<Offset>> {
    match text {
        "" => return Some(None),
        "Z" | "z" => return Some(Some(Offset::UTC)),
        _ => {}
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    if minutes.len() != 2 && !minutes.is_empty() {
        return None;
    }
    let hours: i32 = hours.parse().ok()?;
    let minutes: i32 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_their_offset_and_whole_seconds() {
        for (stored, wanted) in [
            ("2020-06-07T14:52:12.000+02:00", "2020-06-07T14:52:12+02:00"),
            ("2020-06-07T14:52:12Z", "2020-06-07T14:52:12Z"),
            ("2020-06-07 14:52:12-0330", "2020-06-07T14:52:12-03:30"),
            ("2020-06-07T14:52:12", "2020-06-07T14:52:12Z"),
            ("2020-06-07T14:52:12.5+00:00", "2020-06-07T14:52:12Z"),
        ] {
            assert_eq!(Clock::read(stored).unwrap().with_offset(), wanted);
        }
        assert!(!Clock::read("2020-06-07T14:52:12").unwrap().has_offset());
        assert_eq!(Clock::read("2020-06-07T14:52:12").unwrap().iso(), "2020-06-07T14:52:12");
        assert_eq!(Clock::read("1970-01-01T02:00:10+02:00").unwrap().seconds(), 10);
        for wrong in
            ["", "2020-06-07", "2020-13-07T14:52:12Z", "2020-06-07T14:52:12 o'clock", "näää näää näää näää"]
        {
            assert_eq!(Clock::read(wrong), None, "{wrong}");
        }
    }
}
