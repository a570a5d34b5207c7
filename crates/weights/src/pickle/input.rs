//! The pickle's bytes, taken from the front.

use super::PickleProblem;

#[derive(Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `count` bytes; the count may come straight from the file.
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], PickleProblem> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = usize::try_from(count).ok().and_then(|count| rest.get(..count));
        let taken = taken.ok_or(PickleProblem::Truncated { needed: count, left: rest.len() })?;
        self.at += taken.len();
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleProblem> {
        let taken = self.take(N as u64)?;
        let short = PickleProblem::Truncated { needed: N as u64, left: taken.len() };
        taken.first_chunk().copied().ok_or(short)
    }

    pub(super) fn u8(&mut self) -> Result<u8, PickleProblem> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, PickleProblem> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, PickleProblem> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, PickleProblem> {
        self.array().map(u64::from_le_bytes)
    }

    /// The bytes up to the next line feed, which is taken too. At most `limit` bytes are searched.
    pub(super) fn line(&mut self, limit: usize) -> Result<&'a [u8], PickleProblem> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let searched = rest.get(..limit.saturating_add(1)).unwrap_or(rest);
        let Some(end) = searched.iter().position(|&byte| byte == b'\n') else {
            return Err(match searched.len() < rest.len() {
                true => PickleProblem::TooMany { what: "bytes in a name", limit },
                false => PickleProblem::Truncated { needed: rest.len() as u64 + 1, left: rest.len() },
            });
        };
        let line = self.take(end as u64)?;
        self.at += 1;
        Ok(line)
    }
}
