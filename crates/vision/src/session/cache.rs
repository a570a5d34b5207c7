//! Prepared graphs on disk, so that a second start neither converts nor optimises.
//!
//! An entry is a folder: a graph, its weights beside it, and a list of both with sizes and checksums. It is
//! written aside, listed last and published by a rename, so a crash leaves no half entry. Removing entries,
//! or the whole folder, is always safe. An entry that does not match its list is removed and made anew.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Graph, GraphWriter};

/// Name of the file beside a graph that holds its weights, as the graph must spell it.
pub const DATA_FILE: &str = "graph.data";

const GRAPH_FILE: &str = "graph.onnx";
const LIST_FILE: &str = "contents.json";
const STAGING_PREFIX: &str = ".staging-";

/// A staging folder this old belongs to a process that died.
const STALE: Duration = Duration::from_secs(3600);

/// Where prepared graphs are kept and which network this is.
#[derive(Debug, Clone)]
pub struct GraphCache {
    /// The folder of all entries; made when needed.
    pub folder: PathBuf,
    /// Changes when the network changes: a digest of the weights and the version of what converts them.
    pub digest: String,
}

/// A graph as an engine can take it.
pub(super) enum Source {
    /// In memory, with what the file [`DATA_FILE`] would hold.
    Memory { graph: Vec<u8>, data: Vec<u8> },
    /// A file of the caller's.
    File(PathBuf),
    /// A file in the cache, which nobody changes in place.
    Entry(PathBuf),
}

/// `graph` as it is, from the cache where it is lazy and there is one. A cache that fails is done without.
pub(super) fn source(
    graph: Graph<'_>,
    cache: Option<&GraphCache>,
    engine: &str,
    version: &str,
) -> io::Result<Source> {
    let write = match graph {
        Graph::Bytes(graph) => return Ok(Source::Memory { graph, data: Vec::new() }),
        Graph::File(path) => return Ok(Source::File(path)),
        Graph::Lazy(write) => write,
    };
    let Some(cache) = cache else { return in_memory(&write) };
    let slot = cache.slot(engine, version, "");
    if let Some(found) = slot.find() {
        return Ok(Source::Entry(found));
    }
    let made = slot.stage().and_then(|staging| {
        staging.write(&write)?;
        staging.publish()
    });
    made.map(Source::Entry).or_else(|error| {
        warn_without(&error);
        in_memory(&write)
    })
}

pub(super) fn in_memory(write: &GraphWriter<'_>) -> io::Result<Source> {
    let (mut graph, mut data) = (Vec::new(), Vec::new());
    write(&mut graph, &mut data)?;
    Ok(Source::Memory { graph, data })
}

pub(super) fn warn_without(error: &io::Error) {
    tracing::warn!(%error, "the graph cache cannot be used, going on without");
}

impl GraphCache {
    /// The place of this network's entry for one engine, its version and its options.
    pub(super) fn slot(&self, engine: &str, version: &str, options: &str) -> Slot {
        let kind = format!("{}-{engine}-", short(&[&self.digest]));
        let name = kind.clone() + &short(&[version, options, &processor()]);
        Slot { folder: self.folder.clone(), kind, name }
    }
}

/// Sixteen hex digits that stand for `parts`.
fn short(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The processor as far as an engine's choice of memory layout depends on it.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let features = [
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
        ("avx512bf16", is_x86_feature_detected!("avx512bf16")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let features: [(&str, bool); 0] = [];
    let present = features.iter().filter(|(_, present)| *present).map(|(name, _)| *name);
    std::iter::once(std::env::consts::ARCH).chain(present).collect::<Vec<_>>().join(" ")
}

/// Where one entry lies, or would.
pub(super) struct Slot {
    folder: PathBuf,
    /// What the names of all entries of this network and engine begin with.
    kind: String,
    name: String,
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Listed {
    file: String,
    bytes: u64,
    crc32: u32,
}

impl Slot {
    fn entry(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The entry's graph, if it is there and whole. A damaged entry is removed.
    pub(super) fn find(&self) -> Option<PathBuf> {
        let entry = self.entry();
        let listed = fs_err::read(entry.join(LIST_FILE)).ok()?;
        let whole = serde_json::from_slice::<Vec<Listed>>(&listed)
            .map_err(io::Error::other)
            .and_then(|listed| Ok(list(&entry)? == listed));
        match whole {
            Ok(true) => Some(entry.join(GRAPH_FILE)),
            Ok(false) => self.discard(&"it is not what was written"),
            Err(error) => self.discard(&error),
        }
    }

    /// Removes the entry and says why.
    pub(super) fn discard(&self, reason: &dyn std::fmt::Display) -> Option<PathBuf> {
        let entry = self.entry();
        tracing::warn!(entry = %entry.display(), %reason, "a cached graph is damaged and is made anew");
        if let Err(error) = fs_err::remove_dir_all(&entry) {
            tracing::warn!(%error, "the damaged entry cannot be removed");
        }
        None
    }

    /// A folder on the same disk to make the entry in.
    pub(super) fn stage(self) -> io::Result<Staging> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        fs_err::create_dir_all(&self.folder)?;
        self.sweep();
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(format!("{STAGING_PREFIX}{}-{next}", std::process::id()));
        fs_err::create_dir_all(&folder)?;
        Ok(Staging { folder, slot: self })
    }

    fn sweep(&self) {
        for (name, entry) in self.others() {
            let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|at| at.elapsed().ok());
            if name.starts_with(STAGING_PREFIX) && age.is_some_and(|age| age > STALE) {
                let _ = fs_err::remove_dir_all(entry.path());
            }
        }
    }

    /// Removes entries of the same network and engine that another version or processor made.
    fn remove_older(&self) {
        for (name, entry) in self.others() {
            if name.starts_with(&self.kind) {
                let _ = fs_err::remove_dir_all(entry.path());
            }
        }
    }

    fn others(&self) -> impl Iterator<Item = (String, fs_err::DirEntry)> {
        let entries = fs_err::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry)));
        named.filter(|(name, _)| *name != self.name)
    }
}

/// An entry in the making; dropped before it is published, it is removed.
pub(super) struct Staging {
    folder: PathBuf,
    slot: Slot,
}

impl Staging {
    /// Where the entry's graph is to be.
    pub(super) fn graph(&self) -> PathBuf {
        self.folder.join(GRAPH_FILE)
    }

    /// Makes the graph itself the entry.
    pub(super) fn write(&self, write: &GraphWriter<'_>) -> io::Result<()> {
        write_files(&self.folder, write).map(drop)
    }

    /// Writes the graph where [`publish`](Self::publish) removes it again, for an engine to prepare.
    pub(super) fn write_scratch(&self, write: &GraphWriter<'_>) -> io::Result<PathBuf> {
        let folder = self.scratch();
        fs_err::create_dir_all(&folder)?;
        write_files(&folder, write)
    }

    fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// Lists what is there and moves it into place. When another process was faster, its entry is taken.
    pub(super) fn publish(self) -> io::Result<PathBuf> {
        if self.scratch().exists() {
            fs_err::remove_dir_all(self.scratch())?;
        }
        let listed = serde_json::to_vec(&list(&self.folder)?).map_err(io::Error::other)?;
        fs_err::write(self.folder.join(LIST_FILE), listed)?;
        match fs_err::rename(&self.folder, self.slot.entry()) {
            Ok(()) => self.slot.remove_older(),
            Err(error) => drop(self.slot.find().ok_or(error)?),
        }
        Ok(self.slot.entry().join(GRAPH_FILE))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.folder.exists() {
            let _ = fs_err::remove_dir_all(&self.folder);
        }
    }
}

fn write_files(folder: &Path, write: &GraphWriter<'_>) -> io::Result<PathBuf> {
    let graph_path = folder.join(GRAPH_FILE);
    let mut graph = BufWriter::new(fs_err::File::create(&graph_path)?);
    let mut data = BufWriter::new(fs_err::File::create(folder.join(DATA_FILE))?);
    write(&mut graph, &mut data)?;
    graph.flush()?;
    data.flush()?;
    Ok(graph_path)
}

/// What an entry holds, the list itself left out, by name.
fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    let mut listed = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if file != LIST_FILE {
            let (bytes, crc32) = sum(&entry.path())?;
            listed.push(Listed { file, bytes, crc32 });
        }
    }
    listed.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(listed)
}

fn sum(path: &Path) -> io::Result<(u64, u32)> {
    let mut file = fs_err::File::open(path)?;
    let mut hash = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
            return Ok((bytes, hash.finalize()));
        };
        hash.update(part);
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(graph: &'static [u8], data: &'static [u8]) -> GraphWriter<'static> {
        Box::new(move |to_graph, to_data| to_graph.write_all(graph).and_then(|()| to_data.write_all(data)))
    }

    fn cache(folder: &Path, digest: &str) -> GraphCache {
        GraphCache { folder: folder.to_owned(), digest: digest.to_owned() }
    }

    fn publish(slot: Slot) -> PathBuf {
        let staging = slot.stage().unwrap();
        staging.write_scratch(&writer(b"source", b"")).unwrap();
        staging.write(&writer(b"graph", b"weights")).unwrap();
        staging.publish().unwrap()
    }

    #[test]
    fn an_entry_is_found_until_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder.path().join("made/when/needed"), "1");
        let slot = || cache.slot("engine", "1", "");
        assert_eq!(slot().find(), None);
        let graph = publish(slot());
        assert_eq!(slot().find(), Some(graph.clone()));
        assert_eq!(cache.slot("engine", "2", "").find(), None);

        let data = graph.with_file_name(DATA_FILE);
        type Damage = fn(&Path, &Path);
        let damages: [Damage; 5] = [
            |_, data| fs_err::write(data, b"weighty").unwrap(),
            |_, data| fs_err::write(data, b"weight").unwrap(),
            |_, data| fs_err::remove_file(data).unwrap(),
            |graph, _| fs_err::write(graph.with_file_name(LIST_FILE), b"[{").unwrap(),
            |graph, _| fs_err::write(graph.with_file_name("more"), b"").unwrap(),
        ];
        for damage in damages {
            damage(&graph, &data);
            assert_eq!(slot().find(), None);
            assert!(!graph.exists(), "the damaged entry is still there");
            publish(slot());
            assert!(slot().find().is_some());
        }
    }

    #[test]
    fn a_new_version_replaces_the_old_one_of_the_same_network() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (cache(folder.path(), "1"), cache(folder.path(), "2"));
        publish(one.slot("engine", "1", ""));
        publish(other.slot("engine", "1", ""));
        publish(one.slot("engine", "2", ""));
        assert_eq!(one.slot("engine", "1", "").find(), None);
        assert!(one.slot("engine", "2", "").find().is_some());
        assert!(other.slot("engine", "1", "").find().is_some());
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let broken: GraphWriter<'_> = Box::new(|_, _| Err(io::Error::other("no")));
        let staging = cache(folder.path(), "1").slot("engine", "1", "").stage().unwrap();
        assert!(staging.write(&broken).is_err());
        drop(staging);
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
    }
}
