//! Rows of packed samples.

/// The samples of a row that packs several into a byte, the first in the highest bits; `depth` is 1, 2, 4 or 8.
pub(super) fn bits(row: &[u8], depth: u8) -> impl Iterator<Item = u8> {
    let per_byte = 8 / depth;
    let mask = u8::MAX >> (8 - depth);
    row.iter().flat_map(move |byte| (1..=per_byte).map(move |i| (byte >> (8 - i * depth)) & mask))
}

/// A grey level of `depth` bits (1, 2, 4 or 8) as eight.
pub(super) fn stretched(level: u8, depth: u8) -> u8 {
    level * (u8::MAX / (u8::MAX >> (8 - depth)))
}

/// Pillow's `I;16` to eight bits: not scaled, cut off at 255.
pub(super) fn clipped(level: u16) -> u8 {
    level.min(255) as u8
}
