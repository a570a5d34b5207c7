//! The camera's clock.

/// A moment of local time, one hour ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Days since 1 January 2024.
    pub day: u32,
    /// Seconds since midnight; may run past a day.
    pub second: u32,
    /// Hundredths of a second, below 100.
    pub hundredth: u32,
}

impl Moment {
    fn date(&self) -> (u32, u32, u32) {
        let (mut day, mut year) = (self.day + self.second / 86_400, 2024);
        loop {
            let leap = year % 4 == 0;
            let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in lengths.into_iter().enumerate() {
                if day < length {
                    return (year, month as u32 + 1, day + 1);
                }
                day -= length;
            }
            year += 1;
        }
    }

    fn time(&self) -> (u32, u32, u32) {
        let second = self.second % 86_400;
        (second / 3600, second / 60 % 60, second % 60)
    }

    /// `YYYY:MM:DD HH:MM:SS`.
    pub fn exif(&self) -> String {
        let ((y, m, d), (h, min, s)) = (self.date(), self.time());
        format!("{y}:{m:02}:{d:02} {h:02}:{min:02}:{s:02}")
    }

    /// `YYYY-MM-DDTHH:MM:SS.hh+01:00`.
    pub fn iso(&self) -> String {
        let ((y, m, d), (h, min, s)) = (self.date(), self.time());
        format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}.{:02}{}", self.hundredth, self.offset())
    }

    /// `YYYY-MM-DD  HH:MM:SS`, for the strip.
    pub fn strip(&self) -> String {
        let ((y, m, d), (h, min, s)) = (self.date(), self.time());
        format!("{y}-{m:02}-{d:02}  {h:02}:{min:02}:{s:02}")
    }

    /// Difference from UTC.
    pub fn offset(&self) -> String {
        "+01:00".to_owned()
    }

    /// Two digits behind the second.
    pub fn hundredths(&self) -> String {
        format!("{:02}", self.hundredth)
    }

    /// Phase of the moon: 0 new, 0.5 full.
    pub fn moon(&self) -> f32 {
        // 11 January 2024 was a new moon.
        ((self.day as f32 - 10.5) / 29.53).rem_euclid(1.0)
    }
}
