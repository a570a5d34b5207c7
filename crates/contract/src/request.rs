//! The body of `POST /predict`: `{"instances": [{"filepath": "...", "sample_fps": 1}, ...]}`.

use serde_json::{Map, Value};
use thiserror::Error;

/// Longest accepted `filepath`, in bytes. Twice the longest path Linux opens; it keeps a line under 64 KiB.
pub const MAX_FILEPATH_BYTES: usize = 8192;

/// A request as understood. Unknown keys beside `instances` are ignored, as the reference does.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictRequest {
    /// Files to predict, in the order of the answer. May be empty.
    pub instances: Vec<Instance>,
}

/// One file to predict.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Path on the server's machine. It comes back byte for byte: clients match rows on it.
    pub filepath: String,
    /// Frames per second to sample from a video; more than 0. Ignored for images.
    pub sample_fps: f64,
    /// The other keys, as sent. The reference hands them to the model; ours ignore them.
    pub extra: Map<String, Value>,
}

impl Instance {
    /// An instance with the reference's default of one frame a second.
    pub fn new(filepath: impl Into<String>) -> Self {
        Self { filepath: filepath.into(), sample_fps: 1.0, extra: Map::new() }
    }
}

/// Why a body is not a request. Each one is the client's doing: HTTP 400.
#[derive(Debug, Error)]
pub enum ParseRequestError {
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON, or JSON nested deeper than 128 levels.
    #[error("the body is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// JSON of another shape.
    #[error("{0}")]
    Shape(String),
}

impl PredictRequest {
    /// Reads a body. A UTF-8 byte order mark is skipped; of duplicate keys the last wins.
    pub fn parse(body: &[u8]) -> Result<Self, ParseRequestError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let text = std::str::from_utf8(body).map_err(|_| ParseRequestError::NotUtf8)?;
        let value: Value = serde_json::from_str(text).map_err(ParseRequestError::NotJson)?;
        let shape = |text: &str| ParseRequestError::Shape(text.to_owned());
        let Value::Object(mut object) = value else {
            return Err(shape("the body must be an object with a list `instances`"));
        };
        let Some(Value::Array(items)) = object.remove("instances") else {
            return Err(shape("`instances` must be a list"));
        };
        let instances = items.into_iter().enumerate().map(|(index, item)| instance(index, item));
        Ok(Self { instances: instances.collect::<Result<_, _>>()? })
    }
}

fn instance(index: usize, item: Value) -> Result<Instance, ParseRequestError> {
    let shape = |text: &str| ParseRequestError::Shape(format!("`instances[{index}]{text}"));
    let Value::Object(mut object) = item else {
        return Err(shape("` must be an object"));
    };
    let Some(Value::String(filepath)) = object.remove("filepath") else {
        return Err(shape(".filepath` must be a string"));
    };
    if filepath.contains('\0') {
        return Err(shape(".filepath` holds a NUL character"));
    }
    if filepath.len() > MAX_FILEPATH_BYTES {
        return Err(shape(&format!(".filepath` is longer than {MAX_FILEPATH_BYTES} bytes")));
    }
    let sample_fps = match object.remove("sample_fps") {
        None | Some(Value::Null) => 1.0,
        Some(value) => match value.as_f64() {
            Some(fps) if fps > 0.0 && fps.is_finite() => fps,
            _ => return Err(shape(".sample_fps` must be a number above 0")),
        },
    };
    Ok(Instance { filepath, sample_fps, extra: object })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(body: &[u8]) -> Vec<String> {
        PredictRequest::parse(body).unwrap().instances.into_iter().map(|i| i.filepath).collect()
    }

    #[test]
    fn reads_what_clients_send() {
        assert_eq!(paths(br#"{"instances":[]}"#), Vec::<String>::new());
        assert_eq!(paths(br#"{"instances":[{"filepath":"a","sample_fps":1}],"x":1}"#), ["a"]);
        assert_eq!(paths(b"\xef\xbb\xbf{\"instances\":[{\"filepath\":\"a\"}]}"), ["a"]);
        assert_eq!(paths(br#"{"instances":1,"instances":[{"filepath":"b","filepath":"c"}]}"#), ["c"]);
        assert_eq!(paths(r#"{"instances":[{"filepath":"é 猫"}]}"#.as_bytes()), ["é 猫"]);
        assert_eq!(paths(br#"{"instances":[{"filepath":""}]}"#), [""]);
    }

    #[test]
    fn refuses_other_shapes_and_says_where() {
        let deep = format!(r#"{{"instances":[],"d":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
        let long = format!(r#"{{"instances":[{{"filepath":"{}"}}]}}"#, "x".repeat(MAX_FILEPATH_BYTES + 1));
        let cases: [(&[u8], &str); 16] = [
            (b"", "not JSON"),
            (b"{", "not JSON"),
            (b"\xff", "not UTF-8"),
            (deep.as_bytes(), "not JSON"),
            (br#"{"instances":[]}x"#, "not JSON"),
            (br#"{"instances":[{"filepath":"\ud800"}]}"#, "not JSON"),
            (b"null", "an object"),
            (b"[]", "an object"),
            (b"{}", "`instances` must be a list"),
            (br#"{"instances":{"filepath":"x"}}"#, "`instances` must be a list"),
            (br#"{"instances":[null]}"#, "`instances[0]` must be an object"),
            (br#"{"instances":[{"filepath":"a"},{}]}"#, "`instances[1].filepath` must be a string"),
            (br#"{"instances":[{"filepath":1}]}"#, "`instances[0].filepath` must be a string"),
            (br#"{"instances":[{"filepath":"a\u0000b"}]}"#, "NUL"),
            (long.as_bytes(), "longer than 8192 bytes"),
            (br#"{"instances":[{"filepath":"a","sample_fps":0}]}"#, "above 0"),
        ];
        for (body, expected) in cases {
            let message = PredictRequest::parse(body).unwrap_err().to_string();
            assert!(message.contains(expected), "{message:?} does not say {expected:?}");
        }
    }
}
