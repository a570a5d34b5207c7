//! Finding a name by some letters of it.

use std::collections::HashMap;

use serde::Serialize;

use super::filter::Filter;
use super::reader::{ReadError, Reader, lock};
use super::taxa::{common_of, recent};

/// A name that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundSpecies {
    /// As it is to be stored.
    pub scientific_name: String,
    /// As shown beside it.
    pub common_name: Option<String>,
    /// `class` to `species`, where known.
    pub rank: Option<&'static str>,
    /// Whether it was seen in the study.
    pub in_study: bool,
    /// Whether a person gave it lately.
    pub recent: bool,
}

impl Reader {
    /// Names like `search`, the likeliest first: those of the study, those that people gave lately, and those that
    /// [`Reader::know`] was told. An empty search gives the recent ones, then the commonest of the study.
    pub fn find_species(&self, search: &str, limit: usize) -> Result<Vec<FoundSpecies>, ReadError> {
        let digest = self.digest()?;
        let recent = recent(self)?;
        let in_study = self.species_table(&Filter::default())?;
        let mut found: Vec<FoundSpecies> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut add = |name: &str, common: Option<&str>, rank, is_recent: bool, in_study: bool| {
            let at = *places.entry(name.to_owned()).or_insert_with(|| {
                found.push(FoundSpecies {
                    scientific_name: name.to_owned(),
                    common_name: None,
                    rank: None,
                    in_study: false,
                    recent: false,
                });
                found.len() - 1
            });
            let Some(known) = found.get_mut(at) else { return };
            known.recent |= is_recent;
            known.in_study |= in_study;
            known.rank = known.rank.or(rank);
            if known.common_name.is_none() {
                known.common_name = common.map(str::to_owned);
            }
        };
        for name in &recent {
            add(name, common_of(&digest, name), None, true, false);
        }
        for card in &in_study {
            add(&card.scientific_name, card.common_name.as_deref(), None, false, true);
        }
        for taxon in &lock(&self.taxonomy).given {
            add(&taxon.scientific_name, taxon.common_name.as_deref(), taxon.rank(), false, false);
        }
        let search = plain(search);
        let score = |one: &FoundSpecies| {
            let names = [Some(one.scientific_name.as_str()), one.common_name.as_deref()];
            let best =
                names.into_iter().flatten().map(|name| likeness(&search, &plain(name))).max().unwrap_or(0);
            if best == 0 { 0 } else { best + u32::from(one.in_study) * 30 + u32::from(one.recent) * 40 }
        };
        let mut scored: Vec<_> = found.into_iter().map(|one| (score(&one), one)).collect();
        scored.retain(|(score, _)| *score > 0);
        // Equals keep their order: recent ones, then the commonest.
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let mut found: Vec<_> = scored.into_iter().take(limit).map(|(_, one)| one).collect();
        for one in &mut found {
            one.rank = one.rank.or_else(|| self.taxon(&one.scientific_name)?.rank());
        }
        Ok(found)
    }
}

/// Lower case, only letters and digits, single spaces.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How like `name` is to `search`, both plain; 0: not at all.
fn likeness(search: &str, name: &str) -> u32 {
    if search.is_empty() {
        return 1;
    }
    if name == search {
        return 1_000;
    }
    // Among names that begin alike the shorter is likelier.
    let short = 100_u32.saturating_sub(u32::try_from(name.len()).unwrap_or(100));
    if name.starts_with(search) {
        return 800 + short;
    }
    if name.split(' ').any(|word| word.starts_with(search)) {
        return 600 + short;
    }
    if each_has_a_word(search, name, |part, word| word.starts_with(part)) {
        return 500 + short;
    }
    if name.contains(search) {
        return 300 + short;
    }
    let is_like = |part: &str, word: &str| {
        let slips = match part.chars().count() {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        word.starts_with(part) || slips > 0 && differ_by_at_most(part, word, slips)
    };
    if each_has_a_word(search, name, is_like) { 100 + short } else { 0 }
}

/// Whether each part of `search`, the longest first, finds a word of `name` for itself.
fn each_has_a_word(search: &str, name: &str, is_like: impl Fn(&str, &str) -> bool) -> bool {
    let mut parts: Vec<_> = search.split(' ').collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let mut words: Vec<_> = name.split(' ').collect();
    parts.into_iter().all(|part| {
        let found = words.iter().position(|word| is_like(part, word));
        found.map(|at| words.swap_remove(at)).is_some()
    })
}

/// Whether `part` becomes the beginning of `word` by so many slips: a letter too much, too few, another, or two swapped.
fn differ_by_at_most(part: &str, word: &str, slips: usize) -> bool {
    let (part, word): (Vec<char>, Vec<char>) = (part.chars().collect(), word.chars().take(64).collect());
    if part.len() > 64 {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (at, letter) in part.iter().enumerate() {
        let mut next = vec![at + 1];
        for (column, other) in word.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = cell(&row, column) + usize::from(letter != other);
            best = best.min(cell(&row, column + 1) + 1).min(cell(&next, column) + 1);
            let swapped = column > 0
                && at > 0
                && part.get(at - 1) == Some(other)
                && word.get(column - 1) == Some(letter);
            if swapped {
                best = best.min(cell(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.into_iter().min().is_some_and(|least| least <= slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_beginning_their_words_and_with_slips() {
        let best = |search: &str| {
            let names = [
                "vulpes vulpes",
                "red fox",
                "vulpes lagopus",
                "roe deer",
                "european hare",
                "lynx lynx",
                "red deer",
            ];
            let mut scored: Vec<_> =
                names.iter().map(|name| (likeness(&plain(search), name), *name)).collect();
            scored.retain(|(score, _)| *score > 0);
            scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            scored.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(best("Red-Fox"), ["red fox"]);
        assert_eq!(best("vulpes v"), ["vulpes vulpes"]);
        assert_eq!(best("deer"), ["roe deer", "red deer"]);
        assert_eq!(best("de re"), ["red deer"]);
        assert_eq!(best("vuples"), ["vulpes vulpes", "vulpes lagopus"]);
        assert_eq!(best("lnyx"), ["lynx lynx"]);
        assert_eq!(best("euroepan hare"), ["european hare"]);
        assert_eq!(best("zebra"), [""; 0]);
        assert_eq!(best("").len(), 7);
    }
}
