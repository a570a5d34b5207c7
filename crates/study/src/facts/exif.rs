//! EXIF, wherever in the file the camera put it.

use std::io::{BufRead, Seek};

use exif::{Context, Exif, Field, In, Reader, Tag, Value};
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::clock::{Read, Source, parse_offset};
use super::{Facts, Place, maker_note};

/// Some formats are read whole for their metadata: nothing above this is.
const MOST_BYTES: u64 = 256 << 20;
/// Temperature around the camera, in EXIF 2.31.
const AMBIENT_TEMPERATURE: Tag = Tag(Context::Exif, 0x9400);
/// Longest text that is kept.
const LONGEST_TEXT: usize = 200;

/// Adds what the metadata of `file` tells. A file without, or with broken ones, tells less.
pub(super) fn read(file: &mut (impl BufRead + Seek), facts: &mut Facts, times: &mut Vec<Read>) {
    let Some(exif) = parse(file) else { return };
    let offset = |tag| text(&exif, tag).and_then(|text| parse_offset(&text));
    let any_offset = offset(Tag::OffsetTime);
    let note = exif.get_field(Tag::MakerNote, In::PRIMARY).and_then(|field| match &field.value {
        Value::Undefined(bytes, _) => maker_note::read(bytes),
        _ => None,
    });
    let note = note.unwrap_or_default();
    let time = |source, tag, part, zone| {
        let local = date(&text(&exif, tag)?, text(&exif, part).as_deref())?;
        Some(Read { local, offset: offset(zone).or(any_offset), source })
    };
    times.extend(time(
        Source::ExifOriginal,
        Tag::DateTimeOriginal,
        Tag::SubSecTimeOriginal,
        Tag::OffsetTimeOriginal,
    ));
    times.extend(time(
        Source::ExifDigitized,
        Tag::DateTimeDigitized,
        Tag::SubSecTimeDigitized,
        Tag::OffsetTimeDigitized,
    ));
    times.extend(note.time);
    times.extend(time(Source::Exif, Tag::DateTime, Tag::SubSecTime, Tag::OffsetTime));
    times.extend(gps_time(&exif));
    facts.place = place(&exif);
    facts.camera.make = text(&exif, Tag::Make);
    facts.camera.model = text(&exif, Tag::Model);
    facts.camera.serial = text(&exif, Tag::BodySerialNumber).or(note.serial);
    let ambient = exif.get_field(AMBIENT_TEMPERATURE, In::PRIMARY).and_then(|field| match &field.value {
        Value::SRational(values) => values.first().map(|value| value.to_f64()),
        Value::Rational(values) => values.first().map(|value| value.to_f64()),
        _ => None,
    });
    facts.temperature = ambient.filter(|degrees| (-80.0..=80.0).contains(degrees)).or(note.temperature);
    facts.burst = note.burst;
}

fn parse(file: &mut (impl BufRead + Seek)) -> Option<Exif> {
    let mut limited = Limited { file, left: MOST_BYTES };
    let mut reader = Reader::new();
    let read = reader.continue_on_error(true).read_from_container(&mut limited);
    read.or_else(|error| error.distill_partial_result(|_| ())).ok()
}

/// `2021:11:03 20:31:20`, with a fraction of the second in digits.
fn date(text: &str, fraction: Option<&str>) -> Option<DateTime> {
    let plain = text.trim().replace(['-', '/'], ":").replace('T', " ");
    let local = DateTime::strptime("%Y:%m:%d %H:%M:%S", plain.get(..19)?).ok()?;
    let digits: String =
        fraction.unwrap_or_default().chars().take_while(char::is_ascii_digit).take(3).collect();
    let millis: i32 = format!("{digits:0<3}").parse().ok()?;
    local.with().subsec_nanosecond(millis * 1_000_000).build().ok()
}

/// A date of GPS alone is in UTC.
fn gps_time(exif: &Exif) -> Option<Read> {
    let day = text(exif, Tag::GPSDateStamp)?;
    let clock = rationals(exif.get_field(Tag::GPSTimeStamp, In::PRIMARY)?)?;
    let [hour, minute, second] = clock.map(|part| part as u32);
    let local = date(&format!("{} {hour:02}:{minute:02}:{second:02}", day.trim()), None)?;
    Some(Read { local, offset: Some(Offset::UTC), source: Source::ExifGps })
}

fn place(exif: &Exif) -> Option<Place> {
    let degrees = |value, reference, negative: &str| {
        let [degrees, minutes, seconds] = rationals(exif.get_field(value, In::PRIMARY)?)?;
        let side = text(exif, reference).is_some_and(|side| side.eq_ignore_ascii_case(negative));
        let size = degrees + minutes / 60.0 + seconds / 3600.0;
        Some(if side { -size } else { size })
    };
    let latitude = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    Place::new(latitude, degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?)
}

/// Three numbers, none of them a division by zero.
fn rationals(field: &Field) -> Option<[f64; 3]> {
    let Value::Rational(values) = &field.value else { return None };
    let values: Vec<f64> = values.iter().map(|value| value.to_f64()).collect();
    <[f64; 3]>::try_from(values).ok().filter(|values| values.iter().all(|value| value.is_finite()))
}

/// The text of a tag without padding; none where nothing is left.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(lines.first()?);
    let text: String =
        text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).chars().take(LONGEST_TEXT).collect();
    (!text.is_empty()).then_some(text)
}

/// A file of which no more than so many bytes are read.
struct Limited<'a, R> {
    file: &'a mut R,
    left: u64,
}

impl<R: BufRead> std::io::Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.by_ref().take(self.left).read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Limited<'_, R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        self.file.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.file.consume(count);
    }
}

impl<R: Seek> Seek for Limited<'_, R> {
    fn seek(&mut self, position: std::io::SeekFrom) -> std::io::Result<u64> {
        self.file.seek(position)
    }
}
