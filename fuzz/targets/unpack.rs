//! Archives of models: tar, tar.gz and zip, told by their first bytes.

#![no_main]

use biowatch_zoo::unpack::{Limits, unpack_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else { return };
    let into = folder.path().join("into");
    if std::fs::create_dir(&into).is_err() {
        return;
    }
    let limits = Limits { bytes: 1 << 20, entries: 100, depth: 4, ratio: 100, ratio_from: 1 << 16 };
    if let Ok(files) = unpack_bytes(data, &into, limits) {
        assert!(!files.is_empty() && files.iter().map(|file| file.bytes).sum::<u64>() <= limits.bytes);
        for file in &files {
            let path = into.join(file.name.as_str());
            let length = path.symlink_metadata().map(|data| (data.is_file(), data.len()));
            assert_eq!(length.ok(), Some((true, file.bytes)));
        }
    }
    // Nothing beside the folder that was given.
    assert_eq!(std::fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(1));
});
