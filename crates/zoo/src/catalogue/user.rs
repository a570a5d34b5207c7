//! Catalogues that the user added: files in `catalogues/` of the data folder.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::entry::Entry;
use super::file::{MAX_BYTES, ParseCatalogueError, parse};
use super::{Catalogue, Origin};
use crate::place::Zoo;
use crate::publish;
use crate::reference::ModelName;

/// A catalogue of the user's own.
#[derive(Debug, Clone)]
pub struct UserCatalogue {
    /// Its name: that of the file in the data folder, without the ending.
    pub name: String,
    /// What it holds.
    pub entries: Vec<Entry>,
}

/// A file in `catalogues/` that is no catalogue any more.
#[derive(Debug, Error)]
#[error("the catalogue `{name}` is left out")]
pub struct BrokenCatalogue {
    /// Its name.
    pub name: String,
    /// Why.
    #[source]
    pub source: ReadError,
}

/// Why a catalogue cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is none.
    #[error(transparent)]
    Parse(#[from] ParseCatalogueError),
}

/// Why a catalogue is not added or removed.
#[derive(Debug, Error)]
pub enum AddCatalogueError {
    /// It is not one.
    #[error("it is no catalogue")]
    Parse(#[from] ParseCatalogueError),
    /// It would stand beside an entry that is known.
    #[error("{0} is known already ({1}), and no catalogue replaces an entry")]
    Known(ModelName, Origin),
    /// Not the name of a file.
    #[error("`{0}` cannot be the name of a catalogue: letters, digits, `-` and `_`, at most 64")]
    Name(String),
    /// Nothing to remove.
    #[error("there is no catalogue `{0}`")]
    Unknown(String),
    /// The system said no.
    #[error("it cannot be kept")]
    Io(#[from] io::Error),
}

impl Catalogue {
    /// Everything that is known in this data folder, and what had to be left out.
    pub fn load(zoo: &Zoo) -> (Self, Vec<BrokenCatalogue>) {
        let (mut good, mut broken) = (Vec::new(), Vec::new());
        for name in names(zoo) {
            match read(&path(zoo, &name)) {
                Ok(entries) => good.push(UserCatalogue { name, entries }),
                Err(source) => broken.push(BrokenCatalogue { name, source }),
            }
        }
        (Self::new(good), broken)
    }

    /// Keeps `bytes` under `name`, where a catalogue of that name is replaced. Gives what it holds.
    pub fn add(zoo: &Zoo, name: &str, bytes: &[u8]) -> Result<Vec<Entry>, AddCatalogueError> {
        if !is_name(name) {
            return Err(AddCatalogueError::Name(name.chars().take(80).collect()));
        }
        let entries = parse(bytes)?;
        let (known, _) = Self::load(zoo);
        let own = Origin::User(name.to_owned());
        for entry in &entries {
            let same = known.entries().find(|(known, origin)| known.name() == entry.name() && *origin != own);
            if let Some((_, origin)) = same {
                return Err(AddCatalogueError::Known(entry.name(), origin.clone()));
            }
        }
        fs_err::create_dir_all(zoo.catalogues())?;
        publish::write_whole(&path(zoo, name), bytes)?;
        Ok(entries)
    }

    /// Forgets the catalogue `name`.
    pub fn remove(zoo: &Zoo, name: &str) -> Result<(), AddCatalogueError> {
        if !names(zoo).iter().any(|known| known == name) {
            return Err(AddCatalogueError::Unknown(name.chars().take(80).collect()));
        }
        Ok(fs_err::remove_file(path(zoo, name))?)
    }
}

fn path(zoo: &Zoo, name: &str) -> PathBuf {
    zoo.catalogues().join(format!("{name}.json"))
}

fn names(zoo: &Zoo) -> Vec<String> {
    let entries = fs_err::read_dir(zoo.catalogues()).into_iter().flatten().flatten();
    let names =
        entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()));
    let mut names: Vec<_> = names.filter(|name| is_name(name)).collect();
    names.sort();
    names
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(letter)
}

fn read(path: &std::path::Path) -> Result<Vec<Entry>, ReadError> {
    let size = fs_err::metadata(path)?.len();
    if size > MAX_BYTES as u64 {
        return Err(ParseCatalogueError::TooLarge(usize::try_from(size).unwrap_or(usize::MAX)).into());
    }
    Ok(parse(&fs_err::read(path)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catalogues_are_kept_and_never_stand_before_another() {
        let root = tempfile::tempdir().unwrap();
        let zoo = Zoo::new(root.path());
        let text = include_str!("../../../../catalog/speciesnet-4.0.2a.json");
        let clash = Catalogue::add(&zoo, "mine", text.as_bytes()).unwrap_err().to_string();
        assert!(clash.contains("speciesnet:4.0.2a is known already (built in)"), "{clash}");
        let mine = text.replace(r#""version": "4.0.2a""#, r#""version": "9""#);
        for bad in ["", "../x", "a b", "a.b"] {
            assert!(matches!(Catalogue::add(&zoo, bad, mine.as_bytes()), Err(AddCatalogueError::Name(_))));
        }
        Catalogue::add(&zoo, "mine", mine.as_bytes()).unwrap();
        Catalogue::add(&zoo, "mine", mine.as_bytes()).unwrap();
        let again = Catalogue::add(&zoo, "other", mine.as_bytes()).unwrap_err().to_string();
        assert!(again.contains("catalogue `mine`"), "{again}");
        let find = |zoo| Catalogue::load(zoo).0.find(&"speciesnet".parse().unwrap()).unwrap().version.clone();
        assert_eq!(find(&zoo), "9");
        fs_err::write(zoo.catalogues().join("broken.json"), "{").unwrap();
        assert_eq!(Catalogue::load(&zoo).1.len(), 1);
        Catalogue::remove(&zoo, "broken").unwrap();
        Catalogue::remove(&zoo, "mine").unwrap();
        assert!(Catalogue::remove(&zoo, "mine").is_err());
        assert_eq!(find(&zoo), "4.0.2a");
    }
}
