//! Draws what a study wants drawn: boxes and names, and people covered.

use biowatch_study::export::{People, Picture, Subject};
use biowatch_vision::annotate::{self, Kind, Mark};
use biowatch_vision::{decode, encode, obscure};

/// Small files that still look as the photo does.
const QUALITY: u8 = 90;

/// The photo as a JPEG without any EXIF data; or why it cannot be read.
pub(super) fn paint(picture: &Picture) -> Result<Vec<u8>, String> {
    let mut image =
        decode::read(&picture.original, &decode::Limits::default()).map_err(|error| error.to_string())?;
    match &picture.people {
        People::Shown => {}
        People::Boxes(boxes) => obscure::boxes(&mut image, boxes),
        People::Everywhere => obscure::everything(&mut image),
    }
    let marks: Vec<_> = picture
        .marks
        .iter()
        .map(|mark| {
            let kind = match mark.subject {
                Subject::Animal => Kind::Animal,
                Subject::Person => Kind::Person,
                Subject::Vehicle => Kind::Vehicle,
            };
            Mark { bbox: mark.bbox, kind, label: mark.label.clone() }
        })
        .collect();
    annotate::draw(&mut image, &marks);
    encode::jpeg(&image, QUALITY).map_err(|error| error.to_string())
}
