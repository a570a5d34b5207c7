//! Local headers: where each entry's bytes start, and whether the header tells the directory's story.

use super::directory::{Record, slice};
use super::{Entry, Method, ZipError};

const LOCAL: u32 = 0x0403_4b50;
const LOCAL_BYTES: u64 = 30;
/// Flag: sizes and checksum follow the data, and the header may leave them 0.
const SIZES_FOLLOW: u16 = 0x0008;

/// Fills in where every entry starts. Entries may not overlap each other or the central directory.
pub(super) fn place_entries(
    file: &[u8],
    directory_start: u64,
    entries: &mut [Entry],
) -> Result<(), ZipError> {
    for entry in entries.iter_mut() {
        entry.start = data_start(file, directory_start, entry)?;
    }
    let mut by_place: Vec<&Entry> = entries.iter().collect();
    by_place.sort_by_key(|entry| entry.header);
    for (first, second) in by_place.iter().zip(by_place.iter().skip(1)) {
        if first.start + first.packed > second.header {
            let (first, second, at) = (first.name.clone(), second.name.clone(), second.header);
            return Err(ZipError::Overlap { first, second, at });
        }
    }
    Ok(())
}

fn data_start(file: &[u8], directory_start: u64, entry: &Entry) -> Result<usize, ZipError> {
    let at = entry.header as u64;
    let header = Record::at(file, at, LOCAL_BYTES, LOCAL, "local header")?;
    let name_bytes = u64::from(header.u16(26));
    let name = slice(file, at + LOCAL_BYTES, name_bytes, "local header's name")?;
    compare(header, name, entry)?;
    let start = at + LOCAL_BYTES + name_bytes + u64::from(header.u16(28));
    let needed = entry.packed as u64;
    if start.checked_add(needed).is_none_or(|end| end > directory_start) {
        return Err(ZipError::Truncated {
            record: "entry",
            at: start,
            needed,
            length: directory_start as usize,
        });
    }
    Ok(start as usize)
}

fn compare(header: Record<'_>, name: &[u8], entry: &Entry) -> Result<(), ZipError> {
    let disagree = |what, local: String, central: String| {
        Err(ZipError::HeadersDisagree { name: entry.name.clone(), what, local, central })
    };
    if name != entry.name.as_bytes() {
        return disagree(
            "name",
            format!("{:?}", name.escape_ascii().to_string()),
            format!("{:?}", entry.name),
        );
    }
    let method = match entry.method {
        Method::Stored => 0,
        Method::Deflated => 8,
    };
    if header.u16(8) != method {
        return disagree("method", header.u16(8).to_string(), method.to_string());
    }
    let sizes_follow = header.u16(6) & SIZES_FOLLOW != 0;
    let numbers = [
        ("checksum", header.u32(14), u64::from(entry.crc)),
        ("packed size", header.u32(18), entry.packed as u64),
        ("size", header.u32(22), entry.size as u64),
    ];
    for (what, local, central) in numbers {
        // All ones defers to the zip64 extra field.
        let silent = local == u32::MAX || (sizes_follow && local == 0);
        if !silent && u64::from(local) != central {
            return disagree(what, local.to_string(), central.to_string());
        }
    }
    Ok(())
}
