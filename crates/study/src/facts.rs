//! What a media file tells of itself: content, time, place, camera. The file is read, never written.

mod clock;
mod container;
mod exif;
mod file_name;
mod maker_note;
mod place;
#[cfg(test)]
pub(crate) mod sample;

use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

pub(crate) use clock::Dated;
pub use clock::{Clock, ParseClockError};
pub use place::Place;

use crate::media_type::MediaType;

/// Everything known of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// SHA-256 of the whole; none for an empty file.
    pub(crate) content: Option<[u8; 32]>,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) time: Option<Dated>,
    /// Times that were found and not believed, as they stand in the file.
    pub(crate) refused_times: Vec<String>,
    pub(crate) place: Option<Place>,
    pub(crate) camera: Camera,
    pub(crate) temperature: Option<f64>,
    pub(crate) burst: Option<Burst>,
}

/// Size and time of last change: as long as both stay, the content is taken to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Bytes.
    pub(crate) size: i64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
}

/// The camera that made a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Camera {
    pub(crate) make: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
}

/// Where in a burst a photo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Burst {
    /// From 1.
    pub(crate) number: u16,
    pub(crate) length: u16,
}

impl Stamp {
    /// Of the file as it is now.
    pub(crate) fn of(file: &Path) -> io::Result<Self> {
        let metadata = fs_err::metadata(file)?;
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let modified = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            modified: i64::try_from(modified.as_millis()).unwrap_or(i64::MAX),
        })
    }
}

impl Facts {
    /// Reads `file` from front to end. Fails only when that cannot be done; a part that makes no sense is left out.
    pub(crate) fn read(file: &Path, media_type: MediaType, clock: &Clock) -> io::Result<Self> {
        let mut facts = Self::glance(file, media_type, clock)?;
        let mut reader = BufReader::with_capacity(1 << 16, fs_err::File::open(file)?);
        facts.content = content(&mut reader, facts.stamp.map_or(0, |stamp| stamp.size))?;
        Ok(facts)
    }

    /// The same without its digest: only the parts that tell something are read.
    pub(crate) fn glance(file: &Path, media_type: MediaType, clock: &Clock) -> io::Result<Self> {
        let stamp = Stamp::of(file)?;
        let mut reader = BufReader::with_capacity(1 << 16, fs_err::File::open(file)?);
        let mut facts = Self { stamp: Some(stamp), ..Self::default() };
        let mut times = Vec::new();
        if media_type.is_video() {
            times.extend(container::time(&mut reader));
        } else {
            exif::read(&mut reader, &mut facts, &mut times);
        }
        times.extend(file_name::time(file));
        if media_type.is_video() {
            times.extend(clock::modified(stamp.modified));
        }
        (facts.time, facts.refused_times) = clock.choose(times);
        Ok(facts)
    }
}

fn content(reader: &mut impl Read, size: i64) -> io::Result<Option<[u8; 32]>> {
    if size == 0 {
        return Ok(None);
    }
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(Some(digest.finalize().into()));
        }
        digest.update(buffer.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::clock::Source;
    use crate::facts::sample::Sample;

    fn read(file: &Path) -> Facts {
        Facts::read(file, MediaType::of(file).unwrap(), &Clock::default()).unwrap()
    }

    #[test]
    fn a_photo_tells_time_place_and_camera() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("IMG_20200101_000000.jpg");
        let sample =
            Sample { date: Some("2021:11:03 20:31:20"), gps: Some((46.5, -7.25)), ..Sample::default() };
        fs_err::write(&file, sample.jpeg()).unwrap();
        let facts = read(&file);
        let time = facts.time.unwrap();
        assert_eq!((time.text(), time.source), ("2021-11-03T20:31:20.000".into(), Source::ExifOriginal));
        let place = facts.place.unwrap();
        assert_eq!((place.latitude(), place.longitude()), (46.5, -7.25));
        assert_eq!(facts.camera.make.as_deref(), Some("Acme"));
        assert_eq!(facts.content.unwrap(), <[u8; 32]>::from(Sha256::digest(sample.jpeg())));
    }

    #[test]
    fn what_is_absurd_is_left_out_and_the_next_best_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("IMG_20200102_030405.jpg");
        let sample = Sample { date: Some("1970:01:01 00:00:00"), gps: Some((0.0, 0.0)), ..Sample::default() };
        fs_err::write(&file, sample.jpeg()).unwrap();
        let facts = read(&file);
        let time = facts.time.unwrap();
        assert_eq!((time.text(), time.source), ("2020-01-02T03:04:05.000".into(), Source::FileName));
        assert_eq!(facts.refused_times, ["exif DateTimeOriginal 1970-01-01T00:00:00.000"]);
        assert_eq!(facts.place, None);
    }

    #[test]
    fn no_file_is_too_broken_to_be_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let whole = Sample { date: Some("2021:11:03 20:31:20"), ..Sample::default() }.jpeg();
        for length in 0..whole.len() {
            let file = folder.path().join("a.jpg");
            fs_err::write(&file, &whole[..length]).unwrap();
            assert_eq!(read(&file).content.is_some(), length > 0);
        }
        assert!(
            Facts::read(
                &folder.path().join("none.jpg"),
                MediaType::of(Path::new("a.jpg")).unwrap(),
                &Clock::default()
            )
            .is_err()
        );
    }
}
