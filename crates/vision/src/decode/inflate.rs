//! Deflated data, as far as they can be read.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// No deflate stream grows by more than this.
const LARGEST_RATIO: usize = 1032;

/// At most `limit` bytes out of a zlib stream; fewer where it ends early or is damaged.
///
/// The last byte in front of damage is left out: zlib finds the damage while it looks for the byte behind, and
/// Pillow then gives up the row that this byte would complete. Takes no more memory than the stream can fill.
pub(super) fn zlib(stream: &[u8], limit: usize) -> Vec<u8> {
    let mut out = vec![0; limit.min(stream.len().saturating_mul(LARGEST_RATIO))];
    let flags =
        inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = Box::<DecompressorOxide>::default();
    let (status, _, written) = decompress(&mut state, stream, &mut out, 0, flags);
    let is_damaged = matches!(status, TINFLStatus::Failed | TINFLStatus::Adler32Mismatch);
    out.truncate(written - usize::from(is_damaged && written > 0));
    out
}
