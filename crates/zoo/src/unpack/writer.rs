//! Where everything that comes out of an archive or folder goes through.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::Path;
use std::rc::Rc;

use biowatch_contract::manifest::FileName;

use super::names;
use super::{Limits, UnpackError, UnpackedFile};
use crate::cancel::Cancel;
use crate::digest::Hasher;
use crate::progress::Reporter;
use crate::publish;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// Writes files below one folder, and keeps count.
pub(super) struct Writer<'a> {
    into: &'a Path,
    limits: Limits,
    cancel: &'a Cancel,
    /// What is there, by names in lower case, and as it was written first.
    seen: HashMap<String, (Kind, String)>,
    files: Vec<UnpackedFile>,
    entries: usize,
    bytes: u64,
    litter: usize,
    packed: Option<Rc<Cell<u64>>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(into: &'a Path, limits: Limits, cancel: &'a Cancel) -> Self {
        Self {
            into,
            limits,
            cancel,
            seen: HashMap::new(),
            files: Vec::new(),
            entries: 0,
            bytes: 0,
            litter: 0,
            packed: None,
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// From now on `packed` counts the bytes that were read for what is written.
    pub(super) fn packed_into(&mut self, packed: &Rc<Cell<u64>>) {
        self.packed = Some(Rc::clone(packed));
    }

    /// One more thing in the archive, of whatever kind.
    pub(super) fn entry(&mut self) -> Result<(), UnpackError> {
        self.entries += 1;
        if self.cancel.asked() {
            return Err(UnpackError::Cancelled);
        }
        if self.entries > self.limits.entries {
            Err(UnpackError::Entries(self.limits.entries))
        } else {
            Ok(())
        }
    }

    pub(super) fn folder(&mut self, raw: &[u8]) -> Result<(), UnpackError> {
        let Some(name) = names::plain(raw, self.limits.depth)? else { return Ok(()) };
        if names::is_litter(&name) {
            return Ok(());
        }
        self.folders(name.as_str())
    }

    /// Makes the folder `name` and those it lies in.
    fn folders(&mut self, name: &str) -> Result<(), UnpackError> {
        for (end, _) in name.match_indices('/').chain([(name.len(), "")]) {
            let part = name.get(..end).unwrap_or(name);
            let known = self.seen.entry(part.to_lowercase()).or_insert((Kind::Folder, part.to_owned()));
            if *known != (Kind::Folder, part.to_owned()) {
                return Err(UnpackError::Twice(part.to_owned()));
            }
        }
        fs_err::create_dir_all(self.into.join(name))?;
        Ok(())
    }

    /// Writes a file that should have `expected` bytes. Gives its checksum as zip files have it.
    pub(super) fn file(
        &mut self,
        raw: &[u8],
        expected: u64,
        content: &mut dyn Read,
        at: &dyn Fn(u64),
    ) -> Result<u32, UnpackError> {
        let name =
            names::plain(raw, self.limits.depth)?.ok_or_else(|| UnpackError::Name(names::shown(raw)))?;
        if self.bytes.saturating_add(expected) > self.limits.bytes {
            return Err(UnpackError::Bytes(self.limits.bytes));
        }
        if names::is_litter(&name) {
            self.litter += 1;
            return self.copy(&name, expected, content, None, at);
        }
        if let Some((folder, _)) = name.as_str().rsplit_once('/') {
            self.folders(folder)?;
        }
        if self.seen.insert(name.as_str().to_lowercase(), (Kind::File, name.as_str().to_owned())).is_some() {
            return Err(UnpackError::Twice(name.as_str().to_owned()));
        }
        let (mut file, _) = fs_err::File::create_new(self.into.join(name.as_str()))?.into_parts();
        let checksum = self.copy(&name, expected, content, Some(&mut file), at)?;
        file.sync_all()?;
        Ok(checksum)
    }

    fn copy(
        &mut self,
        name: &FileName,
        expected: u64,
        content: &mut dyn Read,
        mut file: Option<&mut std::fs::File>,
        at: &dyn Fn(u64),
    ) -> Result<u32, UnpackError> {
        let (mut digest, mut checksum, mut size) = (Hasher::default(), flate2::Crc::new(), 0_u64);
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = content.read(&mut buffer)?;
            let Some(bytes @ [_, ..]) = buffer.get(..count) else { break };
            size += bytes.len() as u64;
            self.bytes += bytes.len() as u64;
            self.check_bytes()?;
            digest.update(bytes);
            checksum.update(bytes);
            if let Some(file) = &mut file {
                file.write_all(bytes)?;
            }
            at(self.bytes);
        }
        if size != expected {
            let why = "it has another size than the archive says";
            return Err(UnpackError::Damaged { name: name.as_str().to_owned(), why });
        }
        if file.is_some() {
            self.files.push(UnpackedFile { name: name.clone(), bytes: size, sha256: digest.finish() });
        }
        Ok(checksum.sum())
    }

    fn check_bytes(&self) -> Result<(), UnpackError> {
        if self.cancel.asked() {
            return Err(UnpackError::Cancelled);
        }
        if self.bytes > self.limits.bytes {
            return Err(UnpackError::Bytes(self.limits.bytes));
        }
        let packed = self.packed.as_ref().map(|packed| packed.get());
        let bomb = packed.is_some_and(|packed| self.bytes / self.limits.ratio > packed);
        if bomb && self.bytes > self.limits.ratio_from {
            Err(UnpackError::Ratio(self.limits.ratio))
        } else {
            Ok(())
        }
    }

    /// What was written. Folders last through a power cut from here on.
    pub(super) fn finish(self, reporter: &Reporter<'_>) -> Result<Vec<UnpackedFile>, UnpackError> {
        if self.litter > 0 {
            reporter.note(format!("{} files that file managers leave behind were left out", self.litter));
        }
        for (kind, name) in self.seen.values() {
            if *kind == Kind::Folder {
                publish::sync_folder(&self.into.join(name))?;
            }
        }
        publish::sync_folder(self.into)?;
        if self.files.is_empty() { Err(UnpackError::Empty) } else { Ok(self.files) }
    }
}
