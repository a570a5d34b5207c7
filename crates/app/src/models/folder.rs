//! Which model a folder holds: by `info.json`, else by the names that releases give their files.

use std::path::{Path, PathBuf};

use super::{INFO_FILE, own};
use crate::exit::{Exit, Failure};
use crate::model_files::{DeepFauneFiles, Files, ManasFiles, MegaDetectorFiles};

/// Files looked at; a model's folder holds a handful.
const MOST_FILES: usize = 1000;

/// How names of detectors begin.
const DETECTORS: [&str; 2] = ["mdv6", "md_v"];

/// The model in `folder`.
pub(super) fn files(folder: &Path) -> Result<Files, Failure> {
    if own::is_here(folder) {
        return Ok(Files::Own(folder.to_owned()));
    }
    if folder.join(INFO_FILE).is_file() {
        return Ok(Files::SpeciesNet(folder.to_owned()));
    }
    let weights = Weights::list(folder)?;
    let one = |found: &[PathBuf], what: &str| match found {
        [one] => Ok(one.clone()),
        [] => Err(refused(folder, &format!("no {what} is in it"))),
        many => Err(refused(folder, &format!("{} files could be the {what}", many.len()))),
    };
    if let [classifier] = weights.deepfaune.as_slice() {
        let detector = one(&weights.detectors, "detector (a file such as `MDV6-yolov10x.pt`)")?;
        let birds = weights.bird_heads.first().cloned();
        return Ok(Files::DeepFaune(DeepFauneFiles { detector, classifier: classifier.clone(), birds }));
    }
    if let [classes] = weights.pickles.as_slice() {
        let detector = one(&weights.detectors, "detector (a file such as `MDV6-yolov10x.pt`)")?;
        let classifier = one(&weights.others, "classifier (a `.pt` beside the detector)")?;
        return Ok(Files::Manas(ManasFiles { detector, classifier, classes: classes.clone() }));
    }
    match (weights.detectors.as_slice(), weights.others.as_slice()) {
        // A detector under a name of its own is told by its content.
        ([detector], []) | ([], [detector]) => {
            Ok(Files::MegaDetector(MegaDetectorFiles { detector: detector.clone(), script: None }))
        }
        ([], []) => Err(refused(folder, "it has neither `info.json` nor weights that are known by name")),
        _ => Err(refused(
            folder,
            "its weights files could be several models: give one detector's `.pt` by itself",
        )),
    }
}

fn refused(folder: &Path, why: &str) -> Failure {
    let text = format!("`{}` holds no model that this program knows: {why}", folder.display());
    Failure::message(Exit::ModelRefused, text).hint(
        "a model is a SpeciesNet package (its `info.json`), or the files of DeepFaune, Manas or MegaDetector under the names they were published with; `biowatch weights inspect` looks into a .pt file",
    )
}

/// The files of a folder that may be parts of a model, by what their names say.
#[derive(Default)]
struct Weights {
    detectors: Vec<PathBuf>,
    deepfaune: Vec<PathBuf>,
    bird_heads: Vec<PathBuf>,
    pickles: Vec<PathBuf>,
    others: Vec<PathBuf>,
}

impl Weights {
    fn list(folder: &Path) -> Result<Self, Failure> {
        let entries = fs_err::read_dir(folder).map_err(|error| Failure::new(Exit::ModelNotFound, error))?;
        let mut paths: Vec<_> = entries.take(MOST_FILES).flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let mut weights = Self::default();
        for path in paths {
            weights.take(path);
        }
        Ok(weights)
    }

    fn take(&mut self, path: PathBuf) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_ascii_lowercase) else {
            return;
        };
        let list = if name.starts_with('.') {
            return;
        } else if name.ends_with(".pickle") || name.ends_with(".pkl") {
            &mut self.pickles
        } else if !name.ends_with(".pt") {
            return;
        } else if DETECTORS.iter().any(|start| name.starts_with(start)) {
            &mut self.detectors
        } else if name.starts_with("deepfaune") && name.contains("bird") {
            &mut self.bird_heads
        } else if name.starts_with("deepfaune-vit") {
            &mut self.deepfaune
        } else {
            &mut self.others
        };
        list.push(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> Result<Files, Failure> {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        files(folder.path())
    }

    #[test]
    fn models_are_known_by_the_names_of_their_releases() {
        let cases: [(&[&str], &str); 7] = [
            (&["info.json", "md_v5a.0.0.pt", "LICENSE"], "speciesnet"),
            (&["MDV6-yolov10x.pt", "deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt"], "deepfaune"),
            (
                &[
                    "MDV6-yolov10x.pt",
                    "deepfaune-vit_large_patch14_dinov2.lvd142m.v4.pt",
                    "deepfaune-vit_large_patch14_dinov2.lvd142m.v4-bird_head.pt",
                ],
                "deepfaune",
            ),
            (&["best_model_Fri.pt", "classes_Fri.pickle", "MDV6-yolov10x.pt", "._classes.pickle"], "manas"),
            (&["MDV6-yolov10-e-1280.pt", "LICENSE"], "megadetector"),
            (&["md_v1000.0.0-redwood.pt"], "megadetector"),
            (&["mine.pt"], "megadetector"),
        ];
        for (names, expected) in cases {
            assert_eq!(folder(names).unwrap().id(), expected, "{names:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        let cases: [(&[&str], &str); 6] = [
            (&[], "neither `info.json` nor weights"),
            (&["a.jpg", "notes.txt"], "neither `info.json` nor weights"),
            (&["a.pt", "b.pt"], "could be several models"),
            (&["deepfaune-vit_x.v3.pt"], "no detector"),
            (&["classes.pickle", "MDV6-a.pt", "x.pt", "y.pt"], "2 files could be the classifier"),
            (&["md_v5a.0.0.pt", "md_v5b.0.0.pt"], "could be several models"),
        ];
        for (names, expected) in cases {
            let text = folder(names).unwrap_err().error.to_string();
            assert!(text.contains(expected), "{text}");
        }
    }
}
