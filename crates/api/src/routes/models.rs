//! `GET /models`, `/models/{reference}` and its species.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{Path, Query};
use crate::models::{Known, Model};
use crate::problem::Problem;

/// Bytes of a list of labels.
const MOST_LABELS: u64 = 16 << 20;
/// Species in one answer.
const MOST_SPECIES: usize = 500;

/// A model with what is known of its files.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelDetail {
    #[serde(flatten)]
    model: Model,
    files: Vec<ModelFile>,
    /// How it came here, as the install wrote it down.
    record: Value,
}

/// A file of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelFile {
    path: String,
    bytes: u64,
}

/// What a model can name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelSpecies {
    scientific_name: String,
    common_name: Option<String>,
    rank: Option<String>,
    taxonomy: Option<String>,
}

/// Some of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpeciesList {
    items: Vec<ModelSpecies>,
    total: u64,
}

/// Which ones.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a name.
    search: Option<String>,
}

/// Every model version, by name, oldest first
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "listModels",
    responses((status = 200, description = "By name, oldest first", body = Vec<Model>), Problem))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Vec<Model>>, Problem> {
    api.blocking(|api| Ok(api.models())).await.map(Json)
}

/// A model version
#[utoipa::path(get, path = "/models/{reference}", tag = "models", operation_id = "getModel",
    params(("reference" = String, Path, description = "`<id>:<version>`, or `<id>` for the newest")),
    responses((status = 200, description = "The model", body = ModelDetail), Problem))]
pub(crate) async fn show(
    State(api): State<Api>,
    Path(reference): Path<String>,
) -> Result<Json<ModelDetail>, Problem> {
    let detail = api.blocking(move |api| {
        let known = Known::read(api);
        let name = known.find(&reference)?;
        let record = known.on_shelf(&name).and_then(|model| model.record.as_ref());
        let files = record.map(|record| &record.files).into_iter().flatten();
        let files = files.map(|file| ModelFile { path: file.name.to_string(), bytes: file.bytes }).collect();
        let record = record.and_then(|record| serde_json::to_value(record).ok()).unwrap_or_default();
        Ok(ModelDetail { model: api.model(&known, &name), files, record })
    });
    detail.await.map(Json)
}

/// What a model can name
///
/// Of an installed model its labels, else the names that the catalogue gives.
#[utoipa::path(get, path = "/models/{reference}/species", tag = "models", operation_id = "listModelSpecies",
    params(("reference" = String, Path, description = "`<id>:<version>`"), Search),
    responses((status = 200, description = "At most 500 of them", body = SpeciesList), Problem))]
pub(crate) async fn species(
    State(api): State<Api>,
    Path(reference): Path<String>,
    Query(wanted): Query<Search>,
) -> Result<Json<SpeciesList>, Problem> {
    let list = api.blocking(move |api| {
        let known = Known::read(api);
        let name = known.find(&reference)?;
        let mut all = known.on_shelf(&name).map(|model| labels(&model.folder)).unwrap_or_default();
        if all.is_empty() {
            let entry = known.catalogue.exact(&name.id, &name.version);
            let names = entry.and_then(|entry| entry.species.as_ref()).map(|species| species.names.clone());
            let plain =
                |name| ModelSpecies { scientific_name: name, common_name: None, rank: None, taxonomy: None };
            all = names.unwrap_or_default().into_iter().map(plain).collect();
        }
        let wanted = wanted.search.unwrap_or_default().to_lowercase();
        let meant = |species: &ModelSpecies| {
            let common = species.common_name.as_deref().unwrap_or_default().to_lowercase();
            species.scientific_name.to_lowercase().contains(&wanted) || common.contains(&wanted)
        };
        all.retain(meant);
        let total = all.len() as u64;
        all.truncate(MOST_SPECIES);
        Ok(SpeciesList { items: all, total })
    });
    list.await.map(Json)
}

/// The lines `id;class;order;family;genus;species;common name` of the files that hold labels.
fn labels(folder: &std::path::Path) -> Vec<ModelSpecies> {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let file = entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().ends_with(".labels.txt"));
    let file = file.filter(|file| fs_err::metadata(file).is_ok_and(|data| data.len() <= MOST_LABELS));
    let text = file.and_then(|file| fs_err::read_to_string(file).ok()).unwrap_or_default();
    let mut all: Vec<_> = text.lines().filter_map(label).collect();
    all.sort_by(|a, b| a.scientific_name.cmp(&b.scientific_name));
    all
}

fn label(line: &str) -> Option<ModelSpecies> {
    const RANKS: [&str; 5] = ["class", "order", "family", "genus", "species"];
    let parts: Vec<_> = line.trim().split(';').collect();
    let [_, taxa @ .., common] = parts.as_slice() else { return None };
    let deepest = taxa.iter().rposition(|taxon| !taxon.is_empty());
    let rank = deepest.and_then(|place| RANKS.get(place));
    let scientific_name = match (taxa, deepest?) {
        ([.., genus, species], 4) => format!("{genus} {species}"),
        (taxa, place) => taxa.get(place)?.to_string(),
    };
    Some(ModelSpecies {
        scientific_name,
        common_name: Some((*common).to_owned()).filter(|name| !name.is_empty()),
        rank: rank.map(|rank| (*rank).to_owned()),
        taxonomy: Some(
            taxa.iter().filter(|taxon| !taxon.is_empty()).copied().collect::<Vec<_>>().join(" › "),
        ),
    })
}
