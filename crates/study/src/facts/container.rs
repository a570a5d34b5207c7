//! When a video was made, by its container: `mvhd` of MP4 and MOV, `IDIT` of AVI.

use std::io::{Read as _, Seek, SeekFrom};

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::clock::{Read, Source};

/// Boxes or chunks that are looked at before the search is given up.
const MOST_PARTS: usize = 4096;
/// Seconds from 1904, where the container counts from, to 1970.
const FROM_1904: i64 = 2_082_844_800;

/// The time that the container tells. Reads headers only and seeks over the rest.
pub(super) fn time(file: &mut (impl std::io::Read + Seek)) -> Option<Read> {
    let mut start = [0; 12];
    file.read_exact(&mut start).ok()?;
    file.rewind().ok()?;
    match (start.first_chunk::<4>(), start.last_chunk::<4>()) {
        (Some(b"RIFF"), Some(b"AVI ")) => avi(file),
        _ if start.get(4..8) == Some(b"ftyp") || start.get(4..8) == Some(b"moov") => mp4(file),
        _ => None,
    }
}

/// The next box: its name and where it ends.
fn next_box(file: &mut (impl std::io::Read + Seek)) -> Option<([u8; 4], u64)> {
    let at = file.stream_position().ok()?;
    let mut size = [0; 4];
    let mut name = [0; 4];
    file.read_exact(&mut size).ok()?;
    file.read_exact(&mut name).ok()?;
    let size = match u32::from_be_bytes(size) {
        0 => return Some((name, u64::MAX)),
        1 => {
            let mut large = [0; 8];
            file.read_exact(&mut large).ok()?;
            u64::from_be_bytes(large)
        }
        small => u64::from(small),
    };
    // A box holds its own header: whatever is smaller would loop for ever.
    (size >= 8).then(|| at.checked_add(size)).flatten().map(|end| (name, end))
}

fn mp4(file: &mut (impl std::io::Read + Seek)) -> Option<Read> {
    for _ in 0..MOST_PARTS {
        let (name, end) = next_box(file)?;
        match &name {
            // `mvhd` lies inside `moov`: go on behind the header.
            b"moov" => {}
            b"mvhd" => return movie_header(file),
            _ => {
                file.seek(SeekFrom::Start(end)).ok()?;
            }
        }
    }
    None
}

fn movie_header(file: &mut impl std::io::Read) -> Option<Read> {
    let mut version = [0; 4];
    file.read_exact(&mut version).ok()?;
    let mut bytes = [0; 8];
    let seconds = if version.first() == Some(&1) {
        file.read_exact(&mut bytes).ok()?;
        i64::try_from(u64::from_be_bytes(bytes)).ok()?
    } else {
        let half = bytes.first_chunk_mut::<4>()?;
        file.read_exact(half).ok()?;
        i64::from(u32::from_be_bytes(*half))
    };
    if seconds == 0 {
        return None;
    }
    let instant = Timestamp::from_second(seconds.checked_sub(FROM_1904)?).ok()?;
    Some(Read {
        local: Offset::UTC.to_datetime(instant),
        offset: Some(Offset::UTC),
        source: Source::Container,
    })
}

fn avi(file: &mut (impl std::io::Read + Seek)) -> Option<Read> {
    file.seek(SeekFrom::Start(12)).ok()?;
    for _ in 0..MOST_PARTS {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let (name, size) = (head.first_chunk::<4>()?, u32::from_le_bytes(*head.last_chunk::<4>()?));
        match name {
            // Pictures from here on.
            b"LIST" => {
                let mut kind = [0; 4];
                file.read_exact(&mut kind).ok()?;
                if &kind == b"movi" {
                    file.seek(SeekFrom::Current(i64::from(size.saturating_sub(4)) + i64::from(size % 2)))
                        .ok()?;
                }
            }
            b"IDIT" => {
                let mut text = Vec::new();
                file.by_ref().take(u64::from(size.min(64))).read_to_end(&mut text).ok()?;
                let text = String::from_utf8_lossy(&text);
                let local = digitized(text.trim_matches(|c: char| c == '\0' || c.is_whitespace()))?;
                return Some(Read { local, offset: None, source: Source::Container });
            }
            _ => {
                file.seek(SeekFrom::Current(i64::from(size) + i64::from(size % 2))).ok()?;
            }
        }
    }
    None
}

/// `Wed Jul 03 20:15:30 2021`, or `2021/07/03 20:15:30` and the like.
fn digitized(text: &str) -> Option<DateTime> {
    let words: Vec<_> = text.split_whitespace().collect();
    if let [_, month, day, clock, year] = *words.as_slice() {
        return DateTime::strptime("%b %d %H:%M:%S %Y", format!("{month} {day} {clock} {year}")).ok();
    }
    let plain = text.replace(['/', '-'], ":");
    DateTime::strptime("%Y:%m:%d %H:%M:%S", plain.trim())
        .ok()
        .filter(|time| time.checked_add(SignedDuration::ZERO).is_ok())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn part(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes()[..], name, body].concat()
    }

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len()).unwrap();
        [name, &size.to_le_bytes()[..], body].concat()
    }

    fn told(bytes: Vec<u8>) -> Option<String> {
        time(&mut Cursor::new(bytes)).map(|read| read.local.to_string())
    }

    #[test]
    fn the_header_may_stand_behind_the_pictures() {
        let seconds = u32::try_from(1_625_343_330 + FROM_1904).unwrap();
        let header = part(b"mvhd", &[&[0; 4][..], &seconds.to_be_bytes(), &[0; 12]].concat());
        let movie = [part(b"ftyp", b"isom"), part(b"mdat", &[7; 100]), part(b"moov", &header)].concat();
        assert_eq!(told(movie.clone()).unwrap(), "2021-07-03T20:15:30");
        let long = part(b"mvhd", &[&[1, 0, 0, 0][..], &u64::from(seconds).to_be_bytes(), &[0; 12]].concat());
        assert_eq!(
            told([part(b"ftyp", b"isom"), part(b"moov", &long)].concat()).unwrap(),
            "2021-07-03T20:15:30"
        );
        let none = part(b"mvhd", &[0; 20]);
        assert_eq!(told([part(b"ftyp", b"isom"), part(b"moov", &none)].concat()), None);
        for length in 0..movie.len() {
            let _ = told(movie[..length].to_vec());
        }
        let endless = [part(b"ftyp", b"isom"), vec![0, 0, 0, 4], b"free".to_vec(), vec![0; 64]].concat();
        assert_eq!(told(endless), None);
    }

    #[test]
    fn avi_tells_its_local_time() {
        for date in ["Sat Jul 03 20:15:30 2021\n\0", "2021/07/03 20:15:30\0", "2021-07-03 20:15:30"] {
            let list = [&b"hdrl"[..], &chunk(b"avih", &[0; 56]), &chunk(b"IDIT", date.as_bytes())].concat();
            let bytes = [&b"RIFF\0\0\0\0AVI "[..], &chunk(b"LIST", &list)].concat();
            assert_eq!(told(bytes).as_deref(), Some("2021-07-03T20:15:30"), "{date}");
        }
    }
}
