//! Filtered and interlaced rows to packed rows.

use super::super::inflate;
use super::Header;

/// Adam7: first column, first row, and the steps to the next ones, for each pass.
const PASSES: [[usize; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/// What could be read of the picture.
pub(super) struct Unpacked {
    /// All rows, packed as the header says, zero where nothing could be read.
    pub rows: Vec<u8>,
    /// Whether every row could be read.
    pub complete: bool,
}

/// `None` without a single row.
pub(super) fn unpacked(header: &Header, stream: &[u8]) -> Option<Unpacked> {
    if header.interlaced { interlaced(header, stream) } else { sequential(header, stream) }
}

fn sequential(header: &Header, stream: &[u8]) -> Option<Unpacked> {
    let row_bytes = header.row_bytes();
    let mut filtered = inflate::zlib(stream, (row_bytes + 1) * header.height);
    let mut packed = Vec::with_capacity(row_bytes * header.height);
    unfilter(&mut filtered, row_bytes, header, |_, row| packed.extend_from_slice(row));
    if packed.is_empty() {
        return None;
    }
    let complete = packed.len() == row_bytes * header.height;
    packed.resize(row_bytes * header.height, 0);
    Some(Unpacked { rows: packed, complete })
}

fn interlaced(header: &Header, stream: &[u8]) -> Option<Unpacked> {
    let bits = header.bits_per_pixel();
    let pass_size = |[x, y, dx, dy]: [usize; 4]| {
        let columns = header.width.saturating_sub(x).div_ceil(dx);
        let rows = header.height.saturating_sub(y).div_ceil(dy);
        if columns == 0 { (0, 0) } else { ((columns * bits).div_ceil(8), rows) }
    };
    let total: usize = PASSES.map(pass_size).iter().map(|(row_bytes, rows)| (row_bytes + 1) * rows).sum();
    let mut filtered = inflate::zlib(stream, total);
    let mut rest = filtered.as_mut_slice();
    let mut packed = vec![0; header.row_bytes() * header.height];
    let (mut any, mut all) = (false, true);
    for pass in PASSES {
        let (row_bytes, rows) = pass_size(pass);
        let (these, others) = rest.split_at_mut(rest.len().min((row_bytes + 1) * rows));
        rest = others;
        let [x, y, dx, dy] = pass;
        let complete = unfilter(these, row_bytes, header, |index, row| {
            any = true;
            let start = (y + index * dy) * header.row_bytes();
            if let Some(target) = packed.get_mut(start..start + header.row_bytes()) {
                spread(row, target, bits, (x..header.width).step_by(dx));
            }
        });
        if complete < rows {
            all = false;
            break;
        }
    }
    any.then_some(Unpacked { rows: packed, complete: all })
}

/// Puts the pixels of a pass's row to their columns of the picture's row.
fn spread(row: &[u8], target: &mut [u8], bits: usize, columns: impl Iterator<Item = usize>) {
    if bits >= 8 {
        let size = bits / 8;
        for (pixel, column) in row.chunks_exact(size).zip(columns) {
            if let Some(target) = target.get_mut(column * size..(column + 1) * size) {
                target.copy_from_slice(pixel);
            }
        }
        return;
    }
    for (pixel, column) in super::unpack::bits(row, bits as u8).zip(columns) {
        let (byte, shift) = (column * bits / 8, 8 - bits - column * bits % 8);
        if let Some(target) = target.get_mut(byte) {
            *target |= pixel << shift;
        }
    }
}

/// Undoes the filters row by row, hands each row over with its number, and returns how many were complete and
/// had a filter that exists.
fn unfilter(
    filtered: &mut [u8],
    row_bytes: usize,
    header: &Header,
    mut hand_over: impl FnMut(usize, &[u8]),
) -> usize {
    let step = header.bits_per_pixel().div_ceil(8);
    let mut previous = vec![0; row_bytes];
    for (index, row) in filtered.chunks_exact_mut(row_bytes + 1).enumerate() {
        let Some((filter, row)) = row.split_first_mut() else { return index };
        let known = match filter {
            0 => true,
            1 => undo(row, &previous, step, |left, _, _| left),
            2 => undo(row, &previous, step, |_, above, _| above),
            3 => {
                undo(row, &previous, step, |left, above, _| ((u16::from(left) + u16::from(above)) / 2) as u8)
            }
            4 => undo(row, &previous, step, paeth),
            _ => false,
        };
        if !known {
            return index;
        }
        hand_over(index, row);
        previous.copy_from_slice(row);
    }
    filtered.len() / (row_bytes + 1)
}

/// Adds to each byte what `predict` makes of the bytes to the left, above, and above to the left.
fn undo(row: &mut [u8], previous: &[u8], step: usize, predict: impl Fn(u8, u8, u8) -> u8) -> bool {
    let mut left = [0; 8];
    let mut above_left = [0; 8];
    for (pixel, above) in row.chunks_mut(step).zip(previous.chunks(step)) {
        let context = left.iter_mut().zip(&mut above_left);
        for ((byte, above), (left, above_left)) in pixel.iter_mut().zip(above).zip(context) {
            *byte = byte.wrapping_add(predict(*left, *above, *above_left));
            (*left, *above_left) = (*byte, *above);
        }
    }
    true
}

/// Whichever neighbour is nearest to left + above - above left; ties in that order.
fn paeth(left: u8, above: u8, above_left: u8) -> u8 {
    let [a, b, c] = [left, above, above_left].map(i16::from);
    let (pa, pb, pc) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if pa <= pb && pa <= pc {
        left
    } else if pb <= pc {
        above
    } else {
        above_left
    }
}
