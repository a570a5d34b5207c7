//! A set of ids that remembers a digest of each.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

/// Ids that were seen: sixteen bytes each, however long they are.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    seen: HashSet<[u8; 16]>,
}

impl Ids {
    /// Whether it is new.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        self.seen.insert(short(id))
    }

    /// Whether it was seen.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.seen.contains(&short(id))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }
}

fn short(id: &str) -> [u8; 16] {
    let digest = Sha256::digest(id.as_bytes());
    let mut short = [0; 16];
    short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    short
}
