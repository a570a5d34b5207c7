//! What the program carries: `demo/` of the repository, where the model card and the way it was made are too.

/// Names and contents of files in a folder below `demo/`.
macro_rules! files {
    ($folder:literal: $($name:literal,)+) => {
        &[$(($name, include_bytes!(concat!("../../../../../demo/", $folder, "/", $name)))),+]
    };
}

/// Name and content.
type File = (&'static str, &'static [u8]);

/// The package, as SpeciesNet's are published.
pub(super) const MODEL: &[File] = files! { "model":
    "always_crop_demo.labels.txt",
    "always_crop_demo.pt",
    "demo_detector.pt",
    "geofence_release.json",
    "info.json",
    "taxonomy_release.txt",
};

/// The photos.
pub(super) const SCENES: &[File] = files! { "scenes":
    "01-red-deer-stag.jpg",
    "02-wild-boar-family.jpg",
    "03-lynx-in-snow.jpg",
    "04-roe-deer-meadow.jpg",
    "05-fox-at-dusk.jpg",
    "06-brown-bear.jpg",
    "07-badger-night.jpg",
    "08-wolf-pair.jpg",
    "09-pheasant.jpg",
    "10-sika-stag.jpg",
    "11-hikers.jpg",
    "12-off-roader.jpg",
    "13-brown-hare.jpg",
    "14-mountain-hare.jpg",
    "15-empty-beams.jpg",
    "16-red-deer-in-fog.jpg",
    "17-hare-by-flash.jpg",
    "18-boar-in-rain.jpg",
    "19-roe-running.jpg",
    "20-quad-bike.jpg",
    "21-fox-winter-night.jpg",
    "22-snow-falls-on-nobody.jpg",
    "23-lynx-night.jpg",
    "24-bear-and-cub.jpg",
};

/// What they show.
pub(super) const TRUTH: &[u8] = include_bytes!("../../../../../demo/scenes/truth.json");

/// The labels of the package.
pub(super) const LABELS: &[u8] = include_bytes!("../../../../../demo/model/always_crop_demo.labels.txt");

/// Bytes of the package.
pub(super) fn model_bytes() -> usize {
    MODEL.iter().map(|(_, bytes)| bytes.len()).sum()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A file that is added and not listed would be missing from the binary.
    #[test]
    fn every_file_of_the_folders_is_carried() {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
        for (folder, carried, ending) in [("model", MODEL, ""), ("scenes", SCENES, "jpg")] {
            let entries = fs_err::read_dir(demo.join(folder)).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.filter(|name| name.ends_with(ending)).collect();
            names.sort();
            let carried: Vec<_> = carried.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, carried, "{folder}");
        }
    }
}
