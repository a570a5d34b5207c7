//! One instance of a request as the items it consists of.

use std::sync::Arc;

use biowatch_contract::Instance;
use biowatch_contract::prediction::Frame;

use super::{ReadError, path};
use crate::cancel::Cancel;
use crate::decode::Limits;
use crate::fault;
use crate::image::RgbImage;
use crate::video::{Video, VideoSettings};

/// One row's worth of a file.
pub(crate) struct Item {
    /// As the client sent it.
    pub filepath: String,
    pub content: Content,
}

pub(crate) enum Content {
    /// A photo, not yet opened.
    Photo,
    /// A frame of a video. Raising `video` ends the video: no further frame of it is wanted.
    Frame { image: RgbImage, frame: Frame, video: Arc<Cancel> },
    /// There is no picture.
    Unreadable(ReadError),
}

/// Hands out the items of one file.
pub(crate) enum Source {
    /// One item.
    Once(Option<Item>),
    /// The frames of a video; the reader is dropped with the last one.
    Video { filepath: String, video: Option<Box<Video>> },
}

impl Source {
    pub(crate) fn open(
        instance: Instance,
        settings: &VideoSettings,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Self {
        let filepath = instance.filepath;
        if !path::is_video(&filepath) {
            return Self::Once(Some(Item { filepath, content: Content::Photo }));
        }
        let open = || {
            // The reference does not look for a video before it opens it.
            path::check(&filepath)
                .map_err(crate::video::VideoError::Path)
                .and_then(|()| Video::open(&filepath, instance.sample_fps, settings, limits, cancel))
                .map_err(|source| ReadError::Video { path: filepath.clone(), source })
        };
        match contained(&filepath, open) {
            Ok(video) => Self::Video { filepath, video: Some(Box::new(video)) },
            Err(error) => Self::Once(Some(Item { filepath, content: Content::Unreadable(error) })),
        }
    }
}

impl Iterator for Source {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        match self {
            Self::Once(item) => item.take(),
            Self::Video { filepath, video } => {
                let reader = video.as_mut()?;
                let read = || {
                    reader.next_frame().map_err(|source| ReadError::Video { path: filepath.clone(), source })
                };
                let content = match contained(filepath, read) {
                    Ok(Some((image, frame))) => Content::Frame { image, frame, video: reader.wanted_until() },
                    Ok(None) => {
                        *video = None;
                        return None;
                    }
                    Err(error) => {
                        *video = None;
                        Content::Unreadable(error)
                    }
                };
                Some(Item { filepath: filepath.clone(), content })
            }
        }
    }
}

fn contained<T>(filepath: &str, work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    let panicked = |words| Err(ReadError::Panic { path: filepath.to_owned(), words });
    fault::contain(work).unwrap_or_else(panicked)
}
