//! What the scenes really show: the renderer knows, because it put it there.

use anyhow::Context as _;
use serde::Deserialize;

use super::embedded;
use crate::exit::Failure;

/// Where the cameras of the scenes hang: Slovenia. The geofence goes by it.
pub(super) const COUNTRY: &str = "SVN";

/// One scene of `truth.json`. What else stands there is for those who measure the model.
#[derive(Debug, Deserialize)]
pub(super) struct Scene {
    /// Name of the photo.
    pub(super) file: String,
    /// The answer a perfect model would give: a seven-part label. In the file it is the species' scientific name, or
    /// `blank`, `human` or `vehicle`.
    pub(super) label: String,
}

/// The scenes that are carried in the program, in the order they are predicted.
pub(super) fn read() -> Result<Vec<Scene>, Failure> {
    let mut scenes: Vec<Scene> = serde_json::from_slice(embedded::TRUTH)?;
    for scene in &mut scenes {
        scene.label = label_of(&scene.label)
            .with_context(|| format!("the demo's model has no label for `{}`", scene.label))?;
    }
    Ok(scenes)
}

fn label_of(name: &str) -> Option<String> {
    let mut labels = std::str::from_utf8(embedded::LABELS).ok()?.lines();
    let means = |label: &&str| match label.split(';').collect::<Vec<_>>().as_slice() {
        [_, _, _, _, genus, species, common] => {
            name == *common || name.split_once(' ') == Some((genus, species))
        }
        _ => false,
    };
    labels.find(means).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_has_a_label_and_a_photo() {
        let scenes = read().unwrap();
        let photos: Vec<_> = embedded::SCENES.iter().map(|(name, _)| *name).collect();
        let named: Vec<_> = scenes.iter().map(|scene| scene.file.as_str()).collect();
        assert_eq!(named, photos);
        assert!(scenes.iter().any(|scene| scene.label.ends_with(";blank")));
    }
}
