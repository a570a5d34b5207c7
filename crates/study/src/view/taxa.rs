//! The tree of life, as far as a study knows it.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::digest::Digest;
use super::filter::Filter;
use super::order::Sort;
use super::reader::{ReadError, Reader, lock};
use super::tally::sightings;
use crate::rows::named;
use crate::sql::{self, SqlError};

/// A name and where it stands in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxon {
    /// As stored: `vulpes vulpes`.
    pub scientific_name: String,
    /// As shown beside it.
    pub common_name: Option<String>,
    /// Class, order, family, genus, species epithet, as far as it goes.
    ranks: Vec<String>,
}

/// Words for the levels of a label.
const RANKS: [&str; 5] = ["class", "order", "family", "genus", "species"];

impl Taxon {
    /// Of a label `uuid;class;order;family;genus;species;common name`. None for what names nothing.
    pub fn of_label(label: &str) -> Option<Self> {
        let parts: Vec<_> = label.split(';').collect();
        let [_, ranks @ .., _] = parts.as_slice() else { return None };
        if ranks.len() != RANKS.len() {
            return None;
        }
        let (scientific, common_name) = named(label, "");
        let ranks = ranks.iter().map(|rank| rank.trim().to_lowercase()).take_while(|rank| !rank.is_empty());
        Some(Self { scientific_name: scientific?, common_name, ranks: ranks.collect() })
    }

    /// Of a name without a place in the tree.
    pub fn of_name(scientific_name: &str, common_name: Option<&str>) -> Self {
        let scientific_name = scientific_name.to_owned();
        Self { scientific_name, common_name: common_name.map(str::to_owned), ranks: Vec::new() }
    }

    /// `mammalia;carnivora;canidae;vulpes;vulpes`, as far as it goes; may be empty.
    pub fn lineage(&self) -> String {
        self.ranks.join(";")
    }

    /// `class`, `order`, `family`, `genus` or `species`.
    pub fn rank(&self) -> Option<&'static str> {
        RANKS.get(self.ranks.len().checked_sub(1)?).copied()
    }
}

/// What is known of names.
#[derive(Debug, Default)]
pub(super) struct Taxonomy {
    /// In the order in which they were given.
    pub(super) given: Vec<Taxon>,
    by_name: HashMap<String, Option<Taxon>>,
}

/// A taxon with how many media show it, and what is below it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxonNode {
    /// For people.
    pub name: String,
    /// `class`, `order`, `family`, `genus` or `species`; none for names without a place in the tree.
    pub rank: Option<&'static str>,
    /// The stored name that observations bear; none for a taxon that only stands above others.
    pub scientific_name: Option<String>,
    /// As shown beside the name.
    pub common_name: Option<String>,
    /// What [`Filter::species`] takes to mean it and all below.
    pub filter: String,
    /// Media with it or anything below.
    pub media: u64,
    /// The commonest first.
    pub children: Vec<TaxonNode>,
}

impl Reader {
    /// Tells the reader of names, mostly a model's labels: for lineages and for [`Reader::find_species`]. They replace those
    /// that were told before.
    pub fn know(&self, taxa: Vec<Taxon>) {
        {
            let mut taxonomy = lock(&self.taxonomy);
            let with_place = taxa.iter().filter(|taxon| !taxon.ranks.is_empty());
            taxonomy.by_name =
                with_place.map(|taxon| (taxon.scientific_name.clone(), Some(taxon.clone()))).collect();
            taxonomy.given = taxa;
        }
        self.forget_lists();
    }

    /// Where a stored name stands in the tree, by what was told or by what a model answered.
    pub(crate) fn taxon(&self, name: &str) -> Option<Taxon> {
        if let Some(known) = lock(&self.taxonomy).by_name.get(name) {
            return known.clone();
        }
        // A database that cannot answer now says so elsewhere; the name has no place meanwhile.
        let outputs = self
            .with(|study| Ok::<_, ReadError>(sql::view::names::outputs_of(study.database.reading(), name)?));
        let found = outputs.ok()?.iter().find_map(|raw| in_output(raw, name));
        lock(&self.taxonomy).by_name.insert(name.to_owned(), found.clone());
        found
    }

    /// What is meant, as a tree with the numbers of media.
    pub fn taxa(&self, filter: &Filter) -> Result<Vec<TaxonNode>, ReadError> {
        let digest = self.digest()?;
        let list = self.list(&digest, filter, Sort::Time)?;
        let matching = self.matching(filter, &digest);
        let mut tree = Tree::default();
        let paths: Vec<Vec<usize>> = digest
            .species
            .iter()
            .map(|one| tree.path(&one.name, self.taxon(&one.name), one.common.as_deref()))
            .collect();
        let mut last = None;
        let mut on_medium: Vec<usize> = Vec::new();
        sightings(&digest, &list, &matching, &mut |one| {
            if last != Some(one.item.rowid) {
                tree.count(&mut on_medium);
                last = Some(one.item.rowid);
            }
            on_medium.extend(paths.get(one.species as usize).into_iter().flatten());
        });
        tree.count(&mut on_medium);
        Ok(tree.nodes(None))
    }
}

/// The first label in a model's answer that is stored under that name.
fn in_output(raw: &str, name: &str) -> Option<Taxon> {
    let value: Value = serde_json::from_str(raw).ok()?;
    let mut waiting = vec![&value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(values) => waiting.extend(values),
            Value::Object(values) => waiting.extend(values.values()),
            Value::String(label) => {
                if let Some(taxon) = Taxon::of_label(label).filter(|taxon| taxon.scientific_name == name) {
                    return Some(taxon);
                }
            }
            _ => {}
        }
    }
    None
}

/// A tree that grows by paths.
#[derive(Debug, Default)]
struct Tree {
    nodes: Vec<(Option<usize>, TaxonNode)>,
    by_filter: HashMap<String, usize>,
}

impl Tree {
    /// Nodes from the root down to a name, which are made where they are not there.
    fn path(&mut self, name: &str, taxon: Option<Taxon>, common: Option<&str>) -> Vec<usize> {
        let ranks = taxon.map(|taxon| taxon.ranks).unwrap_or_default();
        let mut path: Vec<usize> = Vec::with_capacity(ranks.len());
        let mut lineage = String::new();
        for (rank, word) in ranks.iter().zip(RANKS) {
            if !lineage.is_empty() {
                lineage.push(';');
            }
            lineage.push_str(rank);
            // A lineage of one level is told from a name by what follows it.
            let filter = if lineage.contains(';') { lineage.clone() } else { format!("{lineage};") };
            let shown = if word == "species" { name.to_owned() } else { rank.clone() };
            path.push(self.node(path.last().copied(), filter, shown, Some(word)));
        }
        let last = match path.last() {
            Some(last) => *last,
            None => {
                let root = self.node(None, name.to_owned(), name.to_owned(), None);
                path.push(root);
                root
            }
        };
        if let Some((_, node)) = self.nodes.get_mut(last) {
            node.scientific_name = Some(name.to_owned());
            node.common_name = common.map(str::to_owned);
        }
        path
    }

    fn node(
        &mut self,
        parent: Option<usize>,
        filter: String,
        name: String,
        rank: Option<&'static str>,
    ) -> usize {
        if let Some(known) = self.by_filter.get(&filter) {
            return *known;
        }
        let node = TaxonNode {
            name,
            rank,
            scientific_name: None,
            common_name: None,
            filter: filter.clone(),
            media: 0,
            children: Vec::new(),
        };
        self.nodes.push((parent, node));
        self.by_filter.insert(filter, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Counts one medium for all nodes that are on it, each once.
    fn count(&mut self, on_medium: &mut Vec<usize>) {
        on_medium.sort_unstable();
        on_medium.dedup();
        for at in on_medium.drain(..) {
            if let Some((_, node)) = self.nodes.get_mut(at) {
                node.media += 1;
            }
        }
    }

    /// Children of a node that are on any medium. No lineage is deeper than its five ranks.
    fn nodes(&self, parent: Option<usize>) -> Vec<TaxonNode> {
        let here = (0..).zip(&self.nodes).filter(|(_, (above, node))| *above == parent && node.media > 0);
        let mut nodes: Vec<_> = here
            .map(|(at, (_, node))| TaxonNode { children: self.nodes(Some(at)), ..node.clone() })
            .collect();
        nodes.sort_by(|one, other| other.media.cmp(&one.media).then_with(|| one.name.cmp(&other.name)));
        nodes
    }
}

/// Names that people gave lately, each once, the latest first.
pub(super) fn recent(reader: &Reader) -> Result<Vec<String>, ReadError> {
    let names = reader.with(|study| {
        sql::view::names::recent(study.database.reading()).map_err(|error: SqlError| ReadError::from(error))
    })?;
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    Ok(once)
}

/// The common name that a digest knows for a name.
pub(super) fn common_of<'a>(digest: &'a Digest, name: &str) -> Option<&'a str> {
    digest.species.iter().find(|one| *one.name == *name).and_then(|one| one.common.as_deref())
}
