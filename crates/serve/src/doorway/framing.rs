//! Where a request body ends.

/// The rest of a body, by the way its length was given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing is left.
    Empty,
    /// So many bytes.
    Length(u64),
    /// Chunks, as far as they were read.
    Chunked(Chunk),
}

/// Where in a chunked body the next byte stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the size line, whose digits say this so far.
    Size(u64),
    /// In an extension of the size line.
    Extension(u64),
    /// In the data, with so many bytes to go; their line break is counted in.
    Data(u64),
    /// At the start of a trailer line.
    TrailerStart,
    /// In a trailer line.
    Trailer,
    /// In the empty line that ends the body.
    End,
    /// Not chunks. Everything belongs to the body: hyper will refuse it.
    Nonsense,
}

impl Framing {
    /// A body sent in chunks, at its start.
    pub(super) fn chunked() -> Self {
        Self::Chunked(Chunk::Size(0))
    }

    /// Whether the body has ended.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Empty | Self::Length(0))
    }

    /// Steps over the part of `bytes` that belongs to the body and returns its length.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Empty => 0,
            Self::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= count as u64;
                count
            }
            Self::Chunked(chunk) => {
                let (count, over) = advance_chunks(chunk, bytes);
                if over {
                    *self = Self::Empty;
                }
                count
            }
        }
    }
}

fn advance_chunks(chunk: &mut Chunk, bytes: &[u8]) -> (usize, bool) {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if let Chunk::Data(left) = chunk {
            let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - at);
            at += count;
            *left -= count as u64;
            if *left == 0 {
                *chunk = Chunk::Size(0);
            }
            continue;
        }
        at += 1;
        match step(chunk, *byte) {
            Some(next) => *chunk = next,
            None => return (at, true),
        }
    }
    (at, false)
}

/// The place after `byte`; `None` after the last byte of the body.
fn step(chunk: &Chunk, byte: u8) -> Option<Chunk> {
    Some(match (chunk, byte) {
        (Chunk::Size(0) | Chunk::Extension(0), b'\n') => Chunk::TrailerStart,
        (Chunk::Size(size) | Chunk::Extension(size), b'\n') => Chunk::Data(size.saturating_add(2)),
        (Chunk::Size(size), b'\r' | b';' | b' ' | b'\t') => Chunk::Extension(*size),
        (Chunk::Size(size), digit) => match (char::from(digit).to_digit(16), size.checked_mul(16)) {
            (Some(digit), Some(size)) => Chunk::Size(size | u64::from(digit)),
            _ => Chunk::Nonsense,
        },
        (Chunk::Extension(size), _) => Chunk::Extension(*size),
        (Chunk::TrailerStart, b'\r') => Chunk::End,
        (Chunk::TrailerStart | Chunk::End, b'\n') => return None,
        (Chunk::Trailer, b'\n') => Chunk::TrailerStart,
        (Chunk::TrailerStart | Chunk::Trailer, _) => Chunk::Trailer,
        (Chunk::End | Chunk::Data(_) | Chunk::Nonsense, _) => Chunk::Nonsense,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length of the body at the start of `bytes`, fed in pieces of `piece` bytes; `None` when it goes on.
    fn length(mut framing: Framing, bytes: &[u8], piece: usize) -> Option<usize> {
        let mut at = 0;
        while !framing.is_over() {
            let end = bytes.len().min(at + piece);
            if at == end {
                return None;
            }
            at += framing.advance(&bytes[at..end]);
        }
        Some(at)
    }

    #[test]
    fn finds_the_end_however_the_bytes_are_split() {
        let whole: [&[u8]; 5] = [
            b"0\r\n\r\n",
            b"5\r\nhello\r\n0\r\n\r\n",
            b"A;x=y\r\n0123456789\r\n1\r\n\n\r\n0\r\nDone: yes\r\n\r\n",
            b"0005\r\n0\r\n\r\n\r\n0\r\n\r\n",
            b"1\n \r\n0\n\n",
        ];
        for body in whole {
            let bytes = [body, b"GET / HTTP/1.1\r\n\r\n"].concat();
            for piece in 1..bytes.len() {
                let found = length(Framing::chunked(), &bytes, piece);
                assert_eq!(found, Some(body.len()), "{:?} by {piece}", String::from_utf8_lossy(body));
            }
        }
        assert_eq!(length(Framing::Length(5), b"helloGET /", 3), Some(5));
    }

    #[test]
    fn what_is_not_chunks_never_ends() {
        for body in [&b"xyz\r\n\r\n"[..], b"fffffffffffffffff\r\n\r\n", b"5\r\nhello\r\n", b"0\r\n\rx\n\n"] {
            assert_eq!(length(Framing::chunked(), body, 4), None, "{:?}", String::from_utf8_lossy(body));
        }
    }
}
