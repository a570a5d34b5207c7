//! Lists of class names that come as a pickle of their own, as Manas's does.

use std::path::Path;

use thiserror::Error;

use crate::limits::Limits;
use crate::pickle::{Kind, OpenPickleError, Pickle, View};

/// Classes that are believed.
const MAX_CLASSES: usize = 100_000;

/// Why a file holds no class names.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum ClassNamesError {
    #[error("cannot read the class names {file}")]
    Pickle { file: String, source: OpenPickleError },
    #[error("{file}: expected a list of class names or a dict from 0, 1, 2, ... to them, found {found}")]
    Kind { file: String, found: String },
    #[error("{file}: expected a text as the name of class {index}, found {found}")]
    Name { file: String, index: usize, found: String },
    #[error("{file}: expected the numbers 0 to {last} once each as keys, found {found}")]
    Key { file: String, last: usize, found: String },
    #[error("{file}: {count} classes, expected from 1 to {MAX_CLASSES}")]
    Count { file: String, count: usize },
}

/// The names of classes by index, from a pickled list or a dict from index to name, whatever its order. Tuples, arrays
/// and everything else are refused, as Manas's own server refuses them. Nothing in the file is run.
pub fn class_names(path: &Path, limits: &Limits) -> Result<Vec<String>, ClassNamesError> {
    let file = path.display().to_string();
    match Pickle::open(path, limits) {
        Ok(pickle) => names(file, pickle.root()),
        Err(source) => Err(ClassNamesError::Pickle { file, source }),
    }
}

fn names(file: String, root: View<'_>) -> Result<Vec<String>, ClassNamesError> {
    let count = match root.kind() {
        Kind::List => root.items().len(),
        Kind::Dict => root.entries().count(),
        _ => return Err(ClassNamesError::Kind { file, found: root.describe() }),
    };
    if !(1..=MAX_CLASSES).contains(&count) {
        return Err(ClassNamesError::Count { file, count });
    }
    let mut views: Vec<Option<View<'_>>> = vec![None; count];
    if root.kind() == Kind::List {
        views = root.items().map(Some).collect();
    }
    for (key, name) in root.entries() {
        let slot = key.int().and_then(|key| views.get_mut(usize::try_from(key).ok()?));
        match slot.filter(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(name),
            None => {
                let found = key.int().map_or_else(|| key.describe(), |key| key.to_string());
                return Err(ClassNamesError::Key { file, last: count - 1, found });
            }
        }
    }
    let mut names = Vec::with_capacity(count);
    for (index, view) in views.into_iter().flatten().enumerate() {
        match view.text() {
            Some(name) => names.push(name.to_owned()),
            None => return Err(ClassNamesError::Name { file, index, found: view.describe() }),
        }
    }
    Ok(names)
}
