//! What a run found, in a line: `9 blank, 5 chamois, 2 person`.

use std::collections::HashMap;

/// Labels that are counted one by one; the largest model knows some 4000.
const MOST_LABELS: usize = 10_000;
/// Labels that are shown.
const SHOWN: usize = 8;

/// How many rows settled on which label.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: HashMap<String, u64>,
    uncounted: u64,
}

impl Tally {
    /// Counts a row by its label.
    pub(crate) fn add(&mut self, label: &str) {
        if let Some(rows) = self.rows.get_mut(label) {
            *rows += 1;
        } else if self.rows.len() < MOST_LABELS {
            self.rows.insert(label.to_owned(), 1);
        } else {
            self.uncounted += 1;
        }
    }

    /// The commonest labels, the commonest first; nothing when no row was counted.
    pub(crate) fn describe(&self) -> Option<String> {
        let mut rows: Vec<_> = self.rows.iter().map(|(label, rows)| (short_name(label), *rows)).collect();
        rows.sort_by(|(a_name, a), (b_name, b)| b.cmp(a).then(a_name.cmp(b_name)));
        let mut parts: Vec<_> =
            rows.iter().take(SHOWN).map(|(name, rows)| format!("{rows} {name}")).collect();
        let rest = rows.iter().skip(SHOWN).map(|(_, rows)| rows).sum::<u64>() + self.uncounted;
        if rest > 0 {
            parts.push(format!("{rest} of {} other kinds", rows.len().saturating_sub(SHOWN)));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// The common name of a SpeciesNet label, or its lowest taxon where it has none; other labels as they are.
pub(crate) fn short_name(label: &str) -> String {
    let fields: Vec<_> = label.split(';').collect();
    let name = match *fields.as_slice() {
        [_, _, _, _, genus, species, ""] if !species.is_empty() => format!("{genus} {species}"),
        [_, ref taxa @ .., ""] if taxa.len() == 5 => {
            taxa.iter().rfind(|taxon| !taxon.is_empty()).map(|taxon| (*taxon).to_owned()).unwrap_or_default()
        }
        [_, _, _, _, _, _, common] => common.to_owned(),
        _ => String::new(),
    };
    if name.is_empty() { label.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(labels: &[&str]) -> Option<String> {
        let mut tally = Tally::default();
        labels.iter().for_each(|label| tally.add(label));
        tally.describe()
    }

    #[test]
    fn the_commonest_come_first() {
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["blank", "lynx", "lynx", "badger"]).unwrap(), "2 lynx, 1 badger, 1 blank");
        let many: Vec<_> = (0..12).map(|kind| format!("kind{kind:02}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).chain(["kind11", "kind11"]).collect();
        let text = told(&many).unwrap();
        assert!(text.starts_with("3 kind11, 1 kind00, ") && text.ends_with(", 4 of 4 other kinds"), "{text}");
    }

    #[test]
    fn labels_with_a_taxonomy_go_by_their_common_name() {
        let cases = [
            ("u;mammalia;carnivora;felidae;lynx;rufus;bobcat", "bobcat"),
            ("u;mammalia;carnivora;felidae;lynx;rufus;", "lynx rufus"),
            ("u;mammalia;carnivora;felidae;;;", "felidae"),
            ("u;;;;;;blank", "blank"),
            ("u;;;;;;", "u;;;;;;"),
            ("homo sapiens", "homo sapiens"),
            ("a;b", "a;b"),
        ];
        for (label, name) in cases {
            assert_eq!(short_name(label), name);
        }
    }
}
