//! The compression of GIF: codes of growing length, lowest bit first, in blocks of up to 255 bytes.

const MAX_CODE_BITS: u8 = 12;
const TABLE: usize = 1 << MAX_CODE_BITS;

/// At most `limit` colour indices; fewer where the data end, are damaged, or say so.
///
/// A block that is cut short is not used, and an empty one does not end the data: so it is in Pillow.
pub(super) fn indices(data: &[u8], code_bits: u8, limit: usize) -> Vec<u8> {
    let mut indices = Vec::new();
    if code_bits > MAX_CODE_BITS {
        return indices;
    }
    let mut codes = Codes { bytes: Blocks { data, left: 0 }, buffer: 0, filled: 0 };
    let clear = 1_usize << code_bits;
    let mut table = Table::new(clear);
    while indices.len() < limit {
        let Some(code) = codes.next(table.code_bits) else { break };
        if code == clear {
            table = table.cleared();
        } else if code == clear + 1 || table.append_string(code, &mut indices).is_none() {
            break;
        }
    }
    indices.truncate(limit);
    indices
}

/// The bytes of all complete blocks.
struct Blocks<'a> {
    data: &'a [u8],
    left: usize,
}

impl Iterator for Blocks<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while self.left == 0 {
            let (length, rest) = self.data.split_first()?;
            self.left = usize::from(*length);
            rest.get(..self.left)?;
            self.data = rest;
        }
        let (byte, rest) = self.data.split_first()?;
        self.left -= 1;
        self.data = rest;
        Some(*byte)
    }
}

struct Codes<'a> {
    bytes: Blocks<'a>,
    buffer: u32,
    filled: u8,
}

impl Codes<'_> {
    fn next(&mut self, bits: u8) -> Option<usize> {
        while self.filled < bits {
            self.buffer |= u32::from(self.bytes.next()?) << self.filled;
            self.filled += 8;
        }
        let code = self.buffer & ((1 << bits) - 1);
        self.buffer >>= bits;
        self.filled -= bits;
        Some(code as usize)
    }
}

/// The strings that codes stand for, each a shorter string and one index more.
struct Table {
    clear: usize,
    code_bits: u8,
    /// The code that the next string gets.
    next: usize,
    prefix: Vec<usize>,
    last: Vec<u8>,
    /// The code before this one, and the first index of its string.
    previous: Option<(usize, u8)>,
}

impl Table {
    fn new(clear: usize) -> Self {
        Self { clear, code_bits: 0, next: 0, prefix: vec![0; TABLE], last: vec![0; TABLE], previous: None }
            .cleared()
    }

    fn cleared(self) -> Self {
        let code_bits = self.clear.trailing_zeros() as u8 + 1;
        Self { code_bits, next: self.clear + 2, previous: None, ..self }
    }

    /// Appends what `code` stands for and learns a string; `None` for a code that stands for nothing yet.
    fn append_string(&mut self, code: usize, indices: &mut Vec<u8>) -> Option<()> {
        let Some((previous, previous_first)) = self.previous else {
            let index = u8::try_from(code).ok().filter(|_| code < self.clear)?;
            self.previous = Some((code, index));
            indices.push(index);
            return Some(());
        };
        if code > self.next {
            return None;
        }
        let start = indices.len();
        let mut rest = code;
        if code == self.next {
            indices.push(previous_first);
            rest = previous;
        }
        while rest >= self.clear {
            // No string is longer than the table; a longer one goes in circles.
            if indices.len() - start >= TABLE {
                indices.truncate(start);
                return None;
            }
            indices.push(*self.last.get(rest)?);
            rest = *self.prefix.get(rest)?;
        }
        let first = rest as u8;
        indices.push(first);
        indices.get_mut(start..)?.reverse();
        self.learn(previous, first);
        self.previous = Some((code, first));
        Some(())
    }

    fn learn(&mut self, previous: usize, first: u8) {
        if let (Some(prefix), Some(last)) = (self.prefix.get_mut(self.next), self.last.get_mut(self.next)) {
            (*prefix, *last) = (previous, first);
            if self.next == (1 << self.code_bits) - 1 && self.code_bits < MAX_CODE_BITS {
                self.code_bits += 1;
            }
            self.next += 1;
        }
    }
}
