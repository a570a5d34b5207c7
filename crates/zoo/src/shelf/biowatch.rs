//! The Biowatch app's own notes: `model-zoo/manifest.yaml`.
//!
//! ```yaml
//! speciesnet:
//!   4.0.2a:
//!     state: success
//! ```

use std::collections::HashMap;
use std::path::Path;

use super::State;
use crate::reference::ModelName;

/// Bytes that are read, at most.
const MAX_BYTES: u64 = 1 << 20;

/// What the app says of its models.
pub(super) struct States(HashMap<(String, String), String>);

impl States {
    /// Reads the notes in `model-zoo/`. None, or broken ones, say nothing.
    pub(super) fn read(models: &Path) -> Self {
        let path = models.join("manifest.yaml");
        let small = fs_err::metadata(&path).is_ok_and(|data| data.len() <= MAX_BYTES);
        let text = if small { fs_err::read_to_string(path).unwrap_or_default() } else { String::new() };
        Self::parse(&text)
    }

    /// Only the three levels that matter, told by their indent.
    fn parse(text: &str) -> Self {
        let mut states = HashMap::new();
        let (mut id, mut version, mut indents) = (String::new(), String::new(), (0, 0));
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            let Some((key, value)) = line.trim().split_once(':') else { continue };
            let key = key.trim_matches(['\'', '"']);
            if indent == 0 {
                (id, version, indents) = (key.to_owned(), String::new(), (0, 0));
            } else if indents.0 == 0 || indent == indents.0 {
                (version, indents) = (key.to_owned(), (indent, 0));
            } else if indents.1 == 0 || indent == indents.1 {
                indents.1 = indent;
                if key == "state" {
                    let state = value.trim().trim_matches(['\'', '"']).to_owned();
                    states.insert((id.clone(), version.clone()), state);
                }
            }
        }
        Self(states)
    }

    pub(super) fn of(&self, name: &ModelName) -> State {
        match self.0.get(&(name.id.clone(), name.version.clone())).map(String::as_str) {
            None | Some("success" | "clean") => State::InPlace,
            Some(state) => {
                let state: String = state.chars().take(40).flat_map(char::escape_debug).collect();
                State::Unfinished(format!("the Biowatch app has not finished its install (`{state}`)"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_found_whatever_stands_around_them() {
        let text = "speciesnet:\n  4.0.2a:\n    state: download\n    progress: 41.7\n    opts:\n      state: success\n      archivePath: /a: b\n\
                    deepfaune:\n  '1.3':\n    progress: 100\n    state: \"success\"\n  \"1.4\":\n    state: failure\nmanas: {}\n";
        let states = States::parse(text);
        let of = |id: &str, version: &str| states.of(&ModelName::new(id, version).unwrap());
        assert!(matches!(of("speciesnet", "4.0.2a"), State::Unfinished(text) if text.contains("`download`")));
        assert_eq!(of("deepfaune", "1.3"), State::InPlace);
        assert!(matches!(of("deepfaune", "1.4"), State::Unfinished(_)));
        assert_eq!(of("manas", "1.0"), State::InPlace);
        for odd in ["", "a", ":", ":::", "a:\n b:\n  state:", "\t\n- x", "ü:\n  ü:\n    state: ü"] {
            States::parse(odd);
        }
    }
}
