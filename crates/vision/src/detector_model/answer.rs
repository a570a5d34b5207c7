//! From a list of paths to their rows.

use std::ops::ControlFlow;

use biowatch_contract::prediction::{ErrorRow, Ranking};
use biowatch_contract::{Instance, Prediction};

use super::classifier::{ClassifyError, Ranked};
use super::detector::{DetectError, Fitted, Found};
use super::rows::{Answer, Verdict};
use super::{DetectorModel, Form, rows};
use crate::cancel::Cancel;
use crate::fault;
use crate::image::RgbImage;
use crate::media::ReadError;
use crate::pipeline::run::run;
use crate::session::RunError;

/// Why a picture has no row of its own.
enum Stop {
    /// Nobody waits for it.
    Cancelled,
    /// What its error row says: the reference's words, and ours.
    Failed { error: String, reason: String },
}

/// A picture and the detector's input made of it, where there is a detector.
struct Prepared {
    image: RgbImage,
    fitted: Option<Fitted>,
}

impl DetectorModel {
    /// See [`crate::pipeline::Pipeline::predict`].
    pub(crate) fn predict(
        &mut self,
        instances: impl Iterator<Item = Instance> + Send,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Prediction) -> ControlFlow<()>,
    ) {
        let (media, manner) = (self.media.clone(), self.rules.manner);
        let fit = self.detector.as_ref().map(|detector| (detector.fit, detector.colours));
        let prepare = |path: &str, image: Result<RgbImage, ReadError>| {
            let image = image.map_err(|error| Stop::Failed {
                error: error.in_reference_words(path),
                reason: error.reason(),
            })?;
            let fitted = || fit.map(|(fit, colours)| fit.apply(&image, &colours)).transpose();
            let fitted = match fault::contain(fitted) {
                Ok(fitted) => fitted.map_err(|error| Stop::failed(path, fault::chain(&error)))?,
                Err(panic) => return Err(Stop::failed(path, panic)),
            };
            Ok(Prepared { image, fitted })
        };
        let answer = |path: &str, prepared| self.row(path, prepared, cancel);
        run(&media, manner, instances, cancel, prepare, answer, emit);
    }

    /// The row of one picture; none when it was cancelled.
    fn row(&mut self, path: &str, prepared: Result<Prepared, Stop>, cancel: &Cancel) -> Option<Prediction> {
        // A session stays usable after a panic: it holds nothing of the picture between two runs.
        let answer = prepared.and_then(|prepared| {
            fault::contain(|| self.answer(path, &prepared, cancel))
                .unwrap_or_else(|panic| Err(Stop::failed(path, panic)))
        });
        match answer {
            Ok(row) => Some(row),
            Err(Stop::Cancelled) => None,
            Err(Stop::Failed { error, reason }) => {
                tracing::warn!(file = %path, %reason, "no prediction");
                let (filepath, model_version) = (path.to_owned(), "unknown".to_owned());
                Some(Prediction::Error(ErrorRow { filepath, error, model_version, reason: Some(reason) }))
            }
        }
    }

    fn answer(&mut self, path: &str, prepared: &Prepared, cancel: &Cancel) -> Result<Prediction, Stop> {
        let image = &prepared.image;
        let found = match (&mut self.detector, &prepared.fitted) {
            (Some(detector), Some(fitted)) => {
                detector.detect(fitted, cancel).map_err(|error| Stop::by_detector(path, &error))?
            }
            _ => Vec::new(),
        };
        let size = (image.width(), image.height());
        if self.options.form == Form::MegaDetectorRecords {
            return Ok(self.records(path, &found, size));
        }
        let failed = |error: ClassifyError| Stop::by_classifier(path, &error);
        let verdict = self.verdict(&found);
        let (mut decided, mut birds) = (None, None);
        if let Verdict::Classify(which) = verdict {
            let ranked =
                self.rank(image, which.and_then(|index| found.get(index)), cancel).map_err(failed)?;
            birds = self.rank_birds(&ranked, cancel).map_err(failed)?;
            decided = Some(self.ranking(&ranked));
        }
        let mut each = Vec::new();
        if self.options.classify_every_animal {
            for (index, seen) in found.iter().enumerate() {
                let same = verdict == Verdict::Classify(Some(index));
                each.push(match &decided {
                    Some(decided) if same => Some(decided.clone()),
                    _ if self.is_animal(seen) => self
                        .rank(image, Some(seen), cancel)
                        .map(|ranked| self.ranking(&ranked))
                        .map(Some)
                        .map_err(failed)?,
                    _ => None,
                });
            }
        }
        Ok(self.biowatch_row(path, size, Answer { found: &found, verdict, decided, birds, each }))
    }

    /// The classes of a box, or of the whole picture.
    fn rank(
        &mut self,
        image: &RgbImage,
        seen: Option<&Found>,
        cancel: &Cancel,
    ) -> Result<Ranked, ClassifyError> {
        match &mut self.classifier {
            Some(classifier) => classifier.rank(image, seen.map(|seen| seen.bbox.corners()), cancel),
            None => Ok(Ranked::default()),
        }
    }

    /// The kinds of bird, where the best class is the one that has kinds.
    fn rank_birds(&mut self, ranked: &Ranked, cancel: &Cancel) -> Result<Option<Ranking>, ClassifyError> {
        let (Some(classifier), Some(birds)) = (&self.classifier, &mut self.birds) else { return Ok(None) };
        let best = ranked.best.first().and_then(|(class, _)| classifier.labels.get(*class));
        if best != Some(&birds.refines) {
            return Ok(None);
        }
        let best = birds.rank(&ranked.features, cancel)?;
        Ok(Some(rows::ranking(&best, &birds.labels)))
    }

    fn ranking(&self, ranked: &Ranked) -> Ranking {
        let labels = self.classifier.as_ref().map_or(&[][..], |classifier| &classifier.labels);
        rows::ranking(&ranked.best, labels)
    }
}

impl Stop {
    fn failed(path: &str, reason: String) -> Self {
        Self::Failed { error: format!("Inference failed: {path}"), reason }
    }

    fn by_detector(path: &str, error: &DetectError) -> Self {
        match error {
            DetectError::Run(RunError::Cancelled) => Self::Cancelled,
            other => Self::failed(path, fault::chain(other)),
        }
    }

    fn by_classifier(path: &str, error: &ClassifyError) -> Self {
        match error {
            ClassifyError::Run(RunError::Cancelled) => Self::Cancelled,
            other => Self::failed(path, fault::chain(other)),
        }
    }
}
