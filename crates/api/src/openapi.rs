//! The description of the API, made of the routes themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};

use crate::problem::Problem;
use crate::routes;

/// What every document says.
pub(crate) fn head() -> OpenApi {
    use utoipa::{PartialSchema, ToSchema};
    let mut components = Components::new();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        "biowatch-7420",
        "Set by opening the address that `biowatch up` prints, or by `POST /api/v1/session`. The number is the port.",
    ));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The key of the printed address."));
    components.add_security_scheme("key", SecurityScheme::Http(bearer.build()));
    let info = InfoBuilder::new()
        .title("biowatch")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Studies of camera-trap photos, the models that predict them and the runs that join both. \
             Every request but those that read (`GET`) carries `X-Biowatch: 1`. Errors are `application/problem+json`; \
             `hint` says what to do next.",
        ))
        .license(Some(utoipa::openapi::LicenseBuilder::new().name("MIT OR Apache-2.0").build()));
    let needs = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    OpenApiBuilder::new()
        .info(info.build())
        .components(Some(components))
        .security(Some([needs("session"), needs("key")]))
        .build()
}

/// The whole document, as `GET /api/v1/openapi.json` answers it.
pub fn document() -> OpenApi {
    routes::parts().1
}
