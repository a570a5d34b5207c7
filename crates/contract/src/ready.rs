//! The one line a model server prints on stdout once its port is bound.
//!
//! It is how a parent learns the address when the child was asked for port 0, and it never changes with
//! the wording of the log.

use serde::{Deserialize, Serialize};

/// `{"biowatch_ready": 1, ...}`: printed when the server is listening and its model is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Version of this message, 1.
    pub biowatch_ready: u32,
    /// `http://127.0.0.1:8000`.
    pub url: String,
    /// The port that was bound.
    pub port: u16,
    /// Process id of the server.
    pub pid: u32,
    /// `speciesnet`, ...
    pub model: String,
}

#[cfg(test)]
mod tests {
    use super::Ready;

    #[test]
    fn round_trips() {
        let ready = Ready {
            biowatch_ready: 1,
            url: "http://127.0.0.1:8000".into(),
            port: 8000,
            pid: 7,
            model: "speciesnet".into(),
        };
        let text = serde_json::to_string(&ready).unwrap();
        assert!(text.starts_with(r#"{"biowatch_ready":1,"#));
        assert_eq!(serde_json::from_str::<Ready>(&text).unwrap(), ready);
    }
}
