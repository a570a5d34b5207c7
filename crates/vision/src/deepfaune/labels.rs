//! The classes of each release: every older list is the newest one without what came later.

use super::Version;

/// Classes of the bird head, in its order.
pub const BIRDS: [&str; 8] =
    ["anseriform", "otherbird", "columbiform", "corvid", "galliform", "passerine", "piciform", "raptor"];

/// English names in the order of the newest release, and the release that brought each.
const LABELS: [(&str, Version); 40] = [
    ("bison", Version::V1_3),
    ("badger", Version::V1_3),
    ("ibex", Version::V1_3),
    ("beaver", Version::V1_3),
    ("red deer", Version::V1_3),
    ("golden jackal", Version::V1_4),
    ("chamois", Version::V1_3),
    ("cat", Version::V1_3),
    ("goat", Version::V1_3),
    ("roe deer", Version::V1_3),
    ("dog", Version::V1_3),
    ("raccoon dog", Version::V1_4),
    ("fallow deer", Version::V1_3),
    ("squirrel", Version::V1_3),
    ("moose", Version::V1_3),
    ("equid", Version::V1_3),
    ("genet", Version::V1_3),
    ("wolverine", Version::V1_3),
    ("hedgehog", Version::V1_3),
    ("lagomorph", Version::V1_3),
    ("wolf", Version::V1_3),
    ("otter", Version::V1_3),
    ("lynx", Version::V1_3),
    ("mongoose", Version::V1_5),
    ("marmot", Version::V1_3),
    ("micromammal", Version::V1_3),
    ("mouflon", Version::V1_3),
    ("sheep", Version::V1_3),
    ("mustelid", Version::V1_3),
    ("bird", Version::V1_3),
    ("bear", Version::V1_3),
    ("porcupine", Version::V1_4),
    ("nutria", Version::V1_3),
    ("muskrat", Version::V1_4),
    ("raccoon", Version::V1_3),
    ("fox", Version::V1_3),
    ("arctic fox", Version::V1_5),
    ("reindeer", Version::V1_3),
    ("wild boar", Version::V1_3),
    ("cow", Version::V1_3),
];

pub(super) fn of(version: Version) -> impl Iterator<Item = &'static str> {
    LABELS.into_iter().filter(move |(_, since)| *since <= version).map(|(label, _)| label)
}
