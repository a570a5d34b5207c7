//! `GET` and `POST /studies/{id}/edits`, undo and redo.

use axum::Json;
use axum::extract::State;
use biowatch_study::{Action, Edit, Undone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::routes::medium::WHO;
use crate::schemas;

/// What is done to each of the media.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum EditAction {
    /// What stands there is right.
    Confirm(bool),
    /// It is something else.
    #[serde(rename_all = "camelCase")]
    Relabel { scientific_name: String, common_name: Option<String> },
    /// Nothing is there.
    Blank(bool),
    /// Whether it is a favourite.
    Favourite(bool),
}

/// An edit that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEdit {
    /// At most 10,000.
    media_ids: Vec<String>,
    action: EditAction,
}

/// What it came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Made {
    /// None where nothing had to be changed.
    edit: Option<i64>,
    /// Media that were changed.
    media: u64,
}

/// What was taken back or made again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Moved {
    /// None: there is no more.
    #[schema(value_type = Option<schemas::KeptEdit>)]
    edit: Option<Edit>,
    /// Edits that could be moved the same way after it.
    left: u64,
}

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Much {
    /// 1 to 1,000. Default 50.
    limit: Option<u32>,
}

/// The latest edits
#[utoipa::path(get, path = "/studies/{id}/edits", tag = "studies", operation_id = "listEdits",
    params(("id" = String, Path, description = "The study"), Much),
    responses((status = 200, description = "The latest first", body = Vec<schemas::KeptEdit>), Problem))]
pub(crate) async fn list(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(much): Query<Much>,
) -> Result<Json<Vec<Edit>>, Problem> {
    let limit = much.limit.unwrap_or(50).clamp(1, 1000);
    api.blocking(move |api| Ok(api.reader(&id)?.edits(limit)?)).await.map(Json)
}

/// Does one thing to many media, or to none
#[utoipa::path(post, path = "/studies/{id}/edits", tag = "studies", operation_id = "edit", request_body = NewEdit,
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "What it came to", body = Made), Problem))]
pub(crate) async fn create(
    State(api): State<Api>,
    Path(id): Path<String>,
    Body(wanted): Body<NewEdit>,
) -> Result<Json<Made>, Problem> {
    let made = api.blocking(move |api| {
        let action = match wanted.action {
            EditAction::Confirm(true) => Action::Confirm,
            EditAction::Blank(true) => Action::Blank,
            EditAction::Relabel { scientific_name, common_name } => {
                Action::Relabel { scientific_name, common_name }
            }
            EditAction::Favourite(is) => Action::Favourite(is),
            EditAction::Confirm(false) | EditAction::Blank(false) => {
                return Err(Problem::unfit("`confirm` and `blank` are `true`; `undo` takes them back"));
            }
        };
        let reader = api.reader(&id)?;
        let edited = reader.edit(&wanted.media_ids, &action, WHO)?;
        api.tell_study(reader.file());
        Ok(Made { edit: edited.edit, media: edited.media })
    });
    made.await.map(Json)
}

/// Takes the latest edit back
#[utoipa::path(post, path = "/studies/{id}/edits/undo", tag = "studies", operation_id = "undo",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "What was taken back", body = Moved), Problem))]
pub(crate) async fn undo(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Moved>, Problem> {
    let moved = api.blocking(move |api| {
        let reader = api.reader(&id)?;
        let moved = moved(reader.undo()?);
        api.tell_study(reader.file());
        Ok(moved)
    });
    moved.await.map(Json)
}

/// Makes the edit again that was taken back last
#[utoipa::path(post, path = "/studies/{id}/edits/redo", tag = "studies", operation_id = "redo",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "What was made again", body = Moved), Problem))]
pub(crate) async fn redo(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Moved>, Problem> {
    let moved = api.blocking(move |api| {
        let reader = api.reader(&id)?;
        let moved = moved(reader.redo()?);
        api.tell_study(reader.file());
        Ok(moved)
    });
    moved.await.map(Json)
}

fn moved(undone: Option<Undone>) -> Moved {
    match undone {
        Some(Undone { edit, left }) => Moved { edit: Some(edit), left },
        None => Moved { edit: None, left: 0 },
    }
}
