//! The loop that every model shares: read ahead, answer, hand over, stop.

use std::ops::ControlFlow;

use biowatch_contract::{Instance, Prediction};

use super::ahead::ahead;
use crate::cancel::Cancel;
use crate::decode::Manner;
use crate::image::RgbImage;
use crate::media::{Media, Picture, ReadError};

/// Hands a row for every picture of `instances` to `emit`, in order, until `emit` breaks or `cancel` is raised.
///
/// `prepare` works on the thread that reads ahead; `answer` gives the row, or none when it was cancelled. An error row
/// for a frame ends its video: the frames behind it get none.
pub(crate) fn run<Prepared: Send>(
    media: &Media,
    manner: Manner,
    instances: impl Iterator<Item = Instance> + Send,
    cancel: &Cancel,
    prepare: impl Fn(&str, Result<RgbImage, ReadError>) -> Prepared + Sync,
    mut answer: impl FnMut(&str, Prepared) -> Option<Prediction>,
    emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
) {
    // A break ends a video that is being read, as a cancel does.
    let stop = Cancel::default();
    let _follows = {
        let stop = stop.clone();
        cancel.on_cancel(move || stop.cancel())
    };
    let read = |item| {
        let Picture { filepath, image, frame } = media.picture(item, manner);
        let prepared = prepare(&filepath, image);
        (filepath, prepared, frame)
    };
    ahead(media.items(instances, &stop), read, |(filepath, prepared, frame)| {
        if frame.as_ref().is_some_and(|(_, video)| video.is_cancelled()) {
            return ControlFlow::Continue(());
        }
        let Some(mut row) = answer(&filepath, prepared) else {
            stop.cancel();
            return ControlFlow::Break(());
        };
        if let Some((frame, video)) = frame {
            if row.is_error() {
                video.cancel();
            }
            row.set_frame(frame);
        }
        let flow = emit(row);
        if flow.is_break() {
            stop.cancel();
        }
        flow
    });
}
