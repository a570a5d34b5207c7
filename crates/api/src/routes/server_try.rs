//! `POST /servers/{name}/try`: one picture, and what the model says of it.

use std::io::Write;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use biowatch_supervisor::Key;
use biowatch_supervisor::http::{Request, ask};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::Path;
use crate::problem::Problem;
use crate::servers::{self, ServerState};

/// Bytes of a picture.
pub(crate) const MOST: usize = 64 << 20;
/// How long a model may take for one picture.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the model says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    /// As the model writes it.
    row: Value,
    boxes: Vec<TrialBox>,
    prediction: Option<TrialPrediction>,
    milliseconds: TrialTime,
}

/// A box on the picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialBox {
    /// Left, top, width and height as shares of the sides.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Vec<f64>,
    label: String,
    confidence: f64,
    /// `animal`, `human`, `vehicle` or `unknown`.
    category: &'static str,
}

/// What was settled on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrialPrediction {
    label: String,
    common_name: Option<String>,
    score: f64,
    source: Option<String>,
}

/// How long it took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialTime {
    total: f64,
}

/// The limit of this route.
pub(crate) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST)
}

/// What the model of a server says of a picture
#[utoipa::path(post, path = "/servers/{name}/try", tag = "servers", operation_id = "tryServer",
    params(("name" = String, Path, description = "Its name")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A picture of at most 64 MiB"),
    responses((status = 200, description = "What the model says", body = Trial), Problem))]
pub(crate) async fn post(
    State(api): State<Api>,
    Path(name): Path<String>,
    picture: Bytes,
) -> Result<Json<Trial>, Problem> {
    let trial = api.blocking(move |api| {
        let entry = api.server_entry(&name)?;
        let state = servers::state(&entry);
        let port =
            entry.record.report.port.filter(|_| matches!(state, ServerState::Ready | ServerState::Busy));
        let port =
            port.ok_or_else(|| Problem::conflict("the server is not ready").hint("wait until it is"))?;
        if picture.is_empty() {
            return Err(Problem::bad("there is no picture in the request"));
        }
        let mut file = tempfile::Builder::new().prefix("biowatch-try-").suffix(".jpg").tempfile();
        let file = file.as_mut().map_err(|error| Problem::internal(error.to_string()))?;
        file.write_all(&picture).map_err(|error| Problem::broken(&error))?;
        let begun = Instant::now();
        let row = predict(port, file.path(), api.doings.server_key.as_ref())?;
        Ok(trial(row, begun.elapsed()))
    });
    trial.await.map(Json)
}

fn predict(port: u16, file: &std::path::Path, key: Option<&Key>) -> Result<Value, Problem> {
    let body = json!({ "instances": [{ "filepath": file.display().to_string() }] }).to_string();
    let request = Request {
        key: key.map(Key::reveal),
        body: body.as_bytes(),
        patience: PATIENCE,
        whole: Some(PATIENCE),
        ..Request::short("POST", "/predict")
    };
    let failed = |error: std::io::Error| Problem::internal(format!("the server did not answer: {error}"));
    let mut answer = ask(port, &request).map_err(failed)?;
    let status = answer.status;
    let line = answer.next_line().map_err(failed)?.unwrap_or_default();
    let value: Value = serde_json::from_slice(&line).map_err(|error| Problem::broken(&error))?;
    if status != 200 {
        return Err(Problem::unfit(format!("the server refused it: {value}")));
    }
    value
        .get("output")
        .and_then(|output| output.get("predictions")?.get(0))
        .cloned()
        .ok_or_else(|| Problem::internal("the server gave no row"))
}

fn trial(row: Value, took: Duration) -> Trial {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_f64);
    let detections = row.get("detections").and_then(Value::as_array).into_iter().flatten();
    let boxes = detections.filter_map(|detection| {
        let sides = detection.get("bbox")?.as_array()?.iter().filter_map(Value::as_f64);
        let bbox: Vec<_> = sides.map(|side| side.clamp(0.0, 1.0)).collect();
        let category = match text(detection, "category").as_deref() {
            Some("1") => "animal",
            Some("2") => "human",
            Some("3") => "vehicle",
            _ => "unknown",
        };
        (bbox.len() == 4).then(|| TrialBox {
            bbox,
            label: text(detection, "label").unwrap_or_else(|| category.to_owned()),
            confidence: number(detection, "conf").unwrap_or(0.0),
            category,
        })
    });
    let prediction = text(&row, "prediction").map(|label| TrialPrediction {
        common_name: label.rsplit_once(';').map(|(_, name)| name.to_owned()).filter(|name| !name.is_empty()),
        score: number(&row, "prediction_score").unwrap_or(0.0),
        source: text(&row, "prediction_source"),
        label,
    });
    let mut row_shown = row.clone();
    if let Some(row) = row_shown.as_object_mut() {
        // The name of a file of ours that is gone.
        row.remove("filepath");
    }
    Trial {
        boxes: boxes.collect(),
        prediction,
        row: row_shown,
        milliseconds: TrialTime { total: took.as_secs_f64() * 1e3 },
    }
}
