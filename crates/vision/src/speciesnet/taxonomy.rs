//! The tree of taxa: which line stands for the genus, family, order, class of a label.

use std::collections::HashMap;

use super::label::{ANIMAL, BLANK, HUMAN, Label, Level, UNKNOWN, VEHICLE};

/// Lines of the taxonomy file by taxon (`class;order;family;genus;species`).
#[derive(Debug)]
pub struct Taxonomy {
    lines: HashMap<String, Label>,
}

impl Taxonomy {
    /// Of lines with one taxon the last wins. Blank, vehicle and unknown are no taxa; human and animal
    /// always are, whatever the file says.
    pub fn new(lines: impl IntoIterator<Item = Label>) -> Self {
        let keyed = |label: Label| (label.taxon().to_owned(), label);
        let mut lines: HashMap<_, _> = lines.into_iter().map(keyed).collect();
        for label in [&BLANK, &VEHICLE, &UNKNOWN] {
            lines.remove(label.taxon());
        }
        lines.extend([&HUMAN, &ANIMAL].map(|label| keyed(label.clone())));
        Self { lines }
    }

    /// The line that stands for `label` at `level`; `None` when the label does not reach down to it or
    /// the taxonomy has no such taxon. It may differ from the label's own line in uuid and common name.
    pub fn ancestor(&self, label: &Label, level: Level) -> Option<&Label> {
        self.lines.get(&label.ancestor_taxon(level)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(line: &str) -> Label {
        Label::parse(line).unwrap()
    }

    #[test]
    fn the_last_of_equal_taxa_wins() {
        let taxonomy = Taxonomy::new([
            label("old;aves;;;;;bird"),
            label("new;aves;;;;;birds"),
            label("x;reptilia;;;;;"),
        ]);
        let robin = label("u;aves;passeriformes;muscicapidae;erithacus;rubecula;robin");
        assert_eq!(taxonomy.ancestor(&robin, Level::Class).unwrap().as_str(), "new;aves;;;;;birds");
        assert_eq!(taxonomy.ancestor(&robin, Level::Order), None);
    }

    #[test]
    fn the_root_is_animal_and_human_is_known() {
        let taxonomy = Taxonomy::new([BLANK.clone(), VEHICLE.clone(), UNKNOWN.clone(), label("x;;;;;;root")]);
        assert_eq!(taxonomy.ancestor(&HUMAN, Level::Species), Some(&HUMAN));
        assert_eq!(taxonomy.ancestor(&HUMAN, Level::Kingdom), Some(&ANIMAL));
        assert_eq!(taxonomy.ancestor(&UNKNOWN, Level::Species), None);
        assert_eq!(taxonomy.ancestor(&UNKNOWN, Level::Kingdom), Some(&ANIMAL));
        assert_eq!(taxonomy.ancestor(&BLANK, Level::Kingdom), None);
    }
}
