//! A run: one model with one set of settings over one folder.

/// Everything that the rows of a run depend on. Two imports with equal settings are the same run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// `speciesnet`, `deepfaune`, ...
    pub model_id: String,
    /// `4.0.2a`, ...
    pub model_version: String,
    /// ISO 3166-1 alpha-3, where the model was given one.
    pub country: Option<String>,
    /// The folder that is imported, absolute.
    pub import_path: String,
    /// All other settings as a JSON object with keys in a fixed order: compared as text.
    pub details: String,
    /// Least confidence, 0 to 1, of a box that becomes an observation of its own.
    pub threshold: f64,
    /// Frames a second that are sampled from videos, above 0.
    pub sample_fps: f64,
}

impl RunSettings {
    /// The threshold of Biowatch for a model: 0.2 for MegaDetector, else 0.5.
    pub fn usual_threshold(model_id: &str) -> f64 {
        if model_id == "megadetector" { 0.2 } else { 0.5 }
    }

    /// How Biowatch names the queue of a model.
    pub(crate) fn topic(&self) -> String {
        format!("{}:{}", self.model_id, self.model_version)
    }

    /// How Biowatch names who classified.
    pub(crate) fn classified_by(&self) -> String {
        format!("{} {}", self.model_id, self.model_version)
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Somebody works on it, or was killed.
    Running,
    /// Every file has its rows or its error.
    Completed,
    /// Stopped before the end; the next import goes on.
    Aborted,
}

impl RunStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Aborted => "aborted",
        }
    }
}
