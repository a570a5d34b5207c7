//! Names of classes and the numbers that a file gives them.

use std::collections::HashMap;

/// A list that gives each name a number, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Names {
    /// Starts with names that have the numbers from 0.
    pub(crate) fn with(first: &[&str]) -> Self {
        let mut names = Self::default();
        for name in first {
            names.number(name);
        }
        names
    }

    /// Number of a name, new or known. There are as many as a study has classes.
    pub(crate) fn number(&mut self, name: &str) -> usize {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// Names in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.names.iter().map(String::as_str).enumerate()
    }
}

/// A class, as a model names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassName {
    /// For the eye: the common name where there is one.
    pub(crate) common: String,
    /// `genus species`, where known and not the same.
    pub(crate) scientific: Option<String>,
    /// Whether it is a SpeciesNet label of seven parts.
    pub(crate) is_label: bool,
}

impl ClassName {
    /// Reads `uuid;class;order;family;genus;species;common name`, or takes the text for the name.
    pub(crate) fn read(text: &str) -> Self {
        let parts: Vec<_> = text.split(';').map(str::trim).collect();
        let [_, _, _, _, genus, species, common] = parts.as_slice() else {
            return Self { common: text.trim().to_owned(), scientific: None, is_label: false };
        };
        let scientific = format!("{genus} {species}").trim().to_owned();
        let scientific = Some(scientific).filter(|name| !name.is_empty());
        let common = if common.is_empty() { scientific.as_deref().unwrap_or(text) } else { common };
        Self { common: common.to_owned(), scientific, is_label: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_taken_apart() {
        let fox = ClassName::read("u;mammalia;carnivora;canidae;vulpes;vulpes;red fox");
        assert_eq!((&*fox.common, fox.scientific.as_deref()), ("red fox", Some("vulpes vulpes")));
        let family = ClassName::read("u;mammalia;carnivora;canidae;;;canine family");
        assert_eq!((&*family.common, family.scientific), ("canine family", None));
        assert_eq!(ClassName::read(" fox ").common, "fox");
    }

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::with(&["empty"]);
        assert_eq!([names.number("fox"), names.number("empty"), names.number("fox")], [1, 0, 1]);
        assert_eq!(names.iter().last(), Some((1, "fox")));
    }
}
