//! What the room `study` answers, described for the OpenAPI document. The tests hold real answers against it.

use serde::Serialize;
use utoipa::ToSchema;

/// A study in the list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StudyRow {
    id: String,
    name: String,
    photos: u64,
    videos: u64,
    deployments: u64,
    species: u64,
    blank: u64,
    failed: u64,
    first: Option<String>,
    last: Option<String>,
    updated_at: Option<String>,
    /// Of its database.
    bytes: u64,
    /// Why it cannot be opened.
    problem: Option<String>,
}

/// A photo or video.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Medium {
    id: String,
    file_name: String,
    deployment: Option<Named>,
    /// The camera's clock, with an offset where it is known.
    timestamp: Option<String>,
    /// `photo` or `video`
    kind: String,
    width: Option<u32>,
    height: Option<u32>,
    favourite: bool,
    /// Whether its file is where the study says, as far as that was looked at.
    found: bool,
    /// Whether a person said something of it.
    reviewed: bool,
    observations: Vec<Observation>,
    /// Why it could not be predicted.
    error: Option<String>,
    event: Option<EventPlace>,
}

/// Id and name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Named {
    id: String,
    name: String,
}

/// Its place in its sequence.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPlace {
    id: String,
    size: u32,
    /// From 0.
    index: u32,
}

/// What is on it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Observation {
    id: String,
    scientific_name: Option<String>,
    common_name: Option<String>,
    /// `animal`, `human`, `vehicle`, `blank` or `unknown`
    r#type: String,
    count: u32,
    probability: Option<f64>,
    /// Of the box.
    confidence: Option<f64>,
    /// Left, top, width and height as shares of the sides.
    bbox: Option<Vec<f64>>,
    /// `machine` or `human`
    method: String,
    by: Option<String>,
    at: Option<String>,
    life_stage: Option<String>,
    sex: Option<String>,
    frame: Option<u64>,
    /// Of a video, seconds from its start.
    time: Option<f64>,
}

/// Some of the media.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaPage {
    items: Vec<Medium>,
    next: Option<String>,
    total: u64,
}

/// A medium with everything around it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MediumDetail {
    #[serde(flatten)]
    medium: Medium,
    file_path: Option<String>,
    file_size: Option<i64>,
    exif: serde_json::Value,
    latitude: Option<f64>,
    longitude: Option<f64>,
    camera_make: Option<String>,
    camera_model: Option<String>,
    camera_serial: Option<String>,
    temperature: Option<f64>,
    timestamp_source: Option<String>,
    zone_source: Option<String>,
    clock_shift: Option<i64>,
    refused_times: Vec<String>,
    raw: Vec<RawOutput>,
    history: Vec<MediumChange>,
}

/// What a model said, as it said it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RawOutput {
    run: String,
    model: String,
    version: String,
    output: serde_json::Value,
}

/// What somebody changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MediumChange {
    at: String,
    by: String,
    kind: Option<String>,
    undone: bool,
    observation_id: Option<String>,
    before: serde_json::Value,
    after: serde_json::Value,
}

/// Photos of one visit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sequence {
    id: String,
    deployment: Option<Named>,
    start: Option<String>,
    end: Option<String>,
    media: u32,
    media_ids: Vec<String>,
    species: Vec<SpeciesNumber>,
    /// The medium that stands for it.
    cover: Option<String>,
}

/// A name and how many.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpeciesNumber {
    scientific_name: String,
    common_name: Option<String>,
    count: u32,
}

/// Some of the sequences.
#[derive(Serialize, ToSchema)]
pub(crate) struct SequencePage {
    items: Vec<Sequence>,
    next: Option<String>,
    total: u64,
}

/// A study at a glance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StudyOverview {
    id: String,
    name: String,
    title: Option<String>,
    description: Option<String>,
    /// Seconds.
    sequence_gap: u32,
    totals: OverviewTotals,
    first: Option<String>,
    last: Option<String>,
    deployments: Vec<DeploymentCard>,
    species: Vec<SpeciesCard>,
    runs: Vec<crate::runs::Run>,
}

/// How much of what there is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OverviewTotals {
    photos: u64,
    videos: u64,
    deployments: u64,
    trap_nights: u64,
    species: u64,
    events: u64,
    blank: u64,
    unknown: u64,
    failed: u64,
    unprocessed: u64,
    undated: u64,
    reviewed: u64,
    favourites: u64,
}

/// A deployment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentCard {
    id: String,
    name: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    start: Option<String>,
    end: Option<String>,
    photos: u64,
    videos: u64,
    species: u64,
    trap_nights: u64,
}

/// A name with its numbers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpeciesCard {
    scientific_name: String,
    common_name: Option<String>,
    r#type: String,
    media: u64,
    events: u64,
    /// Most at once in each event, summed.
    individuals: u64,
    reviewed: u64,
}

/// A name to choose.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpeciesChoice {
    scientific_name: String,
    common_name: Option<String>,
    rank: Option<String>,
    in_study: bool,
    recent: bool,
}

/// The rows of a plot.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlotRows {
    columns: Vec<String>,
    rows: Vec<Vec<serde_json::Value>>,
    notes: Vec<String>,
}

/// An edit.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeptEdit {
    id: i64,
    kind: String,
    by: String,
    at: String,
    media: u64,
    undone: bool,
}
