//! What the reference has no word for.

use super::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("root", bare("GET", "/", ""), OK, &[], Is("biowatch running"), Stays),
        case("livez", bare("GET", "/livez", ""), OK, &[], Is("ok"), Stays),
        case("readyz", bare("GET", "/readyz", ""), OK, &[], Is("ok"), Stays),
        case("v2.live", bare("GET", "/v2/health/live", ""), OK, &[], Is("ok"), Stays),
        case("v2.ready", bare("GET", "/v2/health/ready", ""), OK, &[], Is("ok"), Stays),
        case("icon", bare("GET", "/favicon.ico", ""), "HTTP/1.1 204 No Content", &[], Is(""), Stays),
    ]
}
