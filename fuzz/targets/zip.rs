//! Any bytes as an archive: every entry is unpacked.
#![no_main]

use biowatch_fuzz::limits;
use biowatch_weights::Checkpoint;
use biowatch_weights::zip::Archive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = limits();
    let Ok(archive) = Archive::from_bytes(data.to_vec(), &limits) else { return };
    for entry in archive.entries() {
        let unpacked = archive.unpacked(entry, limits.entry_bytes);
        assert!(unpacked.is_err() || unpacked.is_ok_and(|bytes| bytes.len() == entry.size()));
        let _ = archive.stored(entry);
    }
    let _ = Checkpoint::from_bytes(data.to_vec(), &limits);
});
