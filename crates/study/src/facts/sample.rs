//! Small JPEGs with EXIF written by hand.

/// What the EXIF of a sample says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    /// DateTimeOriginal.
    pub(crate) date: Option<&'static str>,
    /// Degrees, north and east positive.
    pub(crate) gps: Option<(f64, f64)>,
    /// Bytes of another segment that stands before the EXIF.
    pub(crate) before: usize,
    /// Makes the content differ.
    pub(crate) salt: u32,
}

impl Sample {
    /// The bytes: markers and EXIF, and no picture.
    pub(crate) fn jpeg(&self) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8];
        let mut left = self.before;
        while left > 0 {
            let size = left.min(60_000);
            segment(&mut bytes, 0xE2, &vec![b'x'; size]);
            left -= size;
        }
        segment(&mut bytes, 0xE1, &[&b"Exif\0\0"[..], &self.tiff()].concat());
        segment(&mut bytes, 0xFE, &self.salt.to_be_bytes());
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    fn tiff(&self) -> Vec<u8> {
        let mut first = vec![ascii(0x010F, "Acme"), ascii(0x0110, "Trap 7")];
        let mut exif = Vec::new();
        exif.extend(self.date.map(|date| ascii(0x9003, date)));
        let mut gps = Vec::new();
        if let Some((latitude, longitude)) = self.gps {
            gps.push(ascii(1, if latitude < 0.0 { "S" } else { "N" }));
            gps.push(degrees(2, latitude));
            gps.push(ascii(3, if longitude < 0.0 { "W" } else { "E" }));
            gps.push(degrees(4, longitude));
        }
        // Header, then the three directories one after the other, each with its values behind it.
        first.push((0x8769, 4, 1, vec![0; 4]));
        first.push((0x8825, 4, 1, vec![0; 4]));
        let exif_at = 8 + size(&first);
        let gps_at = exif_at + size(&exif);
        let count = first.len();
        first[count - 2].3 = u32::try_from(exif_at).unwrap().to_be_bytes().to_vec();
        first[count - 1].3 = u32::try_from(gps_at).unwrap().to_be_bytes().to_vec();
        let mut bytes = b"MM\0\x2A\0\0\0\x08".to_vec();
        for directory in [&first, &exif, &gps] {
            write(&mut bytes, directory);
        }
        bytes
    }
}

type Entry = (u16, u16, u32, Vec<u8>);

fn ascii(tag: u16, text: &str) -> Entry {
    let value = [text.as_bytes(), b"\0"].concat();
    (tag, 2, u32::try_from(value.len()).unwrap(), value)
}

fn degrees(tag: u16, value: f64) -> Entry {
    let parts = [(value.abs() * 1e6).round() as u32, 1_000_000, 0, 1, 0, 1];
    (tag, 5, 3, parts.iter().flat_map(|part| part.to_be_bytes()).collect())
}

fn size(directory: &[Entry]) -> usize {
    let values: usize = directory.iter().map(|entry| entry.3.len()).filter(|length| *length > 4).sum();
    2 + 12 * directory.len() + 4 + values
}

fn write(bytes: &mut Vec<u8>, directory: &[Entry]) {
    let mut value_at = bytes.len() + 2 + 12 * directory.len() + 4;
    bytes.extend(u16::try_from(directory.len()).unwrap().to_be_bytes());
    for (tag, kind, count, value) in directory {
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        if value.len() <= 4 {
            let mut short = value.clone();
            short.resize(4, 0);
            bytes.extend(short);
        } else {
            bytes.extend(u32::try_from(value_at).unwrap().to_be_bytes());
            value_at += value.len();
        }
    }
    bytes.extend([0; 4]);
    for (_, _, _, value) in directory.iter().filter(|entry| entry.3.len() > 4) {
        bytes.extend(value);
    }
}

fn segment(bytes: &mut Vec<u8>, marker: u8, body: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    bytes.extend(body);
}
