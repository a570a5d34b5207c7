//! A finished photo: the bytes of its file and the truth about it.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde::Serialize;

use crate::deployment::Format;
use crate::exif::Exif;

/// Something that is in a photo.
#[derive(Debug, Clone, Serialize)]
pub struct Thing {
    /// MegaDetector's word: `animal`, `person`, `vehicle`.
    pub category: &'static str,
    /// Scientific name, `human` or `vehicle`.
    pub species: &'static str,
    /// Left, top, width, height of what can be seen, in shares of the photo's sides.
    pub bbox: [f32; 4],
    /// Share of it that nothing hides, of what is inside the frame.
    pub visible: f32,
}

/// The truth about a photo.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    /// File, relative to the folder of the truth.
    pub file: String,
    /// `blank`, `human`, `vehicle` or the scientific name of the animals.
    pub label: &'static str,
    /// How many there are.
    pub count: usize,
    /// Each of them.
    pub things: Vec<Thing>,
    /// Name of the deployment.
    pub deployment: String,
    /// When it was taken, as the camera's clock says.
    pub time: String,
    /// Is it taken by infrared flash?
    pub night: bool,
    /// What grows there.
    pub habitat: &'static str,
    /// Weather.
    pub weather: &'static str,
}

/// A photo.
#[derive(Debug, Clone)]
pub struct Photo {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// What is in it.
    pub truth: Truth,
}

/// Why a picture is no JPEG.
#[derive(Debug, thiserror::Error)]
#[error("cannot write a picture of {width} x {height} as JPEG")]
pub struct EncodeError {
    width: usize,
    height: usize,
    #[source]
    source: jpeg_encoder::EncodingError,
}

/// The lowest quality that a limit on the size may lead to.
const LEAST_QUALITY: u8 = 36;

/// RGB rows as a JPEG file with what the camera says about itself.
pub fn jpeg(bytes: &[u8], format: &Format, exif: Option<&Exif>) -> Result<Vec<u8>, EncodeError> {
    let mut quality = format.quality;
    loop {
        let file = encode(bytes, format, quality, exif)?;
        if quality <= LEAST_QUALITY || format.at_most.is_none_or(|most| file.len() <= most) {
            return Ok(file);
        }
        quality = (quality - 3).max(LEAST_QUALITY);
    }
}

fn encode(bytes: &[u8], format: &Format, quality: u8, exif: Option<&Exif>) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = (format.width, format.height());
    let failed = |source| EncodeError { width, height, source };
    let mut file = Vec::with_capacity(bytes.len() / 8);
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(format.at_most.is_some());
    if let Some(exif) = exif {
        encoder.add_app_segment(1, exif.segment()).map_err(failed)?;
    }
    encoder.encode(bytes, width as u16, height as u16, ColorType::Rgb).map_err(failed)?;
    Ok(file)
}
