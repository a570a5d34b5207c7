//! `GET /studies/{id}/species` and `/taxa`: names, to choose from and as a tree.

use axum::Json;
use axum::extract::State;
use biowatch_study::{FoundSpecies, TaxonNode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::media::{FilterParams, Pairs};
use crate::schemas;
use crate::studies::Asked;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a name, as it may be misspelt.
    search: Option<String>,
    /// 1 to 200. Default 30.
    limit: Option<usize>,
}

/// A branch of the tree.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaxonBranch {
    name: String,
    rank: Option<&'static str>,
    scientific_name: Option<String>,
    common_name: Option<String>,
    /// What `species=` takes to mean this branch.
    filter: String,
    /// Media.
    count: u64,
    #[schema(no_recursion)]
    children: Vec<TaxonBranch>,
}

impl From<TaxonNode> for TaxonBranch {
    fn from(node: TaxonNode) -> Self {
        let TaxonNode { name, rank, scientific_name, common_name, filter, media, children } = node;
        let children = children.into_iter().map(Self::from).collect();
        Self { name, rank, scientific_name, common_name, filter, count: media, children }
    }
}

/// Names like what is looked for: of the study, given lately, of the model
#[utoipa::path(get, path = "/studies/{id}/species", tag = "studies", operation_id = "findSpecies",
    params(("id" = String, Path, description = "The study"), Search),
    responses((status = 200, description = "The likeliest first", body = Vec<schemas::SpeciesChoice>), Problem))]
pub(crate) async fn species(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(wanted): Query<Search>,
) -> Result<Json<Vec<FoundSpecies>>, Problem> {
    let limit = wanted.limit.unwrap_or(30).clamp(1, 200);
    let search: String = wanted.search.unwrap_or_default().chars().take(200).collect();
    api.blocking(move |api| Ok(api.reader(&id)?.find_species(&search, limit)?)).await.map(Json)
}

/// What is meant, as a tree of names with numbers of media
#[utoipa::path(get, path = "/studies/{id}/taxa", tag = "studies", operation_id = "getTaxa",
    params(("id" = String, Path, description = "The study"), FilterParams),
    responses((status = 200, description = "The tree", body = Vec<TaxonBranch>), Problem))]
pub(crate) async fn tree(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Json<Vec<TaxonBranch>>, Problem> {
    let tree = api.blocking(move |api| {
        let tree = api.reader(&id)?.taxa(&Asked::of(pairs)?.filter)?;
        Ok(tree.into_iter().map(TaxonBranch::from).collect())
    });
    tree.await.map(Json)
}
