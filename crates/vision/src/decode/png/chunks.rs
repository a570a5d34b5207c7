//! The chunks of a PNG file, and the metadata in them.

use super::super::bytes::u32_be;
use super::super::exif::Metadata;
use super::super::{DecodeError, inflate};
use super::FORMAT;

const SIGNATURE: usize = 8;
/// Compressed text is read up to here, as in Pillow.
const MAX_TEXT: usize = 1 << 20;

pub(super) struct Chunk<'a> {
    pub kind: [u8; 4],
    pub body: &'a [u8],
}

pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    strict: bool,
}

impl<'a> Chunks<'a> {
    /// A strict reader wants image data whole and with the right checksums, as libpng does.
    pub(super) fn new(bytes: &'a [u8], strict: bool) -> Self {
        Self { bytes, at: SIGNATURE, strict }
    }

    /// The next chunk, which must be complete, except that image data may end early.
    ///
    /// Checksums count where Pillow checks them: on chunks that must be understood, in front of the image data.
    pub(super) fn next_whole(&mut self) -> Result<Chunk<'a>, DecodeError> {
        let (kind, body, checksum) =
            self.head().ok_or_else(|| FORMAT.malformed("the file ends between chunks"))?;
        let lenient = !self.strict && kind == *b"IDAT";
        if checksum.is_none() && !lenient {
            return Err(FORMAT.malformed(format!("chunk {} is cut short", kind.escape_ascii())));
        }
        let is_critical = kind[0].is_ascii_uppercase();
        let counts = is_critical && !lenient && (self.strict || kind != *b"IEND");
        if counts && checksum != Some(crc32(&kind, body)) {
            return Err(FORMAT.malformed(format!("chunk {} has a wrong checksum", kind.escape_ascii())));
        }
        Ok(Chunk { kind, body })
    }

    /// The body of the next chunk if it is image data; as far as it is there, or strictly.
    pub(super) fn next_image_data(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let start = self.at;
        match self.head() {
            Some((kind, _, _)) if kind == *b"IDAT" => {
                self.at = start;
                Ok(Some(self.next_whole()?.body))
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }

    /// Type, body and checksum; no checksum where the chunk is cut short.
    fn head(&mut self) -> Option<([u8; 4], &'a [u8], Option<u32>)> {
        let rest = self.bytes.get(self.at..)?;
        let length = u32_be(rest, 0)? as usize;
        let kind = *rest.get(4..)?.first_chunk::<4>()?;
        let body = rest.get(8..)?;
        let checksum = u32_be(rest, length.checked_add(8)?);
        self.at += length.checked_add(12)?;
        Some((kind, body.get(..length).unwrap_or(body), checksum))
    }
}

fn crc32(kind: &[u8; 4], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind);
    hasher.update(body);
    hasher.finalize()
}

/// The chunks that can say how to turn the picture; of equals the last one counts.
#[derive(Default)]
pub(super) struct Text {
    exif: Option<Vec<u8>>,
    raw_profile: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
}

impl Text {
    pub(super) fn take(&mut self, chunk: &Chunk<'_>) {
        match &chunk.kind {
            b"eXIf" => self.exif = Some(chunk.body.to_vec()),
            b"tEXt" => {
                if let Some((name, text)) = split(chunk.body) {
                    self.named(name, text.to_vec());
                }
            }
            b"zTXt" => {
                if let Some((name, [0, stream @ ..])) = split(chunk.body) {
                    self.named(name, inflate::zlib(stream, MAX_TEXT));
                }
            }
            b"iTXt" => {
                if let Some((name, text)) = international(chunk.body) {
                    self.named(name, text);
                }
            }
            _ => {}
        }
    }

    fn named(&mut self, name: &[u8], text: Vec<u8>) {
        match name {
            b"exif" => self.exif = Some(text),
            b"Raw profile type exif" => self.raw_profile = Some(text),
            b"XML:com.adobe.xmp" => self.xmp = Some(text),
            _ => {}
        }
    }

    pub(super) fn metadata(self) -> Metadata {
        let raw_profile = || self.raw_profile.as_deref().and_then(from_hex);
        Metadata { exif: self.exif.or_else(raw_profile), xmp: self.xmp }
    }
}

fn split(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = body.iter().position(|byte| *byte == 0)?;
    Some((body.get(..end)?, body.get(end + 1..)?))
}

/// Name, compression flag and method, language, translated name, text.
fn international(body: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let (name, rest) = split(body)?;
    let [compressed, method, rest @ ..] = rest else { return None };
    let (_, text) = split(split(rest)?.1)?;
    match (compressed, method) {
        (0, _) => Some((name, text.to_vec())),
        (_, 0) => Some((name, inflate::zlib(text, MAX_TEXT))),
        _ => None,
    }
}

/// ImageMagick's way to keep a profile: three lines of heading, then hexadecimal digits in lines.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n').skip(3);
    let digits: Vec<u8> = lines.flatten().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some((digit(high)? * 16 + digit(low)?) as u8)).collect()
}
