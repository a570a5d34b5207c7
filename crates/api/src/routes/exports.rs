//! `GET` and `POST /studies/{id}/exports`, and the download.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::doings::ExportWish;
use crate::exports::Export;
use crate::extract::{Body, Path};
use crate::files::{self, put};
use crate::problem::Problem;
use crate::routes::folders::plain;
use crate::zip;

/// An export that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewExport {
    /// `camtrap-dp`, `megadetector`, `speciesnet`, `speciesnet-per-animal`, `coco`, `csv`, `species-folders`, ...
    format: String,
    options: Option<ExportOptions>,
}

/// How.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExportOptions {
    /// Absolute path of a folder; none: it lies in the data folder and can be downloaded.
    folder: Option<String>,
    blur_people: Option<bool>,
    mode: Option<ExportMode>,
}

/// How photos get into species folders.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportMode {
    Copy,
    Link,
}

/// Exports of a study since the program started
#[utoipa::path(get, path = "/studies/{id}/exports", tag = "studies", operation_id = "listExports",
    params(("id" = String, Path, description = "The study")),
    responses((status = 200, description = "The latest first", body = Vec<Export>), Problem))]
pub(crate) async fn list(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Export>>, Problem> {
    let exports = api.blocking(move |api| {
        api.study_file(&id)?;
        Ok(api.exports.of(&id))
    });
    exports.await.map(Json)
}

/// Begins an export; events tell how far it is
#[utoipa::path(post, path = "/studies/{id}/exports", tag = "studies", operation_id = "createExport",
    request_body = NewExport, params(("id" = String, Path, description = "The study")),
    responses((status = 202, description = "It goes on", body = Export), Problem))]
pub(crate) async fn create(
    State(api): State<Api>,
    Path(id): Path<String>,
    Body(wanted): Body<NewExport>,
) -> Result<(StatusCode, Json<Export>), Problem> {
    let export = api.blocking(move |api| {
        let options = wanted.options.unwrap_or_default();
        let letters = |c: char| c.is_ascii_lowercase() || c == '-';
        if wanted.format.is_empty() || wanted.format.len() > 40 || !wanted.format.chars().all(letters) {
            return Err(Problem::unfit("there is no such format"));
        }
        let folder = options.folder.filter(|folder| !folder.is_empty()).as_deref().map(plain).transpose()?;
        let wish = ExportWish {
            format: wanted.format,
            blur_people: options.blur_people.unwrap_or(false),
            link: options.mode == Some(ExportMode::Link),
        };
        api.export(&id, wish, folder)
    });
    Ok((StatusCode::ACCEPTED, Json(export.await?)))
}

/// An export as a file; a folder as a ZIP
#[utoipa::path(get, path = "/studies/{id}/exports/{export}/download", tag = "studies", operation_id = "downloadExport",
    params(("id" = String, Path, description = "The study"), ("export" = String, Path, description = "Its id")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"), Problem))]
pub(crate) async fn download(
    State(api): State<Api>,
    Path((id, export)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let response = api.blocking(move |api| {
        let place = api.exports.place(&id, &export)?;
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let broken = |error: std::io::Error| Problem::broken(&error);
        let (path, kind, name) = if place.is_dir() {
            let folder = api.settings.data.join("exports").join(&export);
            fs_err::create_dir_all(&folder).map_err(broken)?;
            let packed = folder.join("download.zip");
            if !packed.is_file() {
                let mut aside = tempfile::NamedTempFile::new_in(&folder).map_err(broken)?;
                zip::write(&place, aside.as_file_mut()).map_err(broken)?;
                aside.persist(&packed).map_err(|error| Problem::broken(&error))?;
            }
            (packed, "application/zip", format!("{name}.zip"))
        } else {
            (place, "application/json", name)
        };
        let mut response = files::answer(&path, kind, &headers)?;
        let ascii: String = name.chars().map(|c| if c.is_ascii() && c != '"' { c } else { '_' }).collect();
        put(&mut response, header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{ascii}\""));
        Ok(response)
    });
    response.await
}
