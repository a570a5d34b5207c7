//! What the tables hold of one file, as the writers of formats want it: values of a study, no rows of SQL.

/// Where a file stands in the order of an export, and when it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) media_id: String,
    pub(crate) deployment_id: Option<String>,
    /// As stored.
    pub(crate) timestamp: Option<String>,
    /// Seconds since 1970; `None` without a time that can be read.
    pub(crate) seconds: Option<i64>,
}

/// A row of `deployments`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) location_id: Option<String>,
    pub(crate) location_name: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    /// Degrees, north positive.
    pub(crate) latitude: Option<f64>,
    /// Degrees, east positive.
    pub(crate) longitude: Option<f64>,
    pub(crate) camera_model: Option<String>,
    pub(crate) camera_id: Option<String>,
    /// Metres.
    pub(crate) uncertainty: Option<i64>,
    /// Time of the first file, as stored.
    pub(crate) first_file: Option<String>,
    /// Time of the last file, as stored.
    pub(crate) last_file: Option<String>,
    /// Files that belong to it.
    pub(crate) files: u64,
}

/// A row of `media`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Medium {
    pub(crate) id: String,
    pub(crate) deployment_id: Option<String>,
    pub(crate) timestamp: Option<String>,
    /// As stored: a path on some machine, or an address.
    pub(crate) path: String,
    pub(crate) name: Option<String>,
    pub(crate) import_folder: Option<String>,
    pub(crate) folder_name: Option<String>,
    pub(crate) media_type: String,
    /// JSON.
    pub(crate) exif: Option<String>,
    pub(crate) favourite: bool,
}

impl Medium {
    /// Whether it is a video, by its type or its name.
    pub(crate) fn is_video(&self) -> bool {
        const ENDINGS: [&str; 10] = ["mp4", "mkv", "mov", "webm", "avi", "m4v", "mpg", "mpeg", "flv", "wmv"];
        let ending = self.path.rsplit('.').next().unwrap_or_default().to_lowercase();
        self.media_type.starts_with("video/") || ENDINGS.contains(&ending.as_str())
    }
}

/// A row of `observations`, with what its run says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Observation {
    pub(crate) id: String,
    pub(crate) scientific_name: Option<String>,
    pub(crate) common_name: Option<String>,
    pub(crate) observation_type: Option<String>,
    /// 0..=1.
    pub(crate) probability: Option<f64>,
    /// Confidence of the box, 0..=1.
    pub(crate) box_confidence: Option<f64>,
    pub(crate) count: Option<i64>,
    pub(crate) life_stage: Option<String>,
    pub(crate) sex: Option<String>,
    /// JSON list, or words joined by `|`.
    pub(crate) behaviour: Option<String>,
    /// Left, top, width, height as fractions of the picture, as stored.
    pub(crate) bbox: Option<[f64; 4]>,
    pub(crate) method: Option<String>,
    pub(crate) classified_by: Option<String>,
    pub(crate) classified_at: Option<String>,
    pub(crate) output_id: Option<String>,
    /// When the run began that the row comes from.
    pub(crate) run_started: Option<String>,
}

impl Observation {
    /// Whether a person said it.
    pub(crate) fn is_human(&self) -> bool {
        self.method.as_deref() == Some("human")
    }

    /// How sure the machine was that there is something; `None` for people and where nothing is said.
    pub(crate) fn confidence(&self) -> Option<f64> {
        self.box_confidence.or(self.probability)
    }
}

/// A row of `model_outputs`: the one that a person looked over, else the latest of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) raw: String,
    pub(crate) model_id: String,
    pub(crate) model_version: String,
}

/// What is said of one file, unsifted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Record {
    pub(crate) medium: Medium,
    pub(crate) observations: Vec<Observation>,
    pub(crate) output: Option<Output>,
    /// Why the file could not be predicted, when last tried.
    pub(crate) failure: Option<String>,
}
