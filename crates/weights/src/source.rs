//! Where a file's bytes lie: mapped from disk, or handed over in memory.

use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of one file. Mapping copies nothing: pages are read when they are touched.
#[derive(Debug)]
pub(crate) enum Source {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Source {
    /// Maps a regular file; anything else (a folder, a pipe) is an error.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = fs_err::File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if metadata.len() == 0 {
            return Ok(Self::Owned(Vec::new()));
        }
        map(file.file()).map(Self::Mapped)
    }
}

/// The only `unsafe` of this crate.
#[expect(unsafe_code, reason = "memmap2 cannot promise that nobody changes the file")]
fn map(file: &std::fs::File) -> io::Result<Mmap> {
    // SAFETY: the map is private and read-only, and it is only ever read as plain bytes: bounds are taken from its
    // length, and what must keep its meaning (the pickle, names, headers) is copied before it is checked. What
    // remains is another process writing to the file while it is mapped. Changed bytes would change weights, as
    // they would under `read`; a file cut short ends this process with SIGBUS. Model files are published by rename
    // and never written in place, so the file behind an open map stays whole.
    unsafe { Mmap::map(file) }
}

impl Deref for Source {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}
