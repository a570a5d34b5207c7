//! `biowatch engine install`: fetches the official release or takes the file that is given, takes the library out, checks
//! it, tries it, and only then shows it.
//!
//! Everything happens in `.staging/` on the same disk; the last step is a rename. Killed anywhere, no engine
//! appears, and the next install clears away what is left.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use biowatch_zoo::address::Address;
use biowatch_zoo::fetch::{self, Download, FetchError, Wanted};
use biowatch_zoo::network::Network;
use biowatch_zoo::progress::{Event, Reporter};

use crate::cli::EngineInstall;
use crate::commands::engine_list::Listed;
use crate::data_folder::DataFolder;
use crate::engines::archive::{self, Extracted, Limits};
use crate::engines::pinned::{self, Pinned};
use crate::engines::{self, MANIFEST, Manifest};
use crate::exit::{Exit, Failure};
use crate::install_progress::InstallProgress;
use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// What staging folders of this command begin with.
const STAGING_PREFIX: &str = "engine-";

/// Installs, or says what to get.
pub(crate) fn run(
    typed: &EngineInstall,
    data: &DataFolder,
    network: &Network,
    printer: Printer,
) -> Result<Exit, Failure> {
    let download = if typed.from.is_none() { Some(fetch(data, network, printer)?) } else { None };
    let from = typed.from.as_deref().or(download.as_ref().map(Download::path)).unwrap_or(Path::new(""));
    let shown =
        download.as_ref().map_or(from.display().to_string(), |download| download.fetched.address.to_string());
    let _lock = lock(data)?;
    sweep(data);
    fs_err::create_dir_all(data.staging())?;
    let staging = tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(data.staging())?;
    let library = archive::extract(from, staging.path(), Limits::default()).map_err(|error| {
        let context = format!("no engine can be installed from `{shown}`");
        Failure::new(Exit::EngineNotAvailable, anyhow::Error::new(error).context(context))
            .hint(pinned::where_to_get_it())
    })?;
    let known = check_digest(&library, typed)?;
    let (version, devices) = try_library(&staging.path().join(&library.name))?;
    check_version(known, &version)?;
    let manifest = Manifest {
        name: "onnxruntime".to_owned(),
        version,
        library: library.name,
        sha256: library.sha256,
        pinned: known.is_some(),
        from: shown.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
    };
    write_manifest(staging.path(), &manifest)?;
    let folder = publish(staging, &manifest, data)?;
    if let Some(download) = download {
        download.remove()?;
    }
    printer.say(&format!("installed onnxruntime {} in `{}`", manifest.version, folder.display()));
    printer.say(&format!("devices: {}", devices.join(", ")));
    Ok(Exit::Done)
}

/// The official release for this machine.
fn fetch(data: &DataFolder, network: &Network, printer: Printer) -> Result<Download, Failure> {
    let address = pinned::release(env::consts::OS, env::consts::ARCH);
    let address = address.and_then(|text| text.parse::<Address>().ok());
    let Some(address) = address else {
        return Err(refuse("`engine install` needs a file to install from on this system")
            .hint(pinned::where_to_get_it()));
    };
    let interrupt = Interrupt::listen(printer, "stopping; what is downloaded stays for the next time")?;
    interrupt.work_begins();
    let progress = InstallProgress::new(printer, false);
    let tell = |event: Event| progress.show(&event);
    // The library in it is held against its digest once it is taken out.
    let wanted = Wanted {
        addresses: std::slice::from_ref(&address),
        bytes: None,
        sha256: None,
        most_bytes: Limits::default().library,
    };
    let fetched = fetch::download(&data.zoo(), network, &wanted, &Reporter::new(&tell), interrupt.cancel());
    progress.clear();
    fetched.map_err(|error| {
        let exit = if matches!(error, FetchError::Cancelled) { Exit::Interrupted } else { Exit::NotFetched };
        let hint = format!("{}; or {}", error.hint().unwrap_or("try again later"), pinned::where_to_get_it());
        let error = anyhow::Error::new(error).context("ONNX Runtime cannot be fetched");
        Failure { exit, error, hint: Some(hint) }
    })
}

/// Moves an engine's folder aside in one step and then removes it: half an engine is never in place.
pub(crate) fn retire(folder: &Path, data: &DataFolder) -> Result<(), Failure> {
    fs_err::create_dir_all(data.staging())?;
    let aside = tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(data.staging())?;
    fs_err::rename(folder, aside.path().join("retired"))?;
    Ok(())
}

fn refuse(text: impl Into<String>) -> Failure {
    Failure::message(Exit::EngineNotAvailable, text)
}

/// Held as long as the file is open: two installs at once would sweep each other away.
pub(crate) fn lock(data: &DataFolder) -> Result<File, Failure> {
    fs_err::create_dir_all(data.engines())?;
    let path = data.engines().join(".lock");
    let (lock, _) =
        fs_err::OpenOptions::new().write(true).create(true).truncate(false).open(path)?.into_parts();
    lock.try_lock().map_err(|_| {
        refuse("another install or removal of an engine is running").hint("wait for it to end")
    })?;
    Ok(lock)
}

/// Clears away what an install that was killed left behind.
fn sweep(data: &DataFolder) {
    for entry in fs_err::read_dir(data.staging()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING_PREFIX) {
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
}

/// The library's digest must be one that this program knows, or one that the user vouches for.
fn check_digest(library: &Extracted, typed: &EngineInstall) -> Result<Option<&'static Pinned>, Failure> {
    let known = pinned::by_digest(&library.sha256);
    if let Some(known) = known
        && (known.os, known.arch) != (std::env::consts::OS, std::env::consts::ARCH)
    {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        return Err(refuse(format!(
            "the library is for {} {}, and this machine is {os} {arch}",
            known.os, known.arch
        ))
        .hint(pinned::where_to_get_it()));
    }
    match &typed.sha256 {
        Some(wanted) if !wanted.eq_ignore_ascii_case(&library.sha256) => Err(refuse(format!(
            "the library `{}` has the SHA-256 {}, and {} was expected",
            library.name, library.sha256, wanted
        ))
        .hint("the file is damaged or another one; get it again")),
        Some(_) => Ok(known),
        None if known.is_some() || typed.allow_unpinned => Ok(known),
        None => Err(refuse(format!(
            "the library `{}` ({} bytes, SHA-256 {}) is not one that this program knows",
            library.name, library.size, library.sha256
        ))
        .hint(format!(
            "if you trust where it comes from, pass `--sha256 {}`; or {}",
            library.sha256,
            pinned::where_to_get_it()
        ))),
    }
}

/// Version and devices of the library, asked in a process of its own: a library runs code as it is loaded,
/// and one that crashes there must not take the install with it.
fn try_library(path: &Path) -> Result<(String, Vec<String>), Failure> {
    let asked = Command::new(env::current_exe()?)
        .args(["engine", "list", "--json", "--engine-library"])
        .arg(path)
        .stdin(Stdio::null())
        .output()?;
    let listed: Vec<Listed> = serde_json::from_slice(&asked.stdout).unwrap_or_default();
    let library = listed.into_iter().find(|engine| engine.name == "onnxruntime");
    let reason = match library {
        Some(Listed { version: Some(version), devices, .. }) => return Ok((version, devices)),
        Some(refused) => refused.why,
        None => format!("it ended the process that tried it ({})", asked.status),
    };
    Err(refuse(format!("the library does not work on this machine: {reason}"))
        .hint("it may be for another system, or need a newer one; `biowatch doctor` tells what this one is"))
}

fn check_version(known: Option<&Pinned>, version: &str) -> Result<(), Failure> {
    match known {
        Some(known) if known.version != version => Err(refuse(format!(
            "the library says it is version {version}, and {} was expected",
            known.version
        ))),
        _ => Ok(()),
    }
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let path = folder.join(MANIFEST);
    fs_err::write(&path, serde_json::to_vec_pretty(manifest)?)?;
    fs_err::File::open(&path)?.sync_all()?;
    Ok(())
}

/// Puts the staged folder in place. One of the same version makes room for it.
fn publish(staging: tempfile::TempDir, manifest: &Manifest, data: &DataFolder) -> Result<PathBuf, Failure> {
    let folder = engines::folder(data, &manifest.version);
    if folder.exists() {
        retire(&folder, data)?;
    }
    fs_err::rename(staging.path(), &folder)?;
    // The folder has moved away: there is nothing left to remove.
    let _ = staging.keep();
    Ok(folder)
}
