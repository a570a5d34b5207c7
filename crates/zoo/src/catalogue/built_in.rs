//! The entries that are part of this program: every file of `catalog/`.

use super::entry::Entry;
use super::file::parse;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../catalog/", $name)))),*]
    };
}

/// Name and content of each file. A test holds that none is forgotten.
const FILES: &[(&str, &str)] = files![
    "deepfaune-1.3.json",
    "deepfaune-1.4.json",
    "demo-1.0.json",
    "manas-1.0.json",
    "mdv1000-cedar-1000.0.0.json",
    "mdv1000-larch-1000.0.0.json",
    "mdv1000-redwood-1000.0.0.json",
    "mdv1000-sorrel-1000.0.0.json",
    "mdv1000-spruce-1000.0.0.json",
    "megadetector-5a.0.0.json",
    "megadetector-5b.0.0.json",
    "megadetector-6.0.json",
    "speciesnet-4.0.1a.json",
    "speciesnet-4.0.2a.json",
    "speciesnet-4.0.2b.json",
    "speciesnet-4.0.3a.json",
    "speciesnet-4.0.3b.json",
];

/// The entries. A file that does not parse is left out here and fails a test.
pub(super) fn entries() -> Vec<Entry> {
    FILES.iter().filter_map(|(_, text)| parse(text.as_bytes()).ok()).flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed_and_parses() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog");
        let names =
            fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name.ends_with(".json")).collect();
        names.sort();
        assert_eq!(names, FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, text) in FILES {
            let entries = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(entries.len(), 1, "{name}");
            assert_eq!(*name, format!("{}-{}.json", entries[0].id, entries[0].version));
        }
        assert_eq!(entries().len(), FILES.len());
    }
}
