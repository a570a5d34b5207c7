//! The body of every refused request: `{"detail": "..."}`.

use serde::Serialize;

/// Why a request was refused, in words for the person who reads the client's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// One sentence. Compact JSON on the wire, as FastAPI writes it.
    pub detail: String,
}

impl Detail {
    /// Wraps `detail` and renders it as compact JSON.
    pub fn json(detail: impl Into<String>) -> String {
        let detail = Self { detail: detail.into() };
        serde_json::to_string(&detail).unwrap_or_else(|_| r#"{"detail":"unprintable"}"#.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Detail;

    #[test]
    fn is_compact_json() {
        assert_eq!(Detail::json("Not Found"), r#"{"detail":"Not Found"}"#);
    }
}
