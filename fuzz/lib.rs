//! What the fuzz targets share: limits small enough for many runs a second, and a checkpoint around a pickle.

use std::collections::{BTreeMap, BTreeSet};

use biowatch_weights::{Limits, Pickle};
use flate2::Crc;

/// The limits of a target: a run may take little memory and little time.
pub fn limits() -> Limits {
    Limits {
        entries: 2_000,
        directory_bytes: 1 << 20,
        entry_bytes: 1 << 20,
        opcodes: 200_000,
        decoded_bytes: 32 << 20,
        repeated_elements: 1 << 16,
        header_bytes: 1 << 20,
        ..Limits::default()
    }
}

/// Storages of one checkpoint, all together.
const STORAGE_BYTES: u64 = 4 << 20;
/// Storages up to this size hold shapes, strides and anchors, which networks are built by.
const SMALL_BYTES: usize = 256;

/// A checkpoint made of a pickle's length (u32), the pickle, and the bytes of its small storages in the order of
/// their names. Everything else is 0x3c over and over: a small positive number in every float type.
///
/// So a fuzzer can change a pickle without having to mend sizes and checksums. `None` when the pickle is refused or
/// wants too much.
pub fn checkpoint(data: &[u8]) -> Option<Vec<u8>> {
    let (pickle, small) = parted(data)?;
    archive(pickle, small).map(Archive::finish)
}

/// A TorchScript archive made of a pickle's length (u32), the pickle, and one text that every class of it has.
pub fn script(data: &[u8]) -> Option<Vec<u8>> {
    let (pickle, text) = parted(data)?;
    let mut archive = archive(pickle, &[])?;
    archive.add("a/constants.pkl", b"\x80\x02).");
    for module in modules(&Pickle::with_storages(pickle, &limits()).ok()?) {
        archive.add(&format!("a/code/{}.py", module.replace('.', "/")), text);
    }
    Some(archive.finish())
}

/// Modules that the classes of a pickle's objects come from, the first few of them.
fn modules(pickle: &Pickle) -> BTreeSet<String> {
    const VALUES: usize = 20_000;
    const MODULES: usize = 500;
    let (mut found, mut seen, mut waiting) = (BTreeSet::new(), BTreeSet::new(), vec![pickle.root()]);
    while let Some(view) = waiting.pop() {
        if seen.len() >= VALUES || found.len() >= MODULES || !seen.insert(view.id()) {
            continue;
        }
        found.extend(view.class().map(|class| class.module.to_owned()));
        waiting.extend(view.items());
        waiting.extend(view.entries().map(|(_, value)| value));
    }
    found.retain(|module| module.len() < 1000);
    found
}

fn parted(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

fn archive(pickle: &[u8], mut small: &[u8]) -> Option<Archive> {
    let decoded = Pickle::with_storages(pickle, &limits()).ok()?;
    let storages: BTreeMap<&str, u64> = decoded.storage_sizes().collect();
    let total = storages.values().try_fold(0_u64, |total, &bytes| total.checked_add(bytes))?;
    if total > STORAGE_BYTES {
        return None;
    }
    let mut archive = Archive::default();
    archive.add("a/data.pkl", pickle);
    for (key, bytes) in storages {
        let mut storage = vec![0x3c; bytes as usize];
        if storage.len() <= SMALL_BYTES {
            let (taken, left) = small.split_at(small.len().min(storage.len()));
            storage[..taken.len()].copy_from_slice(taken);
            small = left;
        }
        archive.add(&format!("a/data/{key}"), &storage);
    }
    Some(archive)
}

/// A zip of stored entries.
#[derive(Default)]
struct Archive {
    body: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Archive {
    fn add(&mut self, name: &str, data: &[u8]) {
        let mut crc = Crc::new();
        crc.update(data);
        let mut shared = vec![0; 10];
        for number in [crc.sum(), data.len() as u32, data.len() as u32, name.len() as u32] {
            shared.extend(number.to_le_bytes());
        }
        let offset = self.body.len() as u32;
        self.body.extend(b"PK\x03\x04");
        self.body.extend(&shared);
        self.body.extend(name.as_bytes());
        self.body.extend(data);
        self.directory.extend(b"PK\x01\x02\0\0");
        self.directory.extend(&shared);
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.body.len() as u32;
        let bytes = self.directory.len() as u32;
        self.body.append(&mut self.directory);
        self.body.extend(b"PK\x05\x06\0\0\0\0");
        self.body.extend(self.entries.to_le_bytes());
        self.body.extend(self.entries.to_le_bytes());
        self.body.extend(bytes.to_le_bytes());
        self.body.extend(start.to_le_bytes());
        self.body.extend([0; 2]);
        self.body
    }
}
