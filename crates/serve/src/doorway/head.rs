//! A request head as bytes: in order, incomplete or refused.

use httparse::{EMPTY_HEADER, Error, Header, Request, Status};
use hyper::Uri;

use super::framing::Framing;
use crate::Limits;
use crate::refusal::Refusal;

/// Most headers hyper takes.
const MOST_HEADERS: usize = 100;

/// What the start of the buffer is.
pub(super) enum Judgement {
    /// The beginning of a head, within the limits so far.
    Incomplete,
    /// A head of `length` bytes, followed by `body`.
    InOrder { length: usize, body: Framing },
    /// Never to be answered as asked.
    Refused(Refusal),
}

/// Judges the head at the start of `bytes`.
pub(super) fn judge(bytes: &[u8], limits: &Limits) -> Judgement {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let headers = headers.get_mut(..limits.headers.min(MOST_HEADERS)).unwrap_or_default();
    let mut request = Request::new(headers);
    let parsed = request.parse(bytes);
    let target_length = request.path.map(str::len);
    let too_large = || Refusal::HeadTooLarge { bytes: limits.head_bytes, headers: limits.headers };
    let refusal = match parsed {
        Err(Error::TooManyHeaders) => too_large(),
        Err(_) => Refusal::Malformed,
        // Without a target yet, all there is but the method belongs to it.
        Ok(_)
            if target_length.unwrap_or(bytes.len()) > limits.target_bytes
                && bytes.len() > limits.target_bytes =>
        {
            Refusal::TargetTooLong(limits.target_bytes)
        }
        Ok(Status::Partial) if bytes.len() < limits.head_bytes => return Judgement::Incomplete,
        Ok(Status::Complete(length)) if length <= limits.head_bytes => {
            let target_is_sound = request.path.is_some_and(|path| Uri::try_from(path).is_ok());
            match body(request.version, request.headers) {
                Some(body) if target_is_sound => return Judgement::InOrder { length, body },
                _ => Refusal::Malformed,
            }
        }
        Ok(_) => too_large(),
    };
    Judgement::Refused(refusal)
}

/// The body that the headers announce; `None` when they contradict each other. A length stated twice, or beside
/// `transfer-encoding`, is how requests are smuggled past a front server.
fn body(version: Option<u8>, headers: &[Header<'_>]) -> Option<Framing> {
    let mut chunked = false;
    let mut length = None;
    for header in headers {
        if header.name.eq_ignore_ascii_case("transfer-encoding") {
            if chunked || version != Some(1) || !header.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return None;
            }
            chunked = true;
        } else if header.name.eq_ignore_ascii_case("content-length") {
            let digits = std::str::from_utf8(header.value.trim_ascii()).ok()?;
            let value: u64 =
                digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
            if length.is_some_and(|length| length != value) {
                return None;
            }
            length = Some(value);
        }
    }
    match (chunked, length) {
        (true, Some(_)) => None,
        (true, None) => Some(Framing::chunked()),
        (false, Some(length)) => Some(Framing::Length(length)),
        (false, None) => Some(Framing::Empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(bytes: &[u8]) -> String {
        match judge(bytes, &Limits::default()) {
            Judgement::Incomplete => "incomplete".to_owned(),
            Judgement::InOrder { length, body } => format!("{length} {body:?}"),
            Judgement::Refused(refusal) => refusal.status().as_u16().to_string(),
        }
    }

    #[test]
    fn sorts_heads() {
        let post = |headers: &str| format!("POST /p HTTP/1.1\r\n{headers}\r\n").into_bytes();
        let get = |target: &str| format!("GET {target} HTTP/1.1\r\n\r\n").into_bytes();
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (b"GET / HTTP/1.1\r\nHost: x\r\n".to_vec(), "incomplete"),
            (b"\r\n".to_vec(), "incomplete"),
            (get("/"), "18 Empty"),
            (b"GET / HTTP/1.1\r\n\r\nGET".to_vec(), "18 Empty"),
            (get("http://other/health"), "36 Empty"),
            (b"hello\r\n\r\n".to_vec(), "400"),
            (b"\x16\x03\x01\x02\x00\x01".to_vec(), "400"),
            (b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n".to_vec(), "400"),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), "400"),
            (get("health"), "23 Empty"),
            (get("http://[/"), "400"),
            (post("Content-Length: 5\r\n"), "39 Length(5)"),
            (post("Content-Length: 5\r\nContent-Length: 5\r\n"), "58 Length(5)"),
            (post("Content-Length: 5\r\nContent-Length: 6\r\n"), "400"),
            (post("Content-Length: +5\r\n"), "400"),
            (post("Content-Length: \r\n"), "400"),
            (post("Content-Length: 99999999999999999999\r\n"), "400"),
            (post("Transfer-Encoding: chunked\r\n"), "48 Chunked(Size(0))"),
            (post("Transfer-Encoding: gzip, chunked\r\n"), "400"),
            (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400"),
            (post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400"),
            (post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400"),
            (b"POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(), "400"),
            (get(&format!("/{}", "a".repeat(8191))), "8209 Empty"),
            (get(&format!("/{}", "a".repeat(8192))), "414"),
            (format!("GET /{}", "a".repeat(9000)).into_bytes(), "414"),
            (post(&"X: 1\r\n".repeat(100)), "620 Empty"),
            (post(&"X: 1\r\n".repeat(101)), "431"),
            (post(&format!("X: {}\r\n", "a".repeat(65_000))), "65025 Empty"),
            (post(&format!("X: {}\r\n", "a".repeat(70_000))), "431"),
            (format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(70_000)).into_bytes(), "431"),
        ];
        for (bytes, expected) in cases {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
            assert_eq!(verdict(&bytes), expected, "{start:?}");
        }
    }
}
