//! The words that make FFmpeg's programs open one file and nothing else.

use std::ffi::OsString;
use std::path::{Path, absolute};

/// Demuxers that read one file: no playlists, no lists of files, no devices.
const DEMUXERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,mjpeg,asf,flv,\
     ogg,mxf,ivf,dv,nut,rm,gif,apng,y4m,yuv4mpegpipe";

/// Largest piece of memory FFmpeg may ask for at once, in bytes.
const LARGEST_PIECE: &str = "1073741824";

/// Options in front of a file, and the file. A name that begins with a dash or looks like a protocol is still a file.
pub(super) fn input(path: &Path) -> Vec<OsString> {
    let mut file = OsString::from("file:");
    file.push(absolute(path).unwrap_or_else(|_| path.to_owned()));
    let words = ["-protocol_whitelist", "file,pipe", "-format_whitelist", DEMUXERS, "-i"];
    words.into_iter().map(OsString::from).chain([file]).collect()
}

/// Options that hold for the whole of a program.
pub(super) fn common() -> [&'static str; 3] {
    ["-hide_banner", "-max_alloc", LARGEST_PIECE]
}
