//! What only the program can do, as closures. Each may block and is called on a thread that may.

use serde::Serialize;
use utoipa::ToSchema;

/// The closures.
pub struct Doings {
    /// Looks at engines and decoder. May take a second.
    pub facts: Box<dyn Fn() -> Facts + Send + Sync>,
    /// Every country that a model may be told, by name.
    pub countries: Vec<Country>,
}

/// What of the machine decides how fast and how much is predicted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The one that models get comes first.
    pub engines: Vec<EngineFacts>,
    /// What reads videos.
    pub ffmpeg: Ffmpeg,
}

/// Whether an engine computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum EngineState {
    /// Models get it unless told otherwise.
    #[serde(rename = "in use")]
    InUse,
    /// It works, and another one comes first.
    #[serde(rename = "available")]
    Available,
    /// It does not work or is not there.
    #[serde(rename = "missing")]
    Missing,
}

/// An engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Engine)]
pub struct EngineFacts {
    /// `onnxruntime` or `built-in`.
    pub id: String,
    /// Name and version for people.
    pub title: String,
    /// Whether it computes.
    pub state: EngineState,
    /// What it computes on.
    pub device: Option<String>,
    /// Where it was found, or why it cannot be used.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What reads videos.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ffmpeg {
    /// Whether it was found.
    pub found: bool,
    /// As it says.
    pub version: Option<String>,
}

/// A country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Country {
    /// ISO 3166-1 alpha-3.
    pub code: String,
    /// Its short English name.
    pub name: String,
}
