//! What a camera writes about itself and the moment: EXIF, by hand.

use crate::clock::Moment;

/// The fields of a photo.
#[derive(Debug, Clone)]
pub struct Exif {
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Serial number of the body.
    pub serial: String,
    /// When.
    pub moment: Moment,
    /// Latitude and longitude in degrees.
    pub position: (f64, f64),
    /// Height above the sea in metres.
    pub altitude: f64,
    /// Taken by flash?
    pub flash: bool,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// A value of a directory.
enum Value {
    Ascii(String),
    Byte(Vec<u8>),
    Short(u16),
    Long(u32),
    Rational(Vec<(u32, u32)>),
    Undefined(Vec<u8>),
}

impl Value {
    fn parts(&self) -> (u16, u32, Vec<u8>) {
        match self {
            Self::Byte(bytes) => (1, bytes.len() as u32, bytes.clone()),
            Self::Ascii(text) => {
                let mut bytes = text.clone().into_bytes();
                bytes.push(0);
                (2, bytes.len() as u32, bytes)
            }
            Self::Short(v) => (3, 1, v.to_le_bytes().to_vec()),
            Self::Long(v) => (4, 1, v.to_le_bytes().to_vec()),
            Self::Rational(all) => {
                let bytes =
                    all.iter().flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat()).collect();
                (5, all.len() as u32, bytes)
            }
            Self::Undefined(bytes) => (7, bytes.len() as u32, bytes.clone()),
        }
    }
}

/// A directory at `start`, its long values behind it. Tags must ascend.
fn directory(start: u32, fields: &[(u16, Value)]) -> Vec<u8> {
    let mut table = (fields.len() as u16).to_le_bytes().to_vec();
    let mut long = Vec::new();
    let behind = start + 2 + 12 * fields.len() as u32 + 4;
    for (tag, value) in fields {
        let (kind, count, bytes) = value.parts();
        table.extend(tag.to_le_bytes());
        table.extend(kind.to_le_bytes());
        table.extend(count.to_le_bytes());
        if bytes.len() <= 4 {
            let mut short = bytes;
            short.resize(4, 0);
            table.extend(short);
        } else {
            table.extend((behind + long.len() as u32).to_le_bytes());
            long.extend(bytes);
            if long.len() % 2 == 1 {
                long.push(0);
            }
        }
    }
    table.extend(0u32.to_le_bytes());
    table.extend(long);
    table
}

fn degrees(angle: f64) -> Value {
    let thousandths = (angle.abs() * 3_600_000.0).round() as u32;
    Value::Rational(vec![
        (thousandths / 3_600_000, 1),
        (thousandths / 60_000 % 60, 1),
        (thousandths % 60_000, 1000),
    ])
}

impl Exif {
    /// The payload of the APP1 segment.
    pub fn segment(&self) -> Vec<u8> {
        let main = |exif: u32, gps: u32| {
            vec![
                (0x010f, Value::Ascii(self.make.clone())),
                (0x0110, Value::Ascii(self.model.clone())),
                (0x0112, Value::Short(1)),
                (0x0131, Value::Ascii("biowatch-renderer".to_owned())),
                (0x0132, Value::Ascii(self.moment.exif())),
                (0x8769, Value::Long(exif)),
                (0x8825, Value::Long(gps)),
            ]
        };
        let first = 8u32;
        let second = first + directory(first, &main(0, 0)).len() as u32;
        let details = directory(second, &self.details());
        let third = second + details.len() as u32;
        let mut segment = b"Exif\0\0II\x2a\0\x08\0\0\0".to_vec();
        segment.extend(directory(first, &main(second, third)));
        segment.extend(details);
        segment.extend(directory(third, &self.place()));
        segment
    }

    fn details(&self) -> Vec<(u16, Value)> {
        let offset = self.moment.offset();
        vec![
            (0x9000, Value::Undefined(b"0232".to_vec())),
            (0x9003, Value::Ascii(self.moment.exif())),
            (0x9004, Value::Ascii(self.moment.exif())),
            (0x9010, Value::Ascii(offset.clone())),
            (0x9011, Value::Ascii(offset.clone())),
            (0x9012, Value::Ascii(offset)),
            (0x9209, Value::Short(u16::from(self.flash))),
            (0x9290, Value::Ascii(self.moment.hundredths())),
            (0x9291, Value::Ascii(self.moment.hundredths())),
            (0xa002, Value::Long(self.size.0)),
            (0xa003, Value::Long(self.size.1)),
            (0xa431, Value::Ascii(self.serial.clone())),
        ]
    }

    fn place(&self) -> Vec<(u16, Value)> {
        let (latitude, longitude) = self.position;
        let side = |positive: bool, names: (&str, &str)| {
            Value::Ascii((if positive { names.0 } else { names.1 }).to_owned())
        };
        vec![
            (0, Value::Byte(vec![2, 3, 0, 0])),
            (1, side(latitude >= 0.0, ("N", "S"))),
            (2, degrees(latitude)),
            (3, side(longitude >= 0.0, ("E", "W"))),
            (4, degrees(longitude)),
            (5, Value::Byte(vec![0])),
            (6, Value::Rational(vec![((self.altitude.max(0.0) * 10.0) as u32, 10)])),
            (18, Value::Ascii("WGS-84".to_owned())),
        ]
    }
}
