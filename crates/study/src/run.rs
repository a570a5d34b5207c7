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
    /// Asked for, and not begun.
    Queued,
    /// Somebody works on it, or was killed.
    Running,
    /// Every file has its rows or its error.
    Completed,
    /// Interrupted before the end; the next import goes on.
    Stopped,
    /// Somebody wanted a pause; it goes on when somebody says so.
    Paused,
    /// Somebody does not want the rest.
    Cancelled,
    /// It could not go on; see [`crate::RunSummary::reason`].
    Failed,
}

impl RunStatus {
    const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Completed,
        Self::Stopped,
        Self::Paused,
        Self::Cancelled,
        Self::Failed,
    ];

    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// The word of Biowatch, which knows three.
    pub(crate) fn word_of_biowatch(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Queued | Self::Stopped | Self::Paused | Self::Cancelled | Self::Failed => "aborted",
        }
    }

    /// Whether there may be something to go on with, and nobody said that there is not.
    pub fn may_go_on(self) -> bool {
        !matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// What whoever works on a run is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Stop after the files in hand, and let the rest wait.
    Pause,
    /// Stop after the files in hand, and drop the rest.
    Cancel,
}

impl Order {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Cancel => "cancel",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Pause, Self::Cancel].into_iter().find(|order| order.word() == word)
    }

    pub(crate) fn status(self) -> RunStatus {
        match self {
            Self::Pause => RunStatus::Paused,
            Self::Cancel => RunStatus::Cancelled,
        }
    }
}
