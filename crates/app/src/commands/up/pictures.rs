//! Photos and frames of videos as JPEGs of the size that a page wants.

use std::path::PathBuf;

use biowatch_api::{PictureWish, Problem};
use biowatch_vision::cancel::Cancel;
use biowatch_vision::image::RgbImage;
use biowatch_vision::resize::opencv_area::opencv_area;
use biowatch_vision::video::{FfmpegSearch, Video, VideoSettings};
use biowatch_vision::{decode, encode, obscure};

use crate::models::ffmpeg_folders;

/// JPEG quality of small pictures.
const QUALITY: u8 = 85;
/// JPEG quality of those in full size.
const FULL_QUALITY: u8 = 92;

/// Makes them.
pub(super) struct Painter {
    video: VideoSettings,
}

impl Painter {
    pub(super) fn new(ffmpeg: Option<PathBuf>) -> Self {
        Self {
            video: VideoSettings {
                tools: FfmpegSearch::of(ffmpeg_folders(ffmpeg)),
                ..VideoSettings::default()
            },
        }
    }

    /// Decodes, covers, shrinks and encodes.
    pub(super) fn paint(&self, wish: &PictureWish) -> Result<Vec<u8>, Problem> {
        let mut picture = if wish.is_video {
            self.frame(wish)?
        } else {
            let read = decode::read(&wish.file, &decode::Limits::default());
            read.map_err(|error| Problem::unfit(format!("the photo cannot be shown: {error}")))?
        };
        if !wish.blur.is_empty() {
            obscure::boxes(&mut picture, &wish.blur);
        }
        let small = wish.long_side.map(|side| fit(&picture, side as usize));
        let quality = if small.is_some() { QUALITY } else { FULL_QUALITY };
        let picture = small.as_ref().unwrap_or(&picture);
        encode::jpeg(picture, quality).map_err(|error| Problem::unfit(error.to_string()))
    }

    /// The first frame.
    fn frame(&self, wish: &PictureWish) -> Result<RgbImage, Problem> {
        let unfit = |text: String| Problem::unfit(format!("the video cannot be shown: {text}"));
        let path = wish.file.to_str().ok_or_else(|| unfit("its path is not Unicode".to_owned()))?;
        let video = Video::open(path, 1.0, &self.video, &decode::Limits::default(), &Cancel::default());
        let mut video = video.map_err(|error| unfit(error.to_string()))?;
        let frame = video.next_frame().map_err(|error| unfit(error.to_string()))?;
        frame.map(|(picture, _)| picture).ok_or_else(|| unfit("it has no frame".to_owned()))
    }
}

/// The picture with `side` pixels on its long side, or as it is where that is less.
fn fit(picture: &RgbImage, side: usize) -> RgbImage {
    let (width, height) = (picture.width(), picture.height());
    let long = width.max(height);
    if long <= side {
        return picture.clone();
    }
    let scaled = |length: usize| ((length * side + long / 2) / long).max(1);
    opencv_area(picture, scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_side_fits_and_no_side_vanishes() {
        let picture = |width, height| RgbImage::new(width, height, vec![7; width * height * 3]).unwrap();
        for (width, height, small) in
            [(640, 480, (320, 240)), (480, 640, (240, 320)), (300, 2, (300, 2)), (2000, 1, (320, 1))]
        {
            let fitted = fit(&picture(width, height), 320);
            assert_eq!((fitted.width(), fitted.height()), small);
        }
    }
}
