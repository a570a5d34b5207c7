//! The first look at a JSON file of results: what it is, whose, and what the numbers in it stand for. Categories may stand after
//! the files that use them.

use std::collections::HashMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::path::{self, Named};
use super::{ResultsError, ResultsFormat};
use crate::json_parts::{self, Part};
use crate::run::RunSettings;

/// Letters of a name out of the file that are kept.
const MOST_LETTERS: usize = 120;

/// What holds for a whole file.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) format: ResultsFormat,
    pub(super) model_id: String,
    pub(super) model_version: String,
    /// Least confidence of a box that becomes an observation of its own.
    pub(super) threshold: f64,
    /// Detection categories by their numbers.
    pub(super) categories: HashMap<String, String>,
    /// Classes by their numbers: labels of seven parts where the file describes them so, else names.
    pub(super) classes: HashMap<String, String>,
    /// Whether this program wrote it.
    pub(super) is_ours: bool,
    pub(super) has_only_absolute: bool,
    /// What all absolute paths begin with.
    pub(super) common: Vec<String>,
    /// SHA-256, in hexadecimal digits: the same file is the same run.
    pub(super) digest: String,
}

/// What the first look gathers.
#[derive(Default)]
struct Gathered {
    relative: u64,
    common: Option<Vec<String>>,
    version: Option<String>,
    wholes: HashMap<String, Value>,
}

impl Survey {
    /// Reads the file to its end. The inner error says what it is instead.
    pub(super) fn of(file: &Path) -> Result<Result<Self, &'static str>, ResultsError> {
        let mut keys = Vec::new();
        let mut gathered = Gathered::default();
        json_parts::read(file, &mut keys, |key, part| {
            gathered.take(key, part);
            ControlFlow::Continue(())
        })?;
        let has = |key: &str| keys.iter().any(|known| known == key);
        let format = if has("images") && has("annotations") {
            return Ok(Err("COCO annotations, which are not taken in"));
        } else if has("images") && (has("detection_categories") || has("info")) {
            ResultsFormat::MegaDetector
        } else if has("predictions") {
            ResultsFormat::SpeciesNet
        } else if has("instances") {
            return Ok(Err("a list of photos for SpeciesNet, not its answer"));
        } else {
            return Ok(Err(
                "neither MegaDetector results (`images`) nor SpeciesNet predictions (`predictions`)",
            ));
        };
        Ok(Ok(gathered.survey(format, digest(file)?)))
    }

    /// The folder that all absolute paths are in.
    pub(super) fn common_folder(&self) -> String {
        let folder = self.common.join("/");
        if self.common.first().is_some_and(|first| first.ends_with(':')) {
            folder
        } else {
            format!("/{folder}")
        }
    }

    /// How rows of the file become observations. `media`: the folder of the media.
    pub(super) fn settings(&self, media: &str) -> RunSettings {
        let details = serde_json::json!({ "results": self.digest, "format": self.format.name() });
        RunSettings {
            model_id: self.model_id.clone(),
            model_version: self.model_version.clone(),
            country: None,
            import_path: media.to_owned(),
            details: details.to_string(),
            threshold: self.threshold,
            sample_fps: 1.0,
        }
    }
}

impl Gathered {
    fn take(&mut self, key: &str, part: Part) {
        match (key, part) {
            ("images" | "predictions", Part::Item(item)) => {
                let file = item.get("file").or_else(|| item.get("filepath")).and_then(Value::as_str);
                match file.map(path::read) {
                    Some(Ok(Named::Absolute(parts))) => self.narrow(parts),
                    Some(Ok(_)) => self.relative += 1,
                    _ => {}
                }
                if self.version.is_none() {
                    self.version = item.get("model_version").and_then(Value::as_str).map(short);
                }
            }
            (key, Part::Whole(value)) => drop(self.wholes.insert(key.to_owned(), value)),
            (_, Part::Item(_)) => {}
        }
    }

    /// `parts` is in the common folder, too.
    fn narrow(&mut self, mut parts: Vec<String>) {
        parts.pop();
        match &mut self.common {
            None => self.common = Some(parts),
            Some(common) => {
                let same = common.iter().zip(&parts).take_while(|(a, b)| a == b).count();
                common.truncate(same);
            }
        }
    }

    fn survey(mut self, format: ResultsFormat, digest: String) -> Survey {
        let info = self.wholes.get("info").cloned().unwrap_or_default();
        let text =
            |key: &str| info.get(key).and_then(Value::as_str).map(short).filter(|text| !text.is_empty());
        let is_ours = info.get("biowatch").is_some_and(Value::is_object);
        let (model_id, model_version) = match (format, text("detector")) {
            (ResultsFormat::SpeciesNet, _) => {
                ("speciesnet".to_owned(), self.version.take().unwrap_or_else(|| "unknown".to_owned()))
            }
            (_, Some(detector)) if is_ours => {
                let (id, version) = detector.split_once(' ').unwrap_or((&detector, "unknown"));
                (id.to_owned(), version.to_owned())
            }
            (_, detector) => {
                let names: Vec<_> = detector.into_iter().chain(text("classifier")).collect();
                let version = if names.is_empty() { "unknown".to_owned() } else { names.join(" + ") };
                ("megadetector".to_owned(), version)
            }
        };
        let usual = RunSettings::usual_threshold(&model_id);
        let typical = info.pointer("/detector_metadata/typical_detection_threshold").and_then(Value::as_f64);
        let typical = typical.filter(|threshold| !is_ours && (0.0..=1.0).contains(threshold));
        Survey {
            format,
            model_id,
            model_version,
            threshold: typical.unwrap_or(usual),
            categories: self.names("detection_categories"),
            classes: self.classes(),
            is_ours,
            has_only_absolute: self.relative == 0 && self.common.is_some(),
            common: self.common.unwrap_or_default(),
            digest,
        }
    }

    fn names(&self, key: &str) -> HashMap<String, String> {
        let map = self.wholes.get(key).and_then(Value::as_object);
        let names = map
            .into_iter()
            .flatten()
            .filter_map(|(id, name)| Some((id.clone(), name.as_str()?.trim().to_owned())));
        names.filter(|(_, name)| !name.is_empty()).collect()
    }

    /// Descriptions are labels of seven parts, or five from class to species.
    fn classes(&self) -> HashMap<String, String> {
        let descriptions = self.names("classification_category_descriptions");
        let mut classes = self.names("classification_categories");
        for (id, name) in &mut classes {
            let Some(description) = descriptions.get(id) else { continue };
            match description.matches(';').count() {
                6 => name.clone_from(description),
                4 => *name = format!(";{description};{}", name.replace(';', ",")),
                _ => {}
            }
        }
        classes
    }
}

fn short(text: &str) -> String {
    let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(MOST_LETTERS).collect();
    text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn digest(file: &Path) -> Result<String, ResultsError> {
    let mut file = fs_err::File::open(file)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
