//! What can be installed: the models this program knows, and those that the user's own catalogues add.

use std::fmt;

use crate::reference::{ModelName, Reference, version_key};

mod built_in;
mod entry;
mod file;
mod user;

pub use entry::{Entry, ExpectedFile, FileSource, Licence, Restriction, Source, Species, Thresholds};
pub use file::{ParseCatalogueError, parse};
pub use user::{AddCatalogueError, BrokenCatalogue, ReadError, UserCatalogue};

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of this program.
    BuiltIn,
    /// A catalogue that the user added, by its name.
    User(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::User(name) => write!(f, "catalogue `{name}`"),
        }
    }
}

/// Every entry that is known. Of two for the same model and version the built-in one stands, then the one of the
/// catalogue whose name comes first.
#[derive(Debug, Clone)]
pub struct Catalogue {
    entries: Vec<(Entry, Origin)>,
    hidden: Vec<(ModelName, Origin)>,
}

impl Catalogue {
    /// The entries that are part of this program, and those of `user`.
    pub fn new(user: Vec<UserCatalogue>) -> Self {
        let mut catalogue = Self { entries: Vec::new(), hidden: Vec::new() };
        for entry in built_in::entries() {
            catalogue.take(entry, Origin::BuiltIn);
        }
        for UserCatalogue { name, entries } in user {
            for entry in entries {
                catalogue.take(entry, Origin::User(name.clone()));
            }
        }
        catalogue.entries.sort_by_cached_key(|(entry, _)| (entry.id.clone(), version_key(&entry.version)));
        catalogue
    }

    fn take(&mut self, entry: Entry, origin: Origin) {
        if self.exact(&entry.id, &entry.version).is_some() {
            self.hidden.push((entry.name(), origin));
        } else {
            self.entries.push((entry, origin));
        }
    }

    /// Every entry, by model and then by version, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &(Entry, Origin)> {
        self.entries.iter()
    }

    /// Entries of the user's catalogues that another one stands before.
    pub fn hidden(&self) -> &[(ModelName, Origin)] {
        &self.hidden
    }

    /// The entry that `reference` means; without a version the newest of the model that may be meant so.
    pub fn find(&self, reference: &Reference) -> Option<&Entry> {
        match &reference.version {
            Some(version) => self.exact(&reference.id, version),
            None => {
                let meant = |entry: &&Entry| entry.id == reference.id && !entry.only_by_version;
                self.entries().map(|(entry, _)| entry).rfind(meant)
            }
        }
    }

    /// The entry of exactly this model and version.
    pub fn exact(&self, id: &str, version: &str) -> Option<&Entry> {
        self.entries().map(|(entry, _)| entry).find(|entry| entry.id == id && entry.version == version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_meant_and_the_built_in_entry_stands() {
        let entry = |version: &str, name: &str| {
            let mut entry = built_in::entries().into_iter().find(|entry| entry.version == "4.0.2a").unwrap();
            (entry.version, entry.title) = (version.to_owned(), name.to_owned());
            entry
        };
        let user = UserCatalogue {
            name: "mine".to_owned(),
            entries: vec![entry("4.0.2a", "another"), entry("4.0.10a", "newer"), entry("4.0.9a", "older")],
        };
        let catalogue = Catalogue::new(vec![user]);
        assert_eq!(catalogue.find(&"speciesnet".parse().unwrap()).unwrap().title, "newer");
        assert_eq!(catalogue.find(&"speciesnet:4.0.2a".parse().unwrap()).unwrap().title, "SpeciesNet");
        let hidden = (ModelName::new("speciesnet", "4.0.2a").unwrap(), Origin::User("mine".to_owned()));
        assert_eq!(catalogue.hidden(), [hidden]);
        assert!(catalogue.find(&"speciesnet:1".parse().unwrap()).is_none());
    }

    #[test]
    fn a_variant_is_meant_only_by_its_version() {
        let catalogue = Catalogue::new(Vec::new());
        let found = |reference: &str| catalogue.find(&reference.parse().unwrap()).unwrap().version.as_str();
        assert_eq!(found("speciesnet"), "4.0.2a");
        assert_eq!(found("speciesnet:4.0.2b"), "4.0.2b");
        assert_eq!(found("megadetector"), "6.0");
    }
}
