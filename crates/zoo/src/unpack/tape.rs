//! tar archives.
//!
//! The crate `tar` finds the headers; the long names that it would read into memory whole, whatever their size, are read
//! here under a limit.

use std::io::{self, Read};

use tar::{Archive, Entry, EntryType};

use super::writer::Writer;
use super::{UnpackError, names};

/// Bytes of a long name or of a header of extras, at most.
const MOST_EXTRAS: u64 = 1 << 16;
/// Bytes that may follow the end of the archive: tape blocks are filled up.
const MOST_FILLING: u64 = 1 << 20;

/// Unpacks everything. `at` is called as it goes on.
pub(super) fn unpack(mut tape: impl Read, writer: &mut Writer<'_>, at: &dyn Fn()) -> Result<(), UnpackError> {
    let mut archive = Archive::new(&mut tape);
    let mut long_name: Option<Vec<u8>> = None;
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        writer.entry()?;
        let raw = long_name.clone().unwrap_or_else(|| entry.header().path_bytes().into_owned());
        let special = |what| UnpackError::Special { name: names::shown(&raw), what };
        match entry.header().entry_type() {
            EntryType::Regular => {
                let size = entry.header().entry_size()?;
                writer.file(&raw, size, &mut entry, &|_| at())?;
                long_name = None;
            }
            EntryType::Directory => {
                writer.folder(&raw)?;
                long_name = None;
            }
            EntryType::GNULongName => {
                let mut name = extras(&mut entry)?;
                name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                long_name = Some(name);
            }
            EntryType::XHeader => long_name = Some(path_of(&extras(&mut entry)?, raw)?).or(long_name),
            // Holds what is said of all files, such as the commit they were packed from.
            EntryType::XGlobalHeader => drop(path_of(&extras(&mut entry)?, raw)?),
            EntryType::Symlink | EntryType::Link | EntryType::GNULongLink => {
                return Err(UnpackError::Link(names::shown(&raw)));
            }
            EntryType::GNUSparse => return Err(special("a sparse file")),
            EntryType::Char | EntryType::Block => return Err(special("a device")),
            EntryType::Fifo => return Err(special("a pipe")),
            _ => return Err(special("something of a kind that is not known")),
        }
    }
    // Read to the end, so that a checksum over the whole is looked at.
    let filling = io::copy(&mut tape.by_ref().take(MOST_FILLING + 1), &mut io::sink())?;
    if filling > MOST_FILLING { Err(UnpackError::Bytes(MOST_FILLING)) } else { Ok(()) }
}

fn extras(entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, UnpackError> {
    let name = names::shown(&entry.header().path_bytes());
    if entry.header().entry_size()? > MOST_EXTRAS {
        return Err(UnpackError::Damaged { name, why: "its header is too long" });
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path that a header of extras gives, else `fallback`. Records are `LENGTH KEY=VALUE\n`.
fn path_of(extras: &[u8], fallback: Vec<u8>) -> Result<Vec<u8>, UnpackError> {
    let shown = names::shown(&fallback);
    let damaged = |why| UnpackError::Damaged { name: shown.clone(), why };
    let (mut rest, mut path) = (extras, fallback);
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').filter(|at| *at < 8);
        let length = space.and_then(|at| std::str::from_utf8(rest.get(..at)?).ok()?.parse::<usize>().ok());
        let record = length
            .and_then(|length| rest.get(space? + 1..length))
            .and_then(|record| record.strip_suffix(b"\n"));
        let (Some(length), Some(record)) = (length, record) else {
            return Err(damaged("its header is broken"));
        };
        let equals =
            record.iter().position(|byte| *byte == b'=').ok_or_else(|| damaged("its header is broken"))?;
        let (key, value) =
            (record.get(..equals).unwrap_or_default(), record.get(equals + 1..).unwrap_or_default());
        match key {
            b"path" => path = value.to_vec(),
            b"size" => return Err(damaged("its size stands in a header of extras (files above 8 GB)")),
            key if key.starts_with(b"GNU.sparse") => {
                return Err(UnpackError::Special { name: shown, what: "a sparse file" });
            }
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(path)
}
