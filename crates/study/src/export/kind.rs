//! What an observation is of, in the words of Camtrap DP.

use super::records::Observation;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Animal,
    Human,
    Vehicle,
    Blank,
    /// Something that could not be told.
    Unknown,
    /// Nobody has looked yet.
    Unclassified,
}

impl Kind {
    /// Biowatch keeps most of it in the name: a type is only there for some rows.
    pub(crate) fn of(observation: &Observation) -> Self {
        Self::of_words(observation.scientific_name.as_deref(), observation.observation_type.as_deref())
    }

    /// The same from the stored name and type.
    pub(crate) fn of_words(name: Option<&str>, stored: Option<&str>) -> Self {
        let stored = stored.map(str::trim).unwrap_or_default();
        let name = name.map(|name| name.trim().to_lowercase());
        match (name.as_deref().unwrap_or_default(), stored) {
            ("homo sapiens" | "person" | "human", _) | (_, "human") => Self::Human,
            ("vehicle", _) | (_, "vehicle") => Self::Vehicle,
            ("blank" | "empty" | "vide", _) | ("", "" | "blank") => Self::Blank,
            ("", "animal" | "machine") => Self::Animal,
            ("", "unclassified") => Self::Unclassified,
            ("", _) => Self::Unknown,
            _ => Self::Animal,
        }
    }

    /// As Camtrap DP writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Animal => "animal",
            Self::Human => "human",
            Self::Vehicle => "vehicle",
            Self::Blank => "blank",
            Self::Unknown => "unknown",
            Self::Unclassified => "unclassified",
        }
    }

    /// Whether there is something to be seen.
    pub(crate) fn is_something(self) -> bool {
        matches!(self, Self::Animal | Self::Human | Self::Vehicle | Self::Unknown)
    }
}

/// A name as it is stored, for the eye: `vulpes vulpes` becomes `Vulpes vulpes`, `panthera_uncia` `Panthera uncia`.
/// `animal` stands for the whole kingdom.
pub(crate) fn taxon(stored: &str) -> String {
    let name = stored.trim().replace('_', " ");
    if name.eq_ignore_ascii_case("animal") {
        return "Animalia".to_owned();
    }
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_its_name_and_type_say() {
        for (name, stored, kind) in [
            (Some("vulpes vulpes"), None, Kind::Animal),
            (Some("person"), None, Kind::Human),
            (Some("Homo sapiens"), Some("animal"), Kind::Human),
            (Some("vehicle"), None, Kind::Vehicle),
            (None, Some("vehicle"), Kind::Vehicle),
            (None, None, Kind::Blank),
            (Some(" "), Some("blank"), Kind::Blank),
            (None, Some("machine"), Kind::Animal),
            (None, Some("unclassified"), Kind::Unclassified),
            (None, Some("something else"), Kind::Unknown),
        ] {
            let observation = Observation {
                scientific_name: name.map(str::to_owned),
                observation_type: stored.map(str::to_owned),
                ..Observation::default()
            };
            assert_eq!(Kind::of(&observation), kind, "{name:?} {stored:?}");
        }
        assert_eq!((taxon("panthera_uncia"), taxon("animal")), ("Panthera uncia".into(), "Animalia".into()));
    }
}
