//! Times in the names of files: `IMG_20210703_201530.jpg`, `2021-07-03 20-15-30.mp4`, `20210703201530.jpg`, `20210703.mp4`.

use std::path::Path;

use jiff::civil::DateTime;

use super::clock::{Read, Source};

/// The first time in the name of `file`.
pub(super) fn time(file: &Path) -> Option<Read> {
    let name = file.file_stem()?.to_str()?;
    let (mut date_only, mut at) = (None, 0);
    while let Some(start) = name.get(at..)?.find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let text = name.get(start..)?;
        if let Some((local, has_clock)) = date_at(text) {
            if has_clock {
                return Some(Read { local, offset: None, source: Source::FileName });
            }
            date_only = date_only.or(Some(local));
        }
        at = start + text.bytes().take_while(u8::is_ascii_digit).count();
    }
    date_only.map(|local| Read { local, offset: None, source: Source::FileName })
}

/// A date at the very start of `text`, and whether a time of day follows.
fn date_at(text: &str) -> Option<(DateTime, bool)> {
    let mut digits = Digits { rest: text };
    let year = digits.number(4)?;
    let is_dashed = digits.skip(&['-', '_', '.']);
    let month = digits.number(2)?;
    if is_dashed && !digits.skip(&['-', '_', '.']) {
        return None;
    }
    let day = digits.number(2)?;
    let date = |hour, minute, second| {
        let small = |value: i16| i8::try_from(value).ok();
        let known = (1990..=2100).contains(&year);
        let date =
            DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, 0);
        date.ok().filter(|_| known)
    };
    let mut clock = Digits { rest: digits.rest };
    clock.skip(&['-', '_', ' ', 'T', '.']);
    let time = || -> Option<(i16, i16, i16)> {
        let hour = clock.number(2)?;
        let is_dashed = clock.skip(&['-', '_', '.', ':']);
        let minute = clock.number(2)?;
        if is_dashed && !clock.skip(&['-', '_', '.', ':']) {
            return None;
        }
        let second = clock.number(2)?;
        clock.ends().then_some((hour, minute, second))
    };
    let mut time = time;
    if let Some((hour, minute, second)) = time()
        && let Some(moment) = date(hour, minute, second)
    {
        return Some((moment, true));
    }
    // A longer row of digits is a counter or a serial number.
    digits.ends().then(|| date(0, 0, 0)).flatten().map(|moment| (moment, false))
}

struct Digits<'a> {
    rest: &'a str,
}

impl Digits<'_> {
    fn number(&mut self, count: usize) -> Option<i16> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        self.rest = rest;
        digits.parse().ok().filter(|_| is_number)
    }

    fn skip(&mut self, separators: &[char]) -> bool {
        let stripped = self.rest.strip_prefix(separators);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    /// Whether no further digit follows.
    fn ends(&self) -> bool {
        !self.rest.starts_with(|c: char| c.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cameras_and_phones() {
        let cases = [
            ("IMG_20210703_201530.jpg", Some("2021-07-03T20:15:30")),
            ("20210703-201530.mp4", Some("2021-07-03T20:15:30")),
            ("2021-07-03_20-15-30 (2).mp4", Some("2021-07-03T20:15:30")),
            ("2021-07-03 20.15.30.jpg", Some("2021-07-03T20:15:30")),
            ("cam7_20210703201530_0001.jpg", Some("2021-07-03T20:15:30")),
            ("20210703.avi", Some("2021-07-03T00:00:00")),
            ("лиса 2021-07-03.avi", Some("2021-07-03T00:00:00")),
            ("20210703_IMG_20210704_101112.jpg", Some("2021-07-04T10:11:12")),
            ("20210703_12345678.jpg", Some("2021-07-03T00:00:00")),
            ("IMG_0042.JPG", None),
            ("20211303.jpg", None),
            ("20210229_101112.jpg", None),
            ("123456789012345678.jpg", None),
            ("2021070.jpg", None),
            ("00010203.jpg", None),
            ("DSC09999.jpg", None),
        ];
        for (name, expected) in cases {
            let local = time(Path::new(name)).map(|read| read.local.to_string());
            assert_eq!(local.as_deref(), expected, "{name}");
        }
    }
}
