//! `GET /studies/{id}/media/{medium}/picture`: what is seen of a photo or video.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use biowatch_study::MediaType;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::doings::PictureWish;
use crate::extract::{Path, Query};
use crate::files::{self, put};
use crate::problem::Problem;
use crate::thumbs::Thumbs;

/// How large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Size {
    /// 320 pixels on the long side.
    Thumb,
    /// 1280 pixels on the long side.
    #[default]
    Medium,
    /// As large as it is, as a JPEG.
    Full,
    /// The file itself.
    Original,
}

/// Which picture.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Which {
    /// Default `medium`.
    #[param(inline)]
    size: Option<Size>,
    /// Whether people are made unrecognisable.
    blur_people: Option<bool>,
}

/// A photo, or a frame of a video
#[utoipa::path(get, path = "/studies/{id}/media/{medium}/picture", tag = "studies", operation_id = "getPicture",
    params(("id" = String, Path, description = "The study"), ("medium" = String, Path, description = "Its id"), Which),
    responses((status = 200, description = "A JPEG; of `original` the file", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "As the browser has it"), Problem))]
pub(crate) async fn get(
    State(api): State<Api>,
    Path((id, medium)): Path<(String, String)>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let response = api.blocking(move |api| {
        let file = api.reader(&id)?.medium_file(&medium)?;
        let blur = which.blur_people.unwrap_or(false);
        let size = which.size.unwrap_or_default();
        // A study that came from elsewhere may name any file.
        let Some(media_type) = MediaType::of(&file.path) else {
            return Err(Problem::not_found("the medium is of a kind that is not shown"));
        };
        if size == Size::Original && !blur {
            let mut response = files::answer(&file.path, media_type.name(), &headers)?;
            put(&mut response, header::CACHE_CONTROL, "private, max-age=86400");
            return Ok(response);
        }
        let mut blurred = if blur { file.people } else { Vec::new() };
        if blur && file.has_people_without_box {
            blurred = vec![[0.0, 0.0, 1.0, 1.0]];
        }
        let wish = PictureWish {
            file: file.path,
            is_video: media_type.is_video(),
            long_side: match size {
                Size::Thumb => Some(320),
                Size::Medium => Some(1280),
                Size::Full | Size::Original => None,
            },
            blur: blurred,
        };
        picture(api, &wish, &headers)
    });
    response.await
}

fn picture(api: &Api, wish: &PictureWish, headers: &HeaderMap) -> Result<Response, Problem> {
    let name = Thumbs::name(wish);
    let tag = format!("\"{name}\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = match api.thumbs.get(&name) {
            Some(bytes) => bytes,
            None => {
                let bytes = (api.doings.picture)(wish)?;
                if wish.long_side.is_some() {
                    api.thumbs.keep(&name, &bytes);
                }
                bytes
            }
        };
        bytes.into_response()
    };
    put(&mut response, header::CONTENT_TYPE, "image/jpeg");
    put(&mut response, header::ETAG, &tag);
    put(&mut response, header::CACHE_CONTROL, "private, max-age=86400");
    Ok(response)
}
