//! From the times a file carries to one that may be believed.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use thiserror::Error;

/// Earliest year that a camera trap's photo may have.
const FIRST_YEAR: i16 = 2000;
/// How far ahead of this computer a camera may be: zones, and clocks that run fast.
const FUTURE: SignedDuration = SignedDuration::from_hours(48);

/// How to read the clocks of cameras.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    zone: Option<TimeZone>,
    shift: SignedDuration,
    videos_are_local: bool,
}

/// Why an option about clocks makes no sense.
#[derive(Debug, Error)]
pub enum ParseClockError {
    /// Neither a zone nor an offset.
    #[error("`{0}` is no time zone: expected a name such as Europe/Paris, or an offset such as +02:00")]
    Zone(String),
    /// Not a length of time.
    #[error("`{0}` is no length of time: expected, for example, `1h`, `-25h 30m` or `3d 2h`")]
    Shift(String),
}

/// Where a time was found, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    ExifOriginal,
    ExifDigitized,
    MakerNote,
    Exif,
    ExifGps,
    Container,
    FileName,
    Modified,
}

impl Source {
    /// As it is stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ExifOriginal => "exif DateTimeOriginal",
            Self::ExifDigitized => "exif DateTimeDigitized",
            Self::MakerNote => "exif maker note",
            Self::Exif => "exif DateTime",
            Self::ExifGps => "exif GPSDateStamp",
            Self::Container => "video container",
            Self::FileName => "file name",
            Self::Modified => "file modified",
        }
    }
}

/// A time as a file carries it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Read {
    pub(crate) local: DateTime,
    pub(crate) offset: Option<Offset>,
    pub(crate) source: Source,
}

/// A time that is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dated {
    local: DateTime,
    offset: Option<Offset>,
    pub(crate) source: Source,
    /// Where the offset comes from: `file`, `option`.
    pub(crate) zone_source: Option<&'static str>,
    /// Seconds that were added.
    pub(crate) shift: i64,
}

impl Dated {
    /// As Biowatch writes it: ISO 8601 with milliseconds, and with the offset where it is known.
    pub(crate) fn text(&self) -> String {
        text(self.local, self.offset)
    }
}

fn text(local: DateTime, offset: Option<Offset>) -> String {
    let local = local.strftime("%Y-%m-%dT%H:%M:%S.%3f");
    match offset {
        None => local.to_string(),
        Some(Offset::UTC) => format!("{local}Z"),
        Some(offset) => {
            let minutes = offset.seconds() / 60;
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    }
}

impl Clock {
    /// `zone`: where the clocks were set, for times that do not say (`Europe/Paris`, `+02:00`). `shift`: what to add to each
    /// time (`-1h`, `2d 3h`).
    pub fn parse(zone: Option<&str>, shift: Option<&str>) -> Result<Self, ParseClockError> {
        let zone = zone.map(parse_zone).transpose()?;
        let shift = shift.map(parse_shift).transpose()?.unwrap_or_default();
        Ok(Self { zone, shift, videos_are_local: false })
    }

    /// Takes the time in a video's container for the camera's local time. The standards say UTC; many camera traps do not
    /// know that.
    pub fn with_local_videos(mut self, videos_are_local: bool) -> Self {
        self.videos_are_local = videos_are_local;
        self
    }

    /// The first of `times` that may be believed, and those before it that may not.
    pub(super) fn choose(&self, times: Vec<Read>) -> (Option<Dated>, Vec<String>) {
        let mut refused = Vec::new();
        for time in times {
            match self.judge(time) {
                Some(dated) => return (Some(dated), refused),
                None => refused.push(format!("{} {}", time.source.name(), text(time.local, time.offset))),
            }
        }
        (None, refused)
    }

    fn judge(&self, time: Read) -> Option<Dated> {
        let Read { local, mut offset, source } = time;
        let local = local.checked_add(self.shift).ok()?;
        if source == Source::Container && self.videos_are_local {
            offset = None;
        }
        let is_instant = matches!(source, Source::Container | Source::Modified | Source::ExifGps);
        let (local, offset, zone_source) = match (offset, &self.zone) {
            // An instant is told in the zone of the place, where that is known.
            (Some(offset), Some(zone)) if is_instant => {
                let there = zone.to_datetime(offset.to_timestamp(local).ok()?);
                (there, Some(zone.to_offset(offset.to_timestamp(local).ok()?)), Some("file"))
            }
            (Some(offset), _) => (local, Some(offset), Some("file")),
            (None, Some(zone)) => {
                let instant = zone.to_ambiguous_timestamp(local).compatible().ok()?;
                (zone.to_datetime(instant), Some(zone.to_offset(instant)), Some("option"))
            }
            (None, None) => (local, None, None),
        };
        let instant = offset.unwrap_or(Offset::UTC).to_timestamp(local).ok()?;
        let latest = Timestamp::now().checked_add(FUTURE).ok()?;
        let is_believed = local.year() >= FIRST_YEAR && instant <= latest;
        let shift = self.shift.as_secs();
        is_believed.then_some(Dated { local, offset, source, zone_source, shift })
    }
}

/// The file system's time of last change, in UTC.
pub(super) fn modified(millis: i64) -> Option<Read> {
    let local = Offset::UTC.to_datetime(Timestamp::from_millisecond(millis).ok()?);
    Some(Read { local, offset: Some(Offset::UTC), source: Source::Modified })
}

fn parse_zone(text: &str) -> Result<TimeZone, ParseClockError> {
    if let Some(offset) = parse_offset(text) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(text).map_err(|_| ParseClockError::Zone(text.to_owned()))
}

/// `+02:00`, `-0330`, `Z`.
pub(super) fn parse_offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_offset = hours <= 14 && minutes < 60;
    is_offset.then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten()
}

fn parse_shift(text: &str) -> Result<SignedDuration, ParseClockError> {
    let wrong = || ParseClockError::Shift(text.to_owned());
    let span = Span::from_str(text.trim_start_matches('+')).map_err(|_| wrong())?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, offset: Option<Offset>, source: Source) -> Read {
        Read { local: text.parse().unwrap(), offset, source }
    }

    fn told(clock: &Clock, time: Read) -> Option<String> {
        clock.choose(vec![time]).0.map(|dated| dated.text())
    }

    #[test]
    fn the_wall_clock_stays_and_the_zone_is_told() {
        let exif = read("2020-06-07T14:52:12", None, Source::ExifOriginal);
        let clock = |zone: Option<&str>, shift: Option<&str>| Clock::parse(zone, shift).unwrap();
        assert_eq!(told(&clock(None, None), exif).unwrap(), "2020-06-07T14:52:12.000");
        assert_eq!(told(&clock(Some("Europe/Paris"), None), exif).unwrap(), "2020-06-07T14:52:12.000+02:00");
        assert_eq!(told(&clock(Some("-03:30"), Some("-1h")), exif).unwrap(), "2020-06-07T13:52:12.000-03:30");
        assert_eq!(told(&clock(None, Some("+1d 2h")), exif).unwrap(), "2020-06-08T16:52:12.000");
        let offset = parse_offset("+05:30");
        let with_offset = read("2020-06-07T14:52:12", offset, Source::ExifOriginal);
        assert_eq!(
            told(&clock(Some("Europe/Paris"), None), with_offset).unwrap(),
            "2020-06-07T14:52:12.000+05:30"
        );
        let container = read("2020-06-07T14:52:12", Some(Offset::UTC), Source::Container);
        assert_eq!(told(&clock(None, None), container).unwrap(), "2020-06-07T14:52:12.000Z");
        assert_eq!(
            told(&clock(Some("Asia/Bishkek"), None), container).unwrap(),
            "2020-06-07T20:52:12.000+06:00"
        );
        let local = clock(Some("Asia/Bishkek"), None).with_local_videos(true);
        assert_eq!(told(&local, container).unwrap(), "2020-06-07T14:52:12.000+06:00");
    }

    #[test]
    fn absurd_times_are_refused_after_the_shift() {
        let clock = Clock::default();
        for text in
            ["1904-01-01T00:00:00", "1970-01-01T00:00:00", "1999-12-31T23:59:59", "2199-01-01T00:00:00"]
        {
            assert_eq!(told(&clock, read(text, None, Source::ExifOriginal)), None, "{text}");
        }
        let reset = read("1999-12-31T23:00:00", None, Source::ExifOriginal);
        let shifted = Clock::parse(None, Some("7000d")).unwrap();
        assert_eq!(told(&shifted, reset).unwrap(), "2019-03-01T23:00:00.000");
    }

    #[test]
    fn options_that_make_no_sense_are_named() {
        assert!(Clock::parse(Some("Europe/Atlantis"), None).unwrap_err().to_string().contains("Atlantis"));
        for shift in ["an hour", "", "1y", "1 month"] {
            assert!(Clock::parse(None, Some(shift)).is_err(), "{shift}");
        }
        for offset in ["+2", "+15:00", "02:00", "+aa:bb", "é"] {
            assert_eq!(parse_offset(offset), None, "{offset}");
        }
    }
}
