//! The maker note of Reconyx HyperFire cameras: 16-bit words at fixed places.

use jiff::civil::DateTime;

use super::Burst;
use super::clock::{Read, Source};

/// First word of such a note.
const VERSION: u16 = 0xF101;
const SEQUENCE: usize = 14;
const TIME: usize = 22;
const CELSIUS: usize = 40;
const SERIAL: usize = 42;
/// UTF-16 units of the serial number.
const SERIAL_LENGTH: usize = 15;

/// What the note tells.
#[derive(Debug, Default, PartialEq)]
pub(super) struct MakerNote {
    pub(super) time: Option<Read>,
    pub(super) burst: Option<Burst>,
    /// Degrees Celsius.
    pub(super) temperature: Option<f64>,
    pub(super) serial: Option<String>,
}

/// Reads `bytes`; nothing for notes of other cameras.
pub(super) fn read(bytes: &[u8]) -> Option<MakerNote> {
    let word = |at: usize| {
        let pair: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(u16::from_le_bytes(pair))
    };
    if word(0)? != VERSION {
        return None;
    }
    let part = |index: usize| word(TIME + 2 * index).and_then(|value| i8::try_from(value).ok());
    let time = || {
        let (second, minute, hour, month, day) = (part(0)?, part(1)?, part(2)?, part(3)?, part(4)?);
        let year = i16::try_from(word(TIME + 10)?).ok()?;
        let local = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        Some(Read { local, offset: None, source: Source::MakerNote })
    };
    let burst = || {
        let (number, length) = (word(SEQUENCE)?, word(SEQUENCE + 2)?);
        (1..=length).contains(&number).then_some(Burst { number, length })
    };
    let temperature = word(CELSIUS).map(|value| f64::from(value.cast_signed()));
    let serial: Vec<u16> = (0..SERIAL_LENGTH)
        .map_while(|index| word(SERIAL + 2 * index))
        .take_while(|unit| *unit != 0)
        .collect();
    let serial = String::from_utf16(&serial).ok().filter(|text| !text.trim().is_empty());
    Some(MakerNote {
        time: time(),
        burst: burst(),
        temperature: temperature.filter(|degrees| (-80.0..=80.0).contains(degrees)),
        serial,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_at_their_places_and_refuses_other_notes() {
        let mut note = vec![0_u8; 80];
        let mut put = |at: usize, value: u16| note[at..at + 2].copy_from_slice(&value.to_le_bytes());
        put(0, VERSION);
        put(SEQUENCE, 2);
        put(SEQUENCE + 2, 3);
        for (index, value) in [20_u16, 31, 20, 11, 3, 2021].into_iter().enumerate() {
            put(TIME + 2 * index, value);
        }
        put(CELSIUS, (-7_i16).cast_unsigned());
        for (index, unit) in "H500".encode_utf16().enumerate() {
            put(SERIAL + 2 * index, unit);
        }
        let read_back = read(&note).unwrap();
        assert_eq!(read_back.time.unwrap().local.to_string(), "2021-11-03T20:31:20");
        assert_eq!(read_back.burst, Some(Burst { number: 2, length: 3 }));
        assert_eq!((read_back.temperature, read_back.serial.as_deref()), (Some(-7.0), Some("H500")));
        for length in 0..note.len() {
            let _ = read(&note[..length]);
        }
        assert_eq!(read(b"Nikon and so on"), None);
    }
}
