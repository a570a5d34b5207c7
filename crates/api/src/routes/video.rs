//! `GET /studies/{id}/media/{medium}/video`: the file of a video, whole or in parts.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use biowatch_study::MediaType;

use crate::api::Api;
use crate::extract::Path;
use crate::files;
use crate::problem::Problem;

/// The file of a video
#[utoipa::path(get, path = "/studies/{id}/media/{medium}/video", tag = "studies", operation_id = "getVideo",
    params(("id" = String, Path, description = "The study"), ("medium" = String, Path, description = "Its id"),
        ("Range" = Option<String>, Header, description = "The part that is wanted")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "video/mp4"),
        (status = 206, description = "The part", body = Vec<u8>, content_type = "video/mp4"), Problem))]
pub(crate) async fn get(
    State(api): State<Api>,
    Path((id, medium)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let response = api.blocking(move |api| {
        let file = api.reader(&id)?.medium_file(&medium)?;
        let media_type = MediaType::of(&file.path).filter(|media_type| media_type.is_video());
        let media_type = media_type.ok_or_else(|| Problem::not_found("the medium is no video"))?;
        files::answer(&file.path, media_type.name(), &headers)
    });
    response.await
}
