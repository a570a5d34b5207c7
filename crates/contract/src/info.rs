//! The body of `GET /info`.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a server says of itself. Compact JSON; `model` and `server` come first and keep LitServe's form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Info {
    /// The model behind the server.
    pub model: ModelInfo,
    /// How the server was set up.
    pub server: ServerInfo,
    /// What computes, and why that was chosen. Ours: LitServe has no such key.
    pub engine: EngineInfo,
}

/// `info.model`: SpeciesNet's server sends `name` and `type`, the others `version` and `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelInfo {
    /// The value of `--model`, for SpeciesNet only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The model's version, for every model but SpeciesNet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `speciesnet`, `deepfaune`, `manas` or `megadetector`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Options in force that make rows differ from the reference's, by name. Absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// `info.server`, key for key as LitServe writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServerInfo {
    /// `["cpu"]`, or `[["cuda:0"]]` on a GPU.
    pub devices: Vec<Device>,
    /// Always 1: one process serves one session.
    pub workers_per_device: u32,
    /// Seconds a request may wait in the queue.
    pub timeout: serde_json::Number,
    /// The predict path, mapped to `true`: answers are streamed.
    pub stream: BTreeMap<String, bool>,
    /// Largest accepted request body, in bytes.
    pub max_payload_size: Option<u64>,
    /// Always `false`.
    pub track_requests: bool,
}

/// One entry of `info.server.devices`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Device {
    /// The CPU, written as a bare string.
    Cpu(CpuName),
    /// A GPU, written as a list of one name, for instance `["cuda:0"]`.
    Gpu([String; 1]),
}

/// The one name a CPU has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CpuName {
    /// `cpu`.
    #[serde(rename = "cpu")]
    Cpu,
}

/// `info.engine`: what computes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineInfo {
    /// `onnxruntime` or `built-in`.
    pub name: String,
    /// The engine's own version.
    pub version: String,
    /// `cpu`, `cuda:0`, ...
    pub device: String,
    /// `f32`.
    pub precision: String,
    /// Compute threads.
    pub threads: usize,
    /// Why this engine and device, in a sentence.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_and_server_keep_the_reference_form() {
        let info = Info {
            model: ModelInfo {
                name: Some("4.0.2a".into()),
                version: None,
                kind: "speciesnet".into(),
                options: vec![],
            },
            server: ServerInfo {
                devices: vec![Device::Cpu(CpuName::Cpu)],
                workers_per_device: 1,
                timeout: 30.into(),
                stream: BTreeMap::from([("/predict".to_owned(), true)]),
                max_payload_size: None,
                track_requests: false,
            },
            engine: EngineInfo {
                name: "built-in".into(),
                version: "0".into(),
                device: "cpu".into(),
                precision: "f32".into(),
                threads: 1,
                why: "test".into(),
            },
        };
        let text = serde_json::to_string(&info).unwrap();
        assert!(text.starts_with(concat!(
            r#"{"model":{"name":"4.0.2a","type":"speciesnet"},"#,
            r#""server":{"devices":["cpu"],"workers_per_device":1,"timeout":30,"#,
            r#""stream":{"/predict":true},"max_payload_size":null,"track_requests":false},"#
        )));
        let gpu = serde_json::to_string(&vec![Device::Gpu(["cuda:0".into()])]).unwrap();
        assert_eq!(gpu, r#"[["cuda:0"]]"#);
    }
}
