//! From a path to pictures: a photo gives one, a video one for each sampled frame.

mod path;
mod source;

use std::sync::Arc;

use biowatch_contract::Instance;
use biowatch_contract::prediction::Frame;

use crate::cancel::Cancel;
use crate::decode::{self, DecodeError, Manner};
use crate::fault;
use crate::image::RgbImage;
use crate::video::{VideoError, VideoSettings};

pub use path::{PathError, is_video};
pub(crate) use source::{Content, Item, Source};

/// How files are read.
#[derive(Debug, Clone, Default)]
pub struct Media {
    /// What decoding a picture may cost; a frame of a video counts as one.
    pub limits: decode::Limits,
    /// How videos are read.
    pub video: VideoSettings,
}

/// Why a file, or the rest of one, gives no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("cannot read image `{path}`")]
    Decode {
        path: String,
        #[source]
        source: DecodeError,
    },
    #[error("cannot read video `{path}`")]
    Video {
        path: String,
        #[source]
        source: VideoError,
    },
    #[error("cannot read `{path}`: {words}")]
    Panic { path: String, words: String },
}

impl ReadError {
    /// What the reference's servers say of such a file.
    pub(crate) fn in_reference_words(&self, path: &str) -> String {
        match self {
            Self::Path(PathError::Empty) => "Empty filepath provided: ''".to_owned(),
            Self::Path(_) => format!("Cannot access filepath: {path}"),
            Self::Decode { .. } | Self::Panic { .. } => format!("Cannot decode image: '{path}'"),
            Self::Video { source, .. } => source.in_reference_words(path),
        }
    }

    /// Why, and what to do.
    pub(crate) fn reason(&self) -> String {
        fault::chain(self)
    }
}

/// One picture on its way to a model.
pub(crate) struct Picture {
    /// As the client sent it.
    pub filepath: String,
    /// The picture, or why there is none.
    pub image: Result<RgbImage, ReadError>,
    /// Which frame it is, and the flag that ends its video.
    pub frame: Option<(Frame, Arc<Cancel>)>,
}

impl Media {
    /// What `instances` consist of, opened one after the other when the iterator gets there; nothing more once
    /// `cancel` is raised.
    pub(crate) fn items<'a>(
        &'a self,
        instances: impl Iterator<Item = Instance> + Send + 'a,
        cancel: &'a Cancel,
    ) -> impl Iterator<Item = Item> + Send + 'a {
        instances
            .take_while(|_| !cancel.is_cancelled())
            .flat_map(|instance| Source::open(instance, &self.video, &self.limits, cancel))
            .take_while(|_| !cancel.is_cancelled())
    }

    /// Reads what an item stands for; never panics.
    pub(crate) fn picture(&self, item: Item, manner: Manner) -> Picture {
        let Item { filepath, content } = item;
        let (image, frame) = match content {
            Content::Photo => (self.photo(&filepath, manner), None),
            Content::Frame { image, frame, video } => (Ok(image), Some((frame, video))),
            Content::Unreadable(error) => (Err(error), None),
        };
        Picture { filepath, image, frame }
    }

    fn photo(&self, path: &str, manner: Manner) -> Result<RgbImage, ReadError> {
        let read = || {
            path::check(path)?;
            decode::read_as(path.as_ref(), manner, &self.limits)
                .map_err(|source| ReadError::Decode { path: path.to_owned(), source })
        };
        let panicked = |words| Err(ReadError::Panic { path: path.to_owned(), words });
        fault::contain(read).unwrap_or_else(panicked)
    }
}
