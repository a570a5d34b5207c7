//! Brings a model's files into the staging folder, from wherever they are.

use std::io;
use std::path::{Path, PathBuf};

use biowatch_contract::manifest::FileName;

use super::{Brought, From, InstallError, Target, Tools, expect};
use crate::address::Address;
use crate::catalogue::{Entry, Source};
use crate::digest::{Digest, Hasher};
use crate::fetch::{self, Download, FetchError, Fetched, Wanted};
use crate::partial::Partial;
use crate::progress::Phase;
use crate::publish;
use crate::staging::Staging;
use crate::unpack::{self, Limits, UnpackError, UnpackedFile};

/// Bytes of a file whose size nobody knows, at most.
const MOST_UNKNOWN: u64 = 32 << 30;
/// Endings of weights that are a model by themselves, and not the archive that they are inside.
const WEIGHTS: [&str; 4] = ["pt", "pth", "onnx", "safetensors"];

/// Brings everything.
pub(super) fn bring(
    target: &Target<'_>,
    staging: &Staging,
    limits: Limits,
    tools: &Tools<'_>,
) -> Result<Brought, InstallError> {
    let into = staging.path().join("model");
    match (target.from, target.entry) {
        (Some(From::Path(path)), _) => from_path(path, &into, limits, tools),
        (Some(From::Address(address)), entry) => {
            let source =
                Source { archive: vec![address.clone()], bytes: None, sha256: None, files: Vec::new() };
            from_source(&source, entry, &into, limits, tools)
        }
        (None, Some(entry)) => from_sources(entry, staging, limits, tools),
        (None, None) => Err(InstallError::Nothing),
    }
}

/// The first of the sources that gives what the catalogue says.
fn from_sources(
    entry: &Entry,
    staging: &Staging,
    limits: Limits,
    tools: &Tools<'_>,
) -> Result<Brought, InstallError> {
    let mut last = None;
    for (index, source) in entry.sources.iter().enumerate() {
        let into = staging.path().join(format!("source-{index}"));
        let brought = from_source(source, Some(entry), &into, limits, tools).and_then(|brought| {
            // Bad bytes are told here, where another source is still to be had.
            let good = expect::claims(&brought).and_then(|mut claims| expect::check(&mut claims, entry));
            good.inspect_err(|_| forget_source(source, tools)).map(|()| brought)
        });
        match brought {
            Err(error) if error.would_another_source_help() && index + 1 < entry.sources.len() => {
                tools.reporter.note(format!("{}; another source is tried", fetch::sentence(&error)));
                last = Some(error);
            }
            done => return done,
        }
    }
    Err(last.unwrap_or(InstallError::Nothing))
}

fn from_source(
    source: &Source,
    entry: Option<&Entry>,
    into: &Path,
    limits: Limits,
    tools: &Tools<'_>,
) -> Result<Brought, InstallError> {
    let mut brought = if source.archive.is_empty() {
        let first = source.files.first().and_then(|file| file.urls.first());
        let source = first.map(Address::to_string).unwrap_or_default();
        Brought { folder: into.to_owned(), files: Vec::new(), source, archive_sha256: None }
    } else {
        from_archive(source, entry, into, limits, tools)?
    };
    for file in &source.files {
        let expected = entry.and_then(|entry| entry.files.iter().find(|expected| expected.name == file.name));
        let wanted = Wanted {
            addresses: &file.urls,
            bytes: expected.and_then(|expected| expected.bytes),
            sha256: expected.and_then(|expected| expected.sha256),
            most_bytes: most_bytes(entry),
        };
        let download = fetch_one(&wanted, tools)?;
        place(download.path(), &file.name, &brought.folder)?;
        let Fetched { bytes, sha256, .. } = download.fetched;
        brought.files.retain(|there| there.name != file.name);
        brought.files.push(UnpackedFile { name: file.name.clone(), bytes, sha256 });
    }
    Ok(brought)
}

fn from_archive(
    source: &Source,
    entry: Option<&Entry>,
    into: &Path,
    limits: Limits,
    tools: &Tools<'_>,
) -> Result<Brought, InstallError> {
    let wanted = Wanted {
        addresses: &source.archive,
        bytes: source.bytes,
        sha256: source.sha256,
        most_bytes: most_bytes(entry),
    };
    let download = fetch_one(&wanted, tools)?;
    let fetched = download.fetched.clone();
    let called = source.archive.first().map_or("", Address::file_name);
    let lone = lone_name(Path::new(called));
    let unpacked = match lone {
        Some(name) => {
            place(download.path(), &name, into)?;
            Ok(vec![UnpackedFile { name, bytes: fetched.bytes, sha256: fetched.sha256 }])
        }
        None => unpack(download.path(), called, into, limits, tools),
    };
    let files = match unpacked {
        Ok(files) => files,
        Err(source) => {
            // What cannot be unpacked is no use to the next try either.
            if source.blames_archive() {
                download.remove()?;
            }
            return Err(InstallError::Unpack { from: fetched.address.to_string(), source });
        }
    };
    let (folder, files) = lower(into, files);
    Ok(Brought { folder, files, source: fetched.address.to_string(), archive_sha256: Some(fetched.sha256) })
}

/// About how much more than what the catalogue says is taken before it is called endless.
fn most_bytes(entry: Option<&Entry>) -> u64 {
    entry.map_or(MOST_UNKNOWN, |entry| entry.download_bytes.saturating_mul(2).saturating_add(64 << 20))
}

fn fetch_one(wanted: &Wanted<'_>, tools: &Tools<'_>) -> Result<Download, FetchError> {
    fetch::download(tools.zoo, tools.network, wanted, tools.reporter, tools.cancel)
}

fn from_path(path: &Path, into: &Path, limits: Limits, tools: &Tools<'_>) -> Result<Brought, InstallError> {
    // Records travel with bundles: where it lay on this disk is nobody's business.
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let source = path.display().to_string();
    let failed = |error| InstallError::Unpack { from: source.clone(), source: error };
    let files = match lone_name(path).filter(|_| path.is_file()) {
        Some(lone) => vec![copy(path, lone, into, tools).map_err(failed)?],
        None => unpack(path, &name, into, limits, tools).map_err(failed)?,
    };
    let (folder, files) = lower(into, files);
    Ok(Brought { folder, files, source: name.into_owned(), archive_sha256: None })
}

fn unpack(
    from: &Path,
    name: &str,
    into: &Path,
    limits: Limits,
    tools: &Tools<'_>,
) -> Result<Vec<UnpackedFile>, UnpackError> {
    fs_err::create_dir_all(into)?;
    unpack::unpack(from, name, into, limits, tools.reporter, tools.cancel)
}

/// The name of a weights file that is a whole model.
fn lone_name(path: &Path) -> Option<FileName> {
    let ending = path.extension()?.to_str()?;
    let known = WEIGHTS.iter().any(|known| known.eq_ignore_ascii_case(ending));
    FileName::new(path.file_name()?.to_str()?).filter(|_| known)
}

fn copy(path: &Path, name: FileName, into: &Path, tools: &Tools<'_>) -> Result<UnpackedFile, UnpackError> {
    fs_err::create_dir_all(into)?;
    let bytes = fs_err::metadata(path)?.len();
    tools.reporter.begin(Phase::Copy, name.as_str(), 0);
    let to = into.join(name.as_str());
    fs_err::copy(path, &to)?;
    fs_err::File::open(&to)?.sync_all()?;
    Ok(UnpackedFile { sha256: digest_of(&to, tools)?, name, bytes })
}

fn digest_of(path: &Path, tools: &Tools<'_>) -> Result<Digest, UnpackError> {
    let mut hasher = Hasher::default();
    let mut file = fs_err::File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = io::Read::read(&mut file, &mut buffer)?;
        let Some(bytes @ [_, ..]) = buffer.get(..count) else { return Ok(hasher.finish()) };
        hasher.update(bytes);
        if tools.cancel.asked() {
            return Err(UnpackError::Cancelled);
        }
    }
}

/// Copies a whole download into the folder. The download stays, in case this run ends before the model is in place, and
/// never shares its bytes with what is installed.
fn place(partial: &Path, name: &FileName, into: &Path) -> io::Result<()> {
    let to = into.join(name.as_str());
    fs_err::create_dir_all(to.parent().unwrap_or(into))?;
    fs_err::copy(partial, &to)?;
    fs_err::File::open(&to)?.sync_all()?;
    publish::sync_folder(into)
}

/// Archives and folders often hold one folder that holds everything: the model is what is in it.
fn lower(into: &Path, files: Vec<UnpackedFile>) -> (PathBuf, Vec<UnpackedFile>) {
    let (mut folder, mut files) = (into.to_owned(), files);
    loop {
        let tops = files.iter().map(|file| file.name.as_str().split_once('/').map(|(top, _)| top));
        let mut tops: Vec<_> = tops.collect();
        tops.dedup();
        let [Some(top)] = tops.as_slice() else { return (folder, files) };
        let top = (*top).to_owned();
        let below = |file: UnpackedFile| {
            let name = file.name.as_str().split_once('/').and_then(|(_, rest)| FileName::new(rest));
            name.map(|name| UnpackedFile { name, ..file })
        };
        folder.push(top);
        files = files.into_iter().filter_map(below).collect();
    }
}

/// Bytes of the first source that are not here yet.
pub(super) fn still_to_fetch(entry: &Entry, tools: &Tools<'_>) -> u64 {
    let here = entry
        .sources
        .iter()
        .flat_map(Source::downloads)
        .filter_map(|list| fetch::left_of(&tools.zoo.partial(), list));
    entry.download_bytes.saturating_sub(here.sum())
}

/// Removes the downloads of a model that is in place.
pub(super) fn forget(target: &Target<'_>, tools: &Tools<'_>) {
    if let Some(From::Address(address)) = target.from {
        forget_list(std::slice::from_ref(address), tools);
    }
    for source in target.entry.iter().flat_map(|entry| &entry.sources) {
        forget_source(source, tools);
    }
}

fn forget_source(source: &Source, tools: &Tools<'_>) {
    source.downloads().for_each(|list| forget_list(list, tools));
}

/// One that another process has open is left to it.
fn forget_list(addresses: &[Address], tools: &Tools<'_>) {
    let name = fetch::partial_name(addresses);
    if fetch::left_of(&tools.zoo.partial(), addresses).is_some() {
        Partial::discard(&tools.zoo.partial(), &name);
    }
}
