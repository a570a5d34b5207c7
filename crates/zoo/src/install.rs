//! From an address, archive or folder to a model in place.
//!
//! Everything is put together in `.staging/`: fetched, unpacked, held against what the catalogue and the archive say,
//! opened and tried by the caller's judge. The record is written last, then the folder is renamed. Cut off anywhere, there
//! is no model and the next install goes on with the download.
//!
//! Read first: [`install`].

use std::io;
use std::path::{Path, PathBuf};

use biowatch_contract::manifest::FileName;

use crate::address::Address;
use crate::cancel::Cancel;
use crate::catalogue::{Catalogue, Entry, Licence};
use crate::digest::Digest;
use crate::disk;
use crate::lock::{self, Lock};
use crate::network::Network;
use crate::place::Zoo;
use crate::progress::{Phase, Reporter};
use crate::publish;
use crate::record::{self, Record, RecordedFile};
use crate::reference::{ModelName, Reference};
use crate::shelf::{self, Owner, Shelved, State};
use crate::staging::Staging;
use crate::unpack::{Limits, UnpackedFile};

mod bring;
mod error;
mod expect;

pub use error::InstallError;

/// Bytes that must stay free beside what is installed.
const MARGIN: u64 = 64 << 20;

/// What is to be installed.
#[derive(Debug, Clone)]
pub struct Request {
    /// The model; none takes whatever `from` holds.
    pub model: Option<Reference>,
    /// Where to take it from instead of the catalogue's sources.
    pub from: Option<From>,
    /// How much may be unpacked.
    pub limits: Limits,
}

/// Where to take a model from.
#[derive(Debug, Clone)]
pub enum From {
    /// An archive, a bundle, a weights file or a folder on disk.
    Path(PathBuf),
    /// An archive, a bundle or a weights file.
    Address(Address),
}

/// What the judge says of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// Short name, as far as the files tell.
    pub id: String,
    /// Version, as far as the files tell.
    pub version: Option<String>,
    /// Name for people.
    pub title: Option<String>,
    /// Licence.
    pub licence: Option<String>,
    /// How to cite it.
    pub citation: Option<String>,
    /// What is wrong with it, a sentence each. None: it opens and can be used.
    pub problems: Vec<String>,
}

/// Opens the model in a folder and tries it. It should do so where a crash does no harm.
pub type Judge<'a> = &'a dyn Fn(&Path, &Cancel) -> io::Result<Verdict>;

/// What an install works with.
pub struct Tools<'a> {
    /// The data folder.
    pub zoo: &'a Zoo,
    /// What is known.
    pub catalogue: &'a Catalogue,
    /// The way out.
    pub network: &'a Network,
    /// Whether a model opens.
    pub judge: Judge<'a>,
    /// Who is told.
    pub reporter: &'a Reporter<'a>,
    /// Whether to stop.
    pub cancel: &'a Cancel,
}

/// How an install ended well.
#[derive(Debug, Clone)]
pub struct Done {
    /// The model.
    pub model: Shelved,
    /// Whether it was there before.
    pub already: bool,
}

/// Installs a model. Blocks; it may take hours. Asked to stop, it leaves nothing but a download to go on with.
pub fn install(request: &Request, tools: &Tools<'_>) -> Result<Done, InstallError> {
    let target = Target::find(request, tools)?;
    let mut lock = None;
    if let Some(name) = &target.name {
        lock = Some(take_lock(name, tools)?);
        if let Some(done) = there(name, request.from.is_none(), tools)? {
            bring::forget(&target, tools);
            return Ok(done);
        }
    }
    check_room(&target, tools)?;
    let staging = Staging::new(tools.zoo)?;
    let brought = bring::bring(&target, &staging, request.limits, tools)?;
    let mut claims = expect::claims(&brought)?;
    if let Some(entry) = target.entry {
        expect::check(&mut claims, entry)?;
    }
    let verdict = judge(&brought.folder, tools)?;
    let name = name_of(&target, &claims, &verdict)?;
    if target.entry.is_none()
        && let Some(entry) = tools.catalogue.exact(&name.id, &name.version)
    {
        expect::check(&mut claims, entry)?;
    }
    if lock.is_none() {
        lock = Some(take_lock(&name, tools)?);
        if let Some(done) = there(&name, false, tools)? {
            return Ok(done);
        }
    }
    tools.reporter.begin(Phase::Publish, name.to_string(), 0);
    let mut record = Record::now(name.clone(), brought.source.clone(), claims.files);
    record.archive_sha256 = brought.archive_sha256;
    describe(&mut record, claims.record, verdict, tools.catalogue.exact(&name.id, &name.version));
    record.write(&brought.folder)?;
    publish(&brought.folder, &name, &staging, tools)?;
    bring::forget(&target, tools);
    drop(lock);
    let model = shelf::own(tools.zoo, &name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    Ok(Done { model, already: false })
}

/// What a request means.
struct Target<'a> {
    /// What was typed.
    model: Option<&'a Reference>,
    from: Option<&'a From>,
    /// What is known of it.
    entry: Option<&'a Entry>,
    /// Its name, where that is known before anything is opened.
    name: Option<ModelName>,
}

impl<'a> Target<'a> {
    fn find(request: &'a Request, tools: &Tools<'a>) -> Result<Self, InstallError> {
        let (model, from) = (request.model.as_ref(), request.from.as_ref());
        let Some(reference) = model else {
            let from = from.ok_or(InstallError::Nothing)?;
            return Ok(Self { model, from: Some(from), entry: None, name: None });
        };
        // Without a version, the version is that of what is given.
        let exact = from.is_none() || reference.version.is_some();
        let entry = tools.catalogue.find(reference).filter(|_| exact);
        let version = entry.map(|entry| &entry.version).or(reference.version.as_ref());
        let name = version.and_then(|version| ModelName::new(&*reference.id, &**version).ok());
        if from.is_none() {
            let entry = entry.ok_or_else(|| InstallError::unknown(reference, tools.catalogue))?;
            if entry.sources.is_empty()
                && name.as_ref().is_none_or(|name| shelf::own(tools.zoo, name).is_none())
            {
                return Err(InstallError::NoSource(entry.name(), Box::new(entry.website.clone())));
            }
        }
        Ok(Self { model, from, entry, name })
    }
}

fn take_lock(name: &ModelName, tools: &Tools<'_>) -> Result<Lock, InstallError> {
    Ok(lock::wait(&tools.zoo.lock(name), &name.to_string(), tools.reporter, tools.cancel)?)
}

/// The model, if it is there already. A folder of ours that is not whole makes room later; one that we did not make is
/// left alone.
fn there(name: &ModelName, in_place: bool, tools: &Tools<'_>) -> Result<Option<Done>, InstallError> {
    if let Some(model) = shelf::own(tools.zoo, name) {
        match &model.state {
            State::Whole | State::InPlace => return Ok(Some(Done { model, already: true })),
            State::Unfinished(_) => return Err(InstallError::Foreign(model.folder)),
            State::Damaged(why) => {
                tools
                    .reporter
                    .note(format!("the {name} that is there is damaged ({why}) and will be replaced"));
            }
        }
    }
    if !in_place {
        return Ok(None);
    }
    let reference = Reference { id: name.id.clone(), version: Some(name.version.clone()) };
    let theirs = shelf::find(tools.zoo, &reference, |_| true).filter(|model| model.owner == Owner::Biowatch);
    let Some(model) = theirs else { return Ok(None) };
    match judge(&model.folder, tools) {
        Ok(_) => Ok(Some(Done { model, already: true })),
        Err(InstallError::Refused(problems)) => {
            let problem = problems.first().map(String::as_str).unwrap_or_default();
            tools.reporter.note(format!("the {name} of the Biowatch app does not open ({problem})"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn check_room(target: &Target<'_>, tools: &Tools<'_>) -> Result<(), InstallError> {
    let needed = match (target.from, target.entry) {
        (None, Some(entry)) => entry.bytes_on_disk().saturating_add(bring::still_to_fetch(entry, tools)),
        (_, Some(entry)) => entry.bytes_on_disk(),
        (Some(From::Path(path)), None) if path.is_file() => fs_err::metadata(path)?.len(),
        _ => 0,
    };
    let free = disk::free_bytes(tools.zoo.root());
    match free {
        Some(free) if free < needed.saturating_add(MARGIN) => {
            let folder = tools.zoo.root().to_owned();
            Err(InstallError::Room { needed: needed.saturating_add(MARGIN), free, folder })
        }
        _ => Ok(()),
    }
}

fn judge(folder: &Path, tools: &Tools<'_>) -> Result<Verdict, InstallError> {
    tools.reporter.begin(Phase::Check, "", 0);
    let verdict = (tools.judge)(folder, tools.cancel)?;
    if tools.cancel.asked() {
        return Err(InstallError::Cancelled);
    }
    if verdict.problems.is_empty() { Ok(verdict) } else { Err(InstallError::Refused(verdict.problems)) }
}

/// The model's name: as the catalogue says, else as its own record or its files say, which must be what was asked for.
fn name_of(
    target: &Target<'_>,
    claims: &expect::Claims,
    verdict: &Verdict,
) -> Result<ModelName, InstallError> {
    if let Some(entry) = target.entry {
        return Ok(entry.name());
    }
    let found = match &claims.record {
        Some(record) => record.name.clone(),
        None => {
            let asked = target.model.and_then(|model| model.version.clone());
            let version =
                verdict.version.clone().or(asked).ok_or(InstallError::NoVersion(verdict.id.clone()))?;
            ModelName::new(verdict.id.clone(), version)?
        }
    };
    let fits = target.model.is_none_or(|model| {
        model.id == found.id && model.version.as_ref().is_none_or(|version| *version == found.version)
    });
    match target.model {
        Some(model) if !fits => Err(InstallError::Other { wanted: model.to_string(), found }),
        _ => Ok(found),
    }
}

/// What people should know of it: from the catalogue, else from the record that came with it, else from its files.
fn describe(record: &mut Record, came: Option<Record>, verdict: Verdict, entry: Option<&Entry>) {
    let plain = |name| Licence { name, url: None, restricts: Vec::new(), note: None };
    let (title, licence, citation) = match (entry, came) {
        (Some(entry), _) => {
            (Some(entry.title.clone()), Some(entry.licence.clone()), Some(entry.citation.clone()))
        }
        (None, Some(came)) => (came.title, came.licence, came.citation),
        (None, None) => (verdict.title, verdict.licence.map(plain), verdict.citation),
    };
    (record.title, record.licence, record.citation) = (title, licence, citation);
}

/// Puts the staged folder in place. What is there and damaged moves into the staging folder, and goes with it.
fn publish(
    folder: &Path,
    name: &ModelName,
    staging: &Staging,
    tools: &Tools<'_>,
) -> Result<(), InstallError> {
    let place = tools.zoo.folder(name);
    let models = place.parent().unwrap_or(tools.zoo.root()).to_owned();
    fs_err::create_dir_all(&models)?;
    publish::sync_folder(folder)?;
    if place.exists() {
        publish::rename_folder(&place, &staging.path().join("retired"))?;
    }
    publish::rename_folder(folder, &place)?;
    publish::sync_folder(&models)?;
    publish::sync_folder(&tools.zoo.models())?;
    Ok(())
}

/// What was brought into the staging folder.
struct Brought {
    /// The model's folder in it.
    folder: PathBuf,
    files: Vec<UnpackedFile>,
    /// Address, file or folder, for the record.
    source: String,
    archive_sha256: Option<Digest>,
}

fn recorded(file: &UnpackedFile, pinned: bool) -> RecordedFile {
    RecordedFile { name: file.name.clone(), bytes: file.bytes, sha256: file.sha256, pinned }
}

/// Whether a file in a folder is the record that this program writes.
fn is_record(name: &FileName) -> bool {
    name.as_str() == record::FILE_NAME
}
