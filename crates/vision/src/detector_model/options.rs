//! What is done better than the reference, when asked for.

/// Choices that make rows differ from the reference's; all off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// `classify-every-animal`: each animal gets the classifier's best classes, not only the one that decides.
    pub classify_every_animal: bool,
    /// `strongest-box-decides`: a person or vehicle that is surer than every animal decides the row, so that a person is
    /// never called an animal because of a weak box beside them.
    pub strongest_box_decides: bool,
    /// `low-thresholds`: boxes down to the model's threshold are reported. The reference's detector drops what is below
    /// 0.25 before any lower threshold is looked at.
    pub low_thresholds: bool,
    /// The form of the rows.
    pub form: Form,
}

/// The form of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// What Biowatch reads.
    #[default]
    Biowatch,
    /// `megadetector-records`: detections as the MegaDetector package writes them. No classifier runs.
    MegaDetectorRecords,
}

impl Options {
    /// The names of those that are on.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let named = [
            (self.classify_every_animal, "classify-every-animal"),
            (self.strongest_box_decides, "strongest-box-decides"),
            (self.low_thresholds, "low-thresholds"),
            (self.form == Form::MegaDetectorRecords, "megadetector-records"),
        ];
        named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name)
    }
}
