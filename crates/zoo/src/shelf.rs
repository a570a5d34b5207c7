//! The models that are there.

use std::path::{Path, PathBuf};

use crate::place::Zoo;
use crate::record::{ReadRecordError, Record};
use crate::reference::{ModelName, Reference, version_key};

mod biowatch;

/// Who installed a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This program, into `models/`.
    Zoo,
    /// The Biowatch app, into `model-zoo/`.
    Biowatch,
}

/// Whether a model can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Every file is there, with the size it had when it was installed.
    Whole,
    /// In `model-zoo/`, which has no record: nothing speaks against it.
    InPlace,
    /// Something is missing or has changed: what.
    Damaged(String),
    /// Its install has not come to an end: why.
    Unfinished(String),
}

/// A model that is there.
#[derive(Debug, Clone)]
pub struct Shelved {
    /// Model and version, as its folders are called.
    pub name: ModelName,
    /// Where it lies.
    pub folder: PathBuf,
    /// Who installed it.
    pub owner: Owner,
    /// Whether it can be used.
    pub state: State,
    /// How it came here; only of this program's own.
    pub record: Option<Record>,
}

impl Shelved {
    /// Whether it may be used.
    pub fn is_usable(&self) -> bool {
        matches!(self.state, State::Whole | State::InPlace)
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> u64 {
        self.record.as_ref().map_or_else(|| weigh(&self.folder, 3), Record::bytes)
    }
}

/// Every model that is there, by name, oldest version first; of two of one version this program's own comes first.
pub fn all(zoo: &Zoo) -> Vec<Shelved> {
    let ours = names(&zoo.models()).into_iter().filter_map(|name| own(zoo, &name));
    let states = biowatch::States::read(&zoo.biowatch_models());
    let theirs = names(&zoo.biowatch_models()).into_iter().map(|name| {
        let folder = zoo.biowatch_models().join(&name.id).join(&name.version);
        let state = states.of(&name);
        Shelved { name, folder, owner: Owner::Biowatch, state, record: None }
    });
    let mut models: Vec<_> = ours.chain(theirs).collect();
    models.sort_by_cached_key(|model| (model.name.id.clone(), version_key(&model.name.version)));
    models
}

/// The model that `reference` means among those that can be used and that `holds_model` takes by their folder: this
/// program's own before the Biowatch app's; without a version the newest.
pub fn find(zoo: &Zoo, reference: &Reference, holds_model: impl Fn(&Path) -> bool) -> Option<Shelved> {
    let mut usable = all(zoo).into_iter().filter(|model| {
        let version = reference.version.as_ref().is_none_or(|version| *version == model.name.version);
        model.name.id == reference.id && version && model.is_usable() && holds_model(&model.folder)
    });
    let first = usable.next()?;
    Some(usable.fold(first, |best, model| {
        let newer = version_key(&model.name.version) > version_key(&best.name.version);
        if newer { model } else { best }
    }))
}

/// What `models/` holds of this model, if there is a folder at all.
pub fn own(zoo: &Zoo, name: &ModelName) -> Option<Shelved> {
    let folder = zoo.folder(name);
    if !folder.is_dir() {
        return None;
    }
    let (state, record) = match Record::read(&folder) {
        Ok(record) if record.name != *name => {
            (State::Damaged(ReadRecordError::Other(record.name).to_string()), None)
        }
        Ok(record) => (record.glance(&folder).map_or(State::Whole, State::Damaged), Some(record)),
        Err(error @ ReadRecordError::Io(_)) => (State::Unfinished(error.to_string()), None),
        Err(error) => (State::Damaged(error.to_string()), None),
    };
    Some(Shelved { name: name.clone(), folder, owner: Owner::Zoo, state, record })
}

/// `<id>/<version>` folders below `root`.
fn names(root: &Path) -> Vec<ModelName> {
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    };
    // The Biowatch app keeps its downloads there.
    let models = folders(root).into_iter().filter(|id| id != "archives");
    models
        .flat_map(|id| {
            folders(&root.join(&id)).into_iter().filter_map(move |version| ModelName::new(&*id, version).ok())
        })
        .collect()
}

fn weigh(folder: &Path, depth: usize) -> u64 {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| {
        let data = entry.metadata().ok()?;
        Some(if data.is_dir() && depth > 0 { weigh(&entry.path(), depth - 1) } else { data.len() })
    });
    bytes.sum()
}

#[cfg(test)]
mod tests;
