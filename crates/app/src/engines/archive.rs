//! Takes the one library file out of whatever people download: wheel, npm package, release archive.
//!
//! Only the last part of an entry's name is looked at and the file is written where the caller says, so no
//! name in an archive can reach outside. Links are not followed, because they are not read.

use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use biowatch_zoo::unpack::zip::{self, Kind, ZipError};
use flate2::Crc;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// How much an archive may make us read and write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Largest library, in bytes. ONNX Runtime's are 20 to 50 MB.
    pub(crate) library: u64,
    /// Most bytes a tar archive may unpack to before the library is found.
    pub(crate) unpacked: u64,
    /// Most entries of a tar archive.
    pub(crate) entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { library: 1 << 30, unpacked: 4 << 30, entries: 50_000 }
    }
}

/// Why no library could be taken out.
#[derive(Debug, Error)]
pub(crate) enum ExtractError {
    /// The system said no.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// A zip file of another kind.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// Neither archive nor library.
    #[error("it is neither a zip file (.whl, .zip), nor a gzip archive (.tgz), nor a shared library")]
    UnknownKind,
    /// An archive of something else.
    #[error("there is no ONNX Runtime library for {os} {arch} in it")]
    NoLibrary {
        /// This machine's system.
        os: &'static str,
        /// This machine's processor.
        arch: &'static str,
    },
    /// Over a limit.
    #[error("it unpacks to more than {0} {1}")]
    TooLarge(u64, &'static str),
    /// Damaged.
    #[error("the library in it is damaged: {0}")]
    Damaged(&'static str),
}

/// A library taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extracted {
    /// Its file name, without folders.
    pub(crate) name: String,
    /// Lower-case hexadecimal digest of its content.
    pub(crate) sha256: String,
    /// Bytes.
    pub(crate) size: u64,
}

/// Writes the library in `archive` to `folder`, under its own file name.
pub(crate) fn extract(archive: &Path, folder: &Path, limits: Limits) -> Result<Extracted, ExtractError> {
    let mut file = BufReader::new(fs_err::File::open(archive)?);
    let mut magic = [0; 4];
    let known = file.read_exact(&mut magic).is_ok();
    file.rewind()?;
    match magic {
        _ if !known => Err(ExtractError::UnknownKind),
        [b'P', b'K', ..] => from_zip(&mut file, folder, limits),
        [0x1f, 0x8b, ..] => from_tar(GzDecoder::new(file), folder, limits),
        [0x7f, b'E', b'L', b'F'] | [0xcf, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe] | [b'M', b'Z', ..] => {
            let name = archive.file_name().and_then(|name| name.to_str());
            let name = name.filter(|name| is_library(name)).unwrap_or(DEFAULT_NAME);
            save(&mut file, name, folder, limits, None)
        }
        _ => Err(ExtractError::UnknownKind),
    }
}

fn from_zip(file: &mut (impl Read + Seek), folder: &Path, limits: Limits) -> Result<Extracted, ExtractError> {
    let entries = zip::entries(file)?;
    let name = |entry: &zip::Entry| String::from_utf8_lossy(&entry.name).into_owned();
    let is_library = |entry: &&zip::Entry| entry.kind == Kind::File && is_library_path(&name(entry));
    let library = entries.iter().find(is_library).ok_or_else(no_library)?;
    if library.size > limits.library {
        return Err(ExtractError::TooLarge(limits.library, "bytes"));
    }
    let mut content = zip::open(file, library)?;
    save(&mut content, last_part(&name(library)), folder, limits, Some((library.size, library.checksum())))
}

fn from_tar(unpacked: impl Read, folder: &Path, limits: Limits) -> Result<Extracted, ExtractError> {
    let mut tar = tar::Archive::new(unpacked.take(limits.unpacked));
    for (index, entry) in tar.entries()?.enumerate() {
        if index >= limits.entries {
            return Err(ExtractError::TooLarge(limits.entries as u64, "entries"));
        }
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_file() && is_library_path(&name) {
            let size = entry.size();
            return save(&mut entry, last_part(&name), folder, limits, None).and_then(|library| {
                let whole = library.size == size;
                if whole { Ok(library) } else { Err(ExtractError::Damaged("it is cut short")) }
            });
        }
    }
    Err(no_library())
}

/// Copies `content` to `folder/name`, with its digest; `expected`: size and CRC-32.
fn save(
    content: &mut dyn Read,
    name: &str,
    folder: &Path,
    limits: Limits,
    expected: Option<(u64, u32)>,
) -> Result<Extracted, ExtractError> {
    let mut file = fs_err::File::create_new(folder.join(name))?;
    let (mut digest, mut checksum, mut size) = (Sha256::new(), Crc::new(), 0_u64);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = content.read(&mut buffer)?;
        let Some(bytes @ [_, ..]) = buffer.get(..count) else { break };
        size += bytes.len() as u64;
        if size > limits.library {
            return Err(ExtractError::TooLarge(limits.library, "bytes"));
        }
        digest.update(bytes);
        checksum.update(bytes);
        file.write_all(bytes)?;
    }
    if expected.is_some_and(|expected| expected != (size, checksum.sum())) {
        return Err(ExtractError::Damaged("size or checksum differ from what the archive says"));
    }
    file.sync_all()?;
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Extracted { name: name.to_owned(), sha256, size })
}

fn no_library() -> ExtractError {
    ExtractError::NoLibrary { os: std::env::consts::OS, arch: std::env::consts::ARCH }
}

/// What the library is called on this system when its name carries no version.
pub(crate) const DEFAULT_NAME: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// Whether a file of this name is ONNX Runtime's library on this system, versioned or not.
pub(crate) fn is_library(name: &str) -> bool {
    let version =
        |text: &str| text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if cfg!(windows) {
        return name.eq_ignore_ascii_case(DEFAULT_NAME);
    }
    if cfg!(target_os = "macos") {
        let middle = name.strip_prefix("libonnxruntime.").and_then(|rest| rest.strip_suffix(".dylib"));
        return name == DEFAULT_NAME || middle.is_some_and(version);
    }
    name == DEFAULT_NAME || name.strip_prefix("libonnxruntime.so.").is_some_and(version)
}

/// The same for a path in an archive. An npm package holds the libraries of all platforms, in folders
/// `bin/napi-v6/<system>/<processor>`: there the folder must be this machine's.
fn is_library_path(path: &str) -> bool {
    let parts: Vec<_> = path.split(['/', '\\']).collect();
    let npm = parts.iter().position(|part| part.starts_with("napi-v"));
    let platform = npm.map(|at| (parts.get(at + 1).copied(), parts.get(at + 2).copied()));
    let ours = platform.is_none_or(|platform| platform == (Some(node_os()), Some(node_arch())));
    ours && is_library(last_part(path))
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn node_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        os => os,
    }
}

fn node_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        arch => arch,
    }
}

#[cfg(test)]
mod tests;
