//! The file that makes a folder a model of one's own: `biowatch-model.json`.
//!
//! `docs/bring-your-own-model.md` explains it to those who write one, `docs/model.schema.json` to their editors.
//! Everything in it is judged here, in one go: [`parse`] tells all that is wrong, a sentence each. Whether the files it
//! names exist is not known in this room.

mod classifier;
mod detector;
mod file_name;
mod labels;
mod problem;
mod rules;
mod section;
mod server;
#[cfg(test)]
mod tests;
mod values;

use serde_json::Value;

pub use classifier::{Classifier, ClassifierCrop, ClassifierLayout, ClassifierOutput, ResizeFilter};
pub use detector::{ChannelOrder, Detector, DetectorFit, HeadKind};
pub use file_name::FileName;
pub use labels::{Labels, LabelsError, labels_from_json, labels_from_text};
pub use problem::{Problem, Problems};
pub use rules::Rules;
pub use server::Server;

use section::Section;

/// Name of the file.
pub const FILE_NAME: &str = "biowatch-model.json";
/// Bytes of the file, at most.
pub const MAX_BYTES: usize = 1 << 20;
/// The only version of the format.
pub const FORMAT: u64 = 1;

/// Keys of the whole.
const KEYS: &[&str] = &[
    "$schema",
    "format",
    "id",
    "version",
    "name",
    "licence",
    "citation",
    "region",
    "detector",
    "classifier",
    "rules",
    "server",
];

/// A model of one's own, as far as its manifest tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Short name: lower-case letters, digits, `-`, `_` and `.`; at most 64.
    pub id: String,
    /// Version, as rows carry it: no spaces, at most 64 characters.
    pub version: String,
    /// Name for people.
    pub name: Option<String>,
    /// Licence of the weights.
    pub licence: Option<String>,
    /// How to cite it.
    pub citation: Option<String>,
    /// Where it was made for, in words.
    pub region: Vec<String>,
    /// What it consists of.
    pub body: Body,
}

/// What a model consists of.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Networks that this program runs.
    Networks(Box<Networks>),
    /// A program that answers over HTTP by itself.
    Server(Server),
}

/// A detector, a classifier, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Networks {
    /// Finds things. Without one, the classifier looks at the whole picture.
    pub detector: Option<Detector>,
    /// Names animals. Without one, the surest box decides.
    pub classifier: Option<Classifier>,
    /// What rows say.
    pub rules: Rules,
}

/// Reads the bytes of a `biowatch-model.json`, or tells all that is wrong with them.
pub fn parse(bytes: &[u8]) -> Result<Manifest, Problems> {
    let mut problems = Problems::default();
    let manifest = root(bytes, &mut problems).and_then(|root| read(&root, &mut problems));
    match manifest {
        Some(manifest) if problems.is_empty() => Ok(manifest),
        _ => Err(problems),
    }
}

fn root(bytes: &[u8], problems: &mut Problems) -> Option<Value> {
    if bytes.len() > MAX_BYTES {
        problems.add("", format!("the file has {} bytes, expected at most {MAX_BYTES}", bytes.len()));
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| problems.add("", format!("this is not JSON: {error}"))).ok()
}

fn read(root: &Value, problems: &mut Problems) -> Option<Manifest> {
    let section = Section::open(root, "", KEYS, problems)?;
    section.need("format", values::whole(FORMAT..=FORMAT), problems);
    let id = section.need("id", values::id, problems);
    let version = section.need("version", values::version, problems);
    let name = section.get("name", values::text(200), problems);
    let licence = section.get("licence", values::text(200), problems);
    let citation = section.get("citation", values::text(2_000), problems);
    let region = section.get("region", values::texts(1..=100, 200), problems).unwrap_or_default();
    let body = body(&section, problems);
    Some(Manifest { id: id?, version: version?, name, licence, citation, region, body: body? })
}

fn body(root: &Section<'_>, problems: &mut Problems) -> Option<Body> {
    let networks = ["detector", "classifier", "rules"].into_iter().find(|key| root.has(key));
    if let Some(value) = root.value("server") {
        if let Some(key) = networks {
            let text = format!(
                "a model with a `server` answers by itself, so `{key}` has no meaning: leave one out"
            );
            problems.add("server", text);
        }
        return Server::read(value, problems).map(Body::Server);
    }
    if !root.has("detector") && !root.has("classifier") {
        problems.add("", "a model needs a `detector`, a `classifier`, both, or a `server`".to_owned());
        return None;
    }
    let before = problems.count();
    let detector = root.value("detector").and_then(|value| Detector::read(value, problems));
    let classifier = root.value("classifier").and_then(|value| Classifier::read(value, problems));
    let rules =
        root.value("rules").map_or_else(|| Some(Rules::default()), |value| Rules::read(value, problems));
    (problems.count() == before).then_some(Body::Networks(Box::new(Networks {
        detector,
        classifier,
        rules: rules?,
    })))
}
