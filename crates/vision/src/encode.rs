//! Pictures as JPEG, the way OpenCV writes them.

mod libjpeg;

use crate::image::RgbImage;

/// What `cv2.imwrite` uses unless told otherwise.
pub const OPENCV_QUALITY: u8 = 95;

/// Why a picture cannot be a JPEG: libjpeg's own words.
#[derive(Debug, thiserror::Error)]
#[error("libjpeg does not write it: {0}")]
pub struct EncodeJpegError(pub(crate) String);

/// The picture as a baseline JPEG with 4:2:0 chroma and standard tables; quality 1..=100.
///
/// The bytes decode to what `cv2.imwrite` and `cv2.imread` make of the same pixels.
pub fn jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, EncodeJpegError> {
    libjpeg::compress(image, quality)
}
