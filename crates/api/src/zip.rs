//! A folder as a ZIP file, stored: what is large in an export is compressed already.

use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crc32fast::Hasher;

/// From here on a number stands in the larger fields.
const LARGE: u64 = 0xffff_ffff;
/// Folders inside folders.
const DEEPEST: usize = 16;

struct Entry {
    name: String,
    crc: u32,
    size: u64,
    offset: u64,
}

/// Writes everything below `folder` into `out`, below the folder's own name.
pub(crate) fn write(folder: &Path, out: &mut (impl Write + Seek)) -> io::Result<()> {
    let root = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut files = Vec::new();
    list(folder, &root, 0, &mut files)?;
    let mut entries = Vec::with_capacity(files.len());
    for (name, path) in files {
        entries.push(add(out, name, &path)?);
    }
    directory(out, &entries)
}

fn list(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<(String, std::path::PathBuf)>,
) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::other("the folder is nested too deeply"));
    }
    let mut entries: Vec<_> = fs_err::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &name, depth + 1, files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

/// The digest stands before the bytes: the file is read twice.
fn add(out: &mut (impl Write + Seek), name: String, path: &Path) -> io::Result<Entry> {
    let (mut hasher, mut size) = (Hasher::new(), 0);
    pieces(path, |piece| {
        hasher.update(piece);
        size += piece.len() as u64;
        Ok(())
    })?;
    let entry = Entry { name, crc: hasher.finalize(), size, offset: out.stream_position()? };
    let mut head = Vec::new();
    head.extend(0x0403_4b50_u32.to_le_bytes());
    common(&mut head, &entry, true);
    out.write_all(&head)?;
    let mut copied = 0;
    pieces(path, |piece| {
        copied += piece.len() as u64;
        out.write_all(piece)
    })?;
    if copied != entry.size {
        return Err(io::Error::other(format!("`{}` changed while it was read", path.display())));
    }
    Ok(entry)
}

fn pieces(path: &Path, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut file = fs_err::File::open(path)?;
    let mut piece = vec![0; 1 << 18];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            count => each(piece.get(..count).unwrap_or_default())?,
        }
    }
}

/// The fields that both heads share; sizes always stand in the larger fields of a local head that is large.
fn common(head: &mut Vec<u8>, entry: &Entry, is_local: bool) {
    let is_large = entry.size >= LARGE || !is_local && entry.offset >= LARGE;
    head.extend(if is_large { 45_u16 } else { 20 }.to_le_bytes());
    // Names are UTF-8.
    head.extend(0x0800_u16.to_le_bytes());
    // Stored; 1 January 1980.
    head.extend([0, 0, 0, 0, 0x21, 0]);
    head.extend(entry.crc.to_le_bytes());
    let size = if is_large { u32::MAX } else { u32::try_from(entry.size).unwrap_or(u32::MAX) };
    head.extend(size.to_le_bytes());
    head.extend(size.to_le_bytes());
    head.extend(u16::try_from(entry.name.len()).unwrap_or(u16::MAX).to_le_bytes());
    let mut extra = Vec::new();
    if is_large {
        let length: u16 = if is_local { 16 } else { 24 };
        extra.extend(1_u16.to_le_bytes());
        extra.extend(length.to_le_bytes());
        extra.extend(entry.size.to_le_bytes());
        extra.extend(entry.size.to_le_bytes());
        if !is_local {
            extra.extend(entry.offset.to_le_bytes());
        }
    }
    head.extend(u16::try_from(extra.len()).unwrap_or_default().to_le_bytes());
    if !is_local {
        // No comment, first disk, no attributes.
        head.extend([0; 10]);
        let offset = if is_large { u32::MAX } else { u32::try_from(entry.offset).unwrap_or(u32::MAX) };
        head.extend(offset.to_le_bytes());
    }
    head.extend(entry.name.as_bytes());
    head.extend(extra);
}

fn directory(out: &mut (impl Write + Seek), entries: &[Entry]) -> io::Result<()> {
    let begin = out.stream_position()?;
    for entry in entries {
        let mut head = Vec::new();
        head.extend(0x0201_4b50_u32.to_le_bytes());
        head.extend(45_u16.to_le_bytes());
        common(&mut head, entry, false);
        out.write_all(&head)?;
    }
    let end = out.stream_position()?;
    let (count, size) = (entries.len() as u64, end - begin);
    let mut tail = Vec::new();
    if count >= 0xffff || begin >= LARGE || size >= LARGE {
        tail.extend(0x0606_4b50_u32.to_le_bytes());
        tail.extend(44_u64.to_le_bytes());
        tail.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [count, count, size, begin] {
            tail.extend(number.to_le_bytes());
        }
        tail.extend(0x0706_4b50_u32.to_le_bytes());
        tail.extend(0_u32.to_le_bytes());
        tail.extend(end.to_le_bytes());
        tail.extend(1_u32.to_le_bytes());
    }
    tail.extend(0x0605_4b50_u32.to_le_bytes());
    tail.extend([0; 4]);
    for _ in 0..2 {
        tail.extend(u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
    }
    tail.extend(u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
    tail.extend(u32::try_from(begin).unwrap_or(u32::MAX).to_le_bytes());
    tail.extend([0; 2]);
    out.write_all(&tail)
}
