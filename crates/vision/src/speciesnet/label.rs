//! One name the model knows: a line of the labels file or of the taxonomy.

use std::borrow::Cow;
use std::fmt;

/// Fields of a line: `uuid;class;order;family;genus;species;common name`.
pub const FIELDS: usize = 7;

/// A complete line, `uuid;class;order;family;genus;species;common name`, lower case. Higher taxa leave
/// the lower fields empty.
///
/// Two labels are equal when the whole lines are: five-field taxa are not unique (blank and vehicle share
/// one), and neither are common names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label(Cow<'static, str>);

/// No animal, nobody, no vehicle.
pub static BLANK: Label = Label::fixed("f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank");
/// Some animal: the root of the taxonomy.
pub static ANIMAL: Label = Label::fixed("1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal");
/// A person.
pub static HUMAN: Label =
    Label::fixed("990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human");
/// A vehicle.
pub static VEHICLE: Label = Label::fixed("e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle");
/// The ensemble could not settle on an answer.
pub static UNKNOWN: Label = Label::fixed(concat!(
    "f2efdae9-efb8-48fb-8a91-eccf79ab4ffb;",
    "no cv result;no cv result;no cv result;no cv result;no cv result;no cv result"
));

impl Label {
    const fn fixed(line: &'static str) -> Self {
        Self(Cow::Borrowed(line))
    }

    /// Takes `line` as it is; `None` unless it has exactly [`FIELDS`] fields.
    pub fn parse(line: &str) -> Option<Self> {
        (line.split(';').count() == FIELDS).then(|| Self(Cow::Owned(line.to_owned())))
    }

    /// The complete line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `class;order;family;genus;species`: what taxonomy and geofence are keyed by.
    pub fn taxon(&self) -> &str {
        let after_uuid = self.0.split_once(';').map_or("", |(_, rest)| rest);
        after_uuid.rsplit_once(';').map_or("", |(taxon, _)| taxon)
    }

    /// The taxon of this label's ancestor at `level`, in the form of [`Label::taxon`]. A label is its own
    /// ancestor at its own level. `None` when the label does not reach down to `level`; blank and vehicle
    /// have no ancestor at all.
    pub fn ancestor_taxon(&self, level: Level) -> Option<String> {
        let fields: Vec<&str> = self.taxon().split(';').collect();
        let filled = |index: usize| fields.get(index).is_some_and(|field| !field.is_empty());
        let kept = level.fields();
        let reaches = match kept.checked_sub(1) {
            Some(lowest) => filled(lowest),
            None => filled(0) || *self == ANIMAL,
        };
        let ancestor = fields.iter().enumerate().map(|(index, field)| if index < kept { field } else { "" });
        reaches.then(|| ancestor.collect::<Vec<_>>().join(";"))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A rank of the taxonomy, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All five fields.
    Species,
    /// Four fields.
    Genus,
    /// Three fields.
    Family,
    /// Two fields.
    Order,
    /// One field.
    Class,
    /// No field: every animal.
    Kingdom,
}

impl Level {
    /// How many fields of a taxon this rank fills.
    fn fields(self) -> usize {
        match self {
            Self::Species => 5,
            Self::Genus => 4,
            Self::Family => 3,
            Self::Order => 2,
            Self::Class => 1,
            Self::Kingdom => 0,
        }
    }

    /// The rank's name as `prediction_source` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Species => "species",
            Self::Genus => "genus",
            Self::Family => "family",
            Self::Order => "order",
            Self::Class => "class",
            Self::Kingdom => "kingdom",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_seven_fields() {
        assert!(Label::parse("u;mammalia;carnivora;felidae;panthera;leo;lion").is_some());
        assert!(Label::parse(";;;;;;").is_some());
        for line in ["", "lion", "u;mammalia;carnivora;felidae;panthera;leo", "u;a;b;c;d;e;f;g"] {
            assert_eq!(Label::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn ancestors_keep_the_upper_fields() {
        let lion = Label::parse("u;mammalia;carnivora;felidae;panthera;leo;lion").unwrap();
        let expected = [
            (Level::Species, "mammalia;carnivora;felidae;panthera;leo"),
            (Level::Genus, "mammalia;carnivora;felidae;panthera;"),
            (Level::Family, "mammalia;carnivora;felidae;;"),
            (Level::Order, "mammalia;carnivora;;;"),
            (Level::Class, "mammalia;;;;"),
            (Level::Kingdom, ";;;;"),
        ];
        for (level, taxon) in expected {
            assert_eq!(lion.ancestor_taxon(level).as_deref(), Some(taxon), "{level:?}");
        }
    }

    #[test]
    fn what_does_not_reach_down_has_no_ancestor_there() {
        let felidae = Label::parse("u;mammalia;carnivora;felidae;;;cat family").unwrap();
        assert_eq!(felidae.ancestor_taxon(Level::Genus), None);
        assert_eq!(felidae.ancestor_taxon(Level::Family).as_deref(), Some("mammalia;carnivora;felidae;;"));
        assert_eq!(ANIMAL.ancestor_taxon(Level::Class), None);
        assert_eq!(ANIMAL.ancestor_taxon(Level::Kingdom).as_deref(), Some(";;;;"));
        for level in [Level::Species, Level::Class, Level::Kingdom] {
            assert_eq!(BLANK.ancestor_taxon(level), None);
            assert_eq!(VEHICLE.ancestor_taxon(level), None);
        }
    }
}
