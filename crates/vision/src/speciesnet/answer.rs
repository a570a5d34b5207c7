//! From a list of paths to their rows.

use std::ops::ControlFlow;

use biowatch_contract::prediction::Failure;
use biowatch_contract::{Instance, Prediction};

use super::classifier::{self, ClassifyError};
use super::detector::DetectError;
use super::info::Kind;
use super::judge::{Best, CANDIDATES, Seen, Shortfall};
use super::photo::{self, Photo};
use super::{Format, PerAnimal, SpeciesNet};
use crate::cancel::Cancel;
use crate::decode::Manner;
use crate::fault;
use crate::image::RgbImage;
use crate::media::ReadError;
use crate::pipeline::run::run;
use crate::session::RunError;

/// What fails when there is no picture.
const BOTH: [Failure; 2] = [Failure::Classifier, Failure::Detector];

/// Why a photo has no complete row.
enum Stop {
    /// Nobody waits for it.
    Cancelled,
    /// A part failed.
    Short {
        /// The boxes, if the detector had its turn.
        seen: Option<Vec<Seen>>,
        /// What and why.
        why: Shortfall,
    },
}

impl SpeciesNet {
    /// See [`crate::pipeline::Pipeline::predict`].
    pub(crate) fn predict(
        &mut self,
        instances: impl Iterator<Item = Instance> + Send,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) {
        let media = self.media.clone();
        let prepare = |path: &str, image: Result<RgbImage, ReadError>| {
            let image = image.map_err(|error| photo::unread(&error, path))?;
            match fault::contain(|| Photo::fit(image, path)) {
                Ok(photo) => photo.map_err(|error| Shortfall::of_parts(&BOTH, fault::chain(&error))),
                Err(panic) => Err(Shortfall::of_parts(&BOTH, panic)),
            }
        };
        let answer = |path: &str, photo| self.row(path.to_owned(), photo, cancel);
        run(&media, Manner::Pillow, instances, cancel, prepare, answer, emit);
    }

    /// The row for one path; `None` when it was cancelled.
    fn row(
        &mut self,
        filepath: String,
        photo: Result<Photo, Shortfall>,
        cancel: &Cancel,
    ) -> Option<Prediction> {
        // A session stays usable after a panic: it holds nothing of the photo between two runs.
        let stop = match fault::contain(|| self.answer(&filepath, photo, cancel)) {
            Ok(Ok(row)) => return Some(row),
            Ok(Err(stop)) => stop,
            Err(panic) => Stop::no_boxes(panic),
        };
        match stop {
            Stop::Cancelled => None,
            Stop::Short { seen, why } => {
                tracing::warn!(file = %filepath, reason = %why.reason, "no prediction");
                Some(self.judge.failed(filepath, seen.as_deref(), why))
            }
        }
    }

    fn answer(
        &mut self,
        filepath: &str,
        photo: Result<Photo, Shortfall>,
        cancel: &Cancel,
    ) -> Result<Prediction, Stop> {
        let photo = photo.map_err(|why| Stop::Short { seen: None, why })?;
        let seen = self.detector.detect(&photo, cancel).map_err(Stop::by_detector)?;
        let filepath = filepath.to_owned();
        let row = match self.judge.format {
            Format::FirstGeneration => self
                .classify(&photo, seen.first(), CANDIDATES, cancel)
                .map(|best| self.judge.one_answer(filepath, &seen, &best)),
            Format::PerAnimal(options) => self.answer_for_each(filepath, &photo, &seen, &options, cancel),
        };
        row.map_err(|error| Stop::by_classifier(&error, seen))
    }

    fn answer_for_each(
        &mut self,
        filepath: String,
        photo: &Photo,
        seen: &[Seen],
        options: &PerAnimal,
        cancel: &Cancel,
    ) -> Result<Prediction, ClassifyError> {
        let count = options.max_classes_per_detection.unwrap_or_default().max(CANDIDATES);
        let (mut best, mut whole) = (Vec::new(), None);
        match self.judge.kind {
            Kind::FullImage => whole = Some(self.classify(photo, None, count, cancel)?),
            Kind::AlwaysCrop => {
                let most = options.max_boxes_per_image.unwrap_or(usize::MAX);
                let sure = |seen: &&Seen| seen.sighting.confidence >= options.least_confidence;
                for seen in seen.iter().take_while(sure).take(most) {
                    best.push(self.classify(photo, Some(seen), count, cancel)?);
                }
            }
        }
        Ok(self.judge.answer_for_each(filepath, seen, &best, whole.as_ref(), options))
    }

    fn classify(
        &mut self,
        photo: &Photo,
        seen: Option<&Seen>,
        count: usize,
        cancel: &Cancel,
    ) -> Result<Best, ClassifyError> {
        let crop = classifier::crop(self.judge.kind, &photo.image, seen)?;
        self.classifier.best(&photo.image, &crop, count, cancel)
    }
}

impl Stop {
    fn no_boxes(reason: String) -> Self {
        Self::Short { seen: None, why: Shortfall::of_parts(&BOTH, reason) }
    }

    fn by_detector(error: DetectError) -> Self {
        match error {
            DetectError::Run(RunError::Cancelled) => Self::Cancelled,
            other => Self::no_boxes(fault::chain(&other)),
        }
    }

    fn by_classifier(error: &ClassifyError, seen: Vec<Seen>) -> Self {
        match error {
            ClassifyError::Run(RunError::Cancelled) => Self::Cancelled,
            other => {
                let why = Shortfall::of_parts(&[Failure::Classifier], fault::chain(other));
                Self::Short { seen: Some(seen), why }
            }
        }
    }
}
