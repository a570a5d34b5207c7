//! Files as bodies: a piece at a time, whole or a part of it.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::task::spawn_blocking;

use crate::problem::Problem;

/// Bytes that are read at a time.
const PIECE: u64 = 256 << 10;

/// A file, or the part that `Range` asks for (RFC 9110; of several parts the first). Blocks for an instant.
pub(crate) fn answer(path: &Path, media_type: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let gone = |error: std::io::Error| Problem::not_found(format!("the file cannot be read: {error}"));
    let mut file = fs_err::File::open(path).map_err(gone)?;
    let metadata = file.metadata().map_err(gone)?;
    if !metadata.is_file() {
        return Err(Problem::not_found("there is no file where the study says"));
    }
    let size = metadata.len();
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let part = match asked.map(|range| range_of(range, size)) {
        None | Some(Range::Nonsense) => None,
        Some(Range::Part(begin, end)) => Some((begin, end)),
        Some(Range::Outside) => {
            let mut response =
                Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "the file is shorter than that")
                    .into_response();
            put(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let (begin, end) = part.unwrap_or((0, size));
    file.seek(SeekFrom::Start(begin)).map_err(gone)?;
    let mut response = Body::from_stream(pieces(file, end - begin)).into_response();
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        put(&mut response, header::CONTENT_RANGE, &format!("bytes {begin}-{}/{size}", end.saturating_sub(1)));
    }
    put(&mut response, header::CONTENT_TYPE, media_type);
    put(&mut response, header::CONTENT_LENGTH, &(end - begin).to_string());
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    Ok(response)
}

/// Sets a header whose value is made here.
pub(crate) fn put(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// Not understood: the whole file is the answer.
    Nonsense,
    Outside,
    /// From, and up to without.
    Part(u64, u64),
}

fn range_of(text: &str, size: u64) -> Range {
    let Some(first) = text.strip_prefix("bytes=").and_then(|ranges| ranges.split(',').next()) else {
        return Range::Nonsense;
    };
    let Some((begin, last)) = first.trim().split_once('-') else { return Range::Nonsense };
    let part = match (begin.parse::<u64>(), last.parse::<u64>()) {
        (Ok(begin), Ok(last)) if begin <= last => (begin, last.saturating_add(1).min(size)),
        (Ok(begin), Err(_)) if last.is_empty() => (begin, size),
        (Err(_), Ok(count)) if begin.is_empty() => (size.saturating_sub(count), size),
        _ => return Range::Nonsense,
    };
    if part.0 >= part.1 { Range::Outside } else { Range::Part(part.0, part.1) }
}

fn pieces(file: fs_err::File, left: u64) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold((file, left), async |(mut file, left)| {
        if left == 0 {
            return Ok(None);
        }
        let read = spawn_blocking(move || {
            let mut piece = Vec::new();
            (&mut file).take(left.min(PIECE)).read_to_end(&mut piece)?;
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        if piece.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let left = left - piece.len() as u64;
        Ok(Some((Bytes::from(piece), (file, left))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_inside_the_file() {
        let cases = [
            ("bytes=0-", Range::Part(0, 10)),
            ("bytes=2-4", Range::Part(2, 5)),
            ("bytes=2-400", Range::Part(2, 10)),
            ("bytes=-3", Range::Part(7, 10)),
            ("bytes=-30", Range::Part(0, 10)),
            ("bytes=0-1, 4-5", Range::Part(0, 2)),
            ("bytes=10-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=4-2", Range::Nonsense),
            ("bytes=a-b", Range::Nonsense),
            ("lines=1-2", Range::Nonsense),
            ("bytes=18446744073709551615-", Range::Outside),
            ("bytes=0-18446744073709551615", Range::Part(0, 10)),
        ];
        for (text, range) in cases {
            assert_eq!(range_of(text, 10), range, "{text}");
        }
    }
}
