//! The manifest of a model that somebody brings, and its lists of labels.

#![no_main]

use biowatch_contract::manifest::{Body, FileName, labels_from_json, labels_from_text, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match parse(data) {
        Ok(manifest) => {
            if let Body::Server(server) = &manifest.body {
                assert!(!server.command(1, "folder").is_empty());
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(!problems.to_string().chars().any(char::is_control));
        }
    }
    let _ = labels_from_json(data);
    let _ = labels_from_text(data);
    if let Ok(name) = std::str::from_utf8(data)
        && let Some(name) = FileName::new(name)
    {
        let inside = std::path::Path::new(name.as_str());
        assert!(inside.components().all(|part| matches!(part, std::path::Component::Normal(_))));
    }
});
