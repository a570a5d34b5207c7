//! `info.json` as the reference reads it.

use biowatch_vision::speciesnet::info::{Info, Kind};
use biowatch_vision::speciesnet::package::{Limits, Package};
use libtest_mimic::Trial;

use crate::{cases, golden, goldens};

pub(crate) fn trials() -> Vec<Trial> {
    vec![golden("package::info", info), golden("package::folders", folders)]
}

fn info() -> Result<(), String> {
    let file = goldens::json(&goldens::folder().join("speciesnet/package-cases.json"));
    for case in cases(&file, "cases", 7) {
        let info = Info::parse(&case["info"].to_string()).unwrap();
        let kind = match info.kind {
            Kind::AlwaysCrop => "always_crop",
            Kind::FullImage => "full_image",
        };
        let got = [
            ("version", info.version.as_str()),
            ("type", kind),
            ("classifier_file", &info.classifier),
            ("detector_file", &info.detector.file),
            ("labels_file", &info.labels),
            ("taxonomy_file", &info.taxonomy),
            ("geofence_file", &info.geofence),
        ];
        for (key, got) in got {
            assert_eq!(got, case[key], "{key} of {}", case["info"]);
        }
    }
    Ok(())
}

fn folders() -> Result<(), String> {
    for (name, labels) in [("model", 69), ("model-2498", 2498)] {
        let folder = goldens::folder().join("speciesnet").join(name);
        let package = Package::open(&folder, &Limits::default()).unwrap();
        assert_eq!((package.kind, package.labels.len()), (Kind::AlwaysCrop, labels));
    }
    Ok(())
}
