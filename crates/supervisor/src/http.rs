//! As much of an HTTP client as servers on this machine need: one request a connection, the answer line by line.
//!
//! Blocks. Everything that a server may send is bounded in size, and every wait in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Bytes of status line and headers.
const MAX_HEAD: u64 = 64 << 10;
/// Bytes of one line of the answer, and of the line that begins a chunk.
const MAX_LINE: u64 = 1 << 20;
/// How long a connection may take: the other side is on this machine.
const CONNECT: Duration = Duration::from_secs(5);

/// What is asked of a server.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Such as `/health`.
    pub path: &'static str,
    /// Sent as a bearer key.
    pub key: Option<&'a str>,
    /// JSON, or nothing.
    pub body: &'a [u8],
    /// How long it may be silent.
    pub patience: Duration,
    /// How long the whole answer may take; `None`: as long as it is not silent.
    pub whole: Option<Duration>,
}

impl Request<'static> {
    /// A question that is answered at once or not at all: 2 s.
    pub fn short(method: &'static str, path: &'static str) -> Self {
        let patience = Duration::from_secs(2);
        Self { method, path, key: None, body: b"", patience, whole: Some(patience) }
    }
}

/// An answer whose body is still to be read.
pub struct Answer {
    /// Such as 200.
    pub status: u16,
    body: BufReader<Body>,
}

/// A connection on which no wait is longer than it may be.
struct Timed {
    stream: TcpStream,
    patience: Duration,
    until: Option<Instant>,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(until) = self.until {
            let left = until.saturating_duration_since(Instant::now()).min(self.patience);
            if left.is_zero() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the answer takes too long"));
            }
            self.stream.set_read_timeout(Some(left))?;
        }
        self.stream.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                io::Error::new(io::ErrorKind::TimedOut, "no answer in time")
            }
            _ => error,
        })
    }
}

enum Length {
    /// Bytes of the body that are left.
    Known(u64),
    /// Bytes of the chunk that are left.
    Chunked(u64),
    /// Until the connection ends.
    ToEnd,
}

struct Body {
    stream: BufReader<Timed>,
    length: Length,
}

/// Sends the request to the server at `port` and reads the head of the answer.
pub fn ask(port: u16, request: &Request<'_>) -> io::Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(request.patience))?;
    stream.set_write_timeout(Some(CONNECT))?;
    let key = request.key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{key}\
         Connection: close\r\n\r\n",
        request.method,
        request.path,
        request.body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body)?;
    let until = request.whole.map(|whole| Instant::now() + whole);
    let mut stream = BufReader::new(Timed { stream, patience: request.patience, until });
    let (status, length) = head_of(&mut stream)?;
    Ok(Answer { status, body: BufReader::new(Body { stream, length }) })
}

impl Answer {
    /// The next line without its end; `None` where the body ends as it should.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        line(&mut self.body, MAX_LINE)
    }

    /// The whole body, which may have `most` bytes.
    pub fn text(self, most: u64) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.body.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(wrong("the answer is too long"));
        }
        String::from_utf8(bytes).map_err(|_| wrong("the answer is no text"))
    }
}

fn head_of(stream: &mut impl BufRead) -> io::Result<(u16, Length)> {
    let mut head = stream.take(MAX_HEAD);
    let status = text(line(&mut head, MAX_HEAD)?)?;
    let mut words = status.split_ascii_whitespace();
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    let status = words.next().and_then(|status| status.parse().ok()).filter(|_| is_http);
    let status = status.ok_or_else(|| wrong("the answer is not HTTP/1.1"))?;
    let mut length = Length::ToEnd;
    loop {
        let header = text(line(&mut head, MAX_HEAD)?)?;
        if header.is_empty() {
            return Ok((status, length));
        }
        let Some((name, value)) = header.split_once(':') else { return Err(wrong("a header has no colon")) };
        let value = value.trim();
        if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            length = Length::Chunked(0);
        } else if name.eq_ignore_ascii_case("content-length") && !matches!(length, Length::Chunked(_)) {
            length = Length::Known(value.parse().map_err(|_| wrong("the content-length is no number"))?);
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = match &mut self.length {
            Length::ToEnd => return self.stream.read(buffer),
            Length::Known(left) => left,
            Length::Chunked(left) => {
                if *left == 0 {
                    *left = next_chunk(&mut self.stream)?;
                    if *left == 0 {
                        self.length = Length::Known(0);
                        return Ok(0);
                    }
                }
                left
            }
        };
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.stream.read(buffer.get_mut(..most).unwrap_or_default())?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut"));
        }
        *left -= count as u64;
        if *left == 0 && matches!(self.length, Length::Chunked(_)) {
            line(&mut self.stream, MAX_HEAD)?;
        }
        Ok(count)
    }
}

/// Bytes of the next chunk; 0 at the end.
fn next_chunk(stream: &mut impl BufRead) -> io::Result<u64> {
    let size = text(line(stream, MAX_HEAD)?)?;
    let digits = size.split(';').next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16).map_err(|_| wrong("a chunk has no size"))
}

/// A line without its end. `None` at the end of what there is.
fn line(stream: &mut impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    stream.take(most).read_until(b'\n', &mut line)?;
    if line.len() as u64 >= most {
        return Err(wrong("a line is too long"));
    }
    if line.is_empty() {
        return Ok(None);
    }
    while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
        line.pop();
    }
    Ok(Some(line))
}

fn text(line: Option<Vec<u8>>) -> io::Result<String> {
    let line = line.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut"))?;
    String::from_utf8(line).map_err(|_| wrong("the head is no text"))
}

fn wrong(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// What the lines of an answer are, or how it fails.
    fn read(answer: &'static [u8]) -> Result<(u16, Vec<String>), String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = [0; 1024];
            let _ = stream.read(&mut seen).unwrap();
            let _ = stream.write_all(answer);
        });
        let patience = Duration::from_secs(5);
        let request = Request { method: "GET", path: "/", key: None, body: b"", patience, whole: None };
        let lines = || -> io::Result<(u16, Vec<String>)> {
            let mut answer = ask(port, &request)?;
            let mut lines = Vec::new();
            while let Some(line) = answer.next_line()? {
                lines.push(String::from_utf8(line).unwrap());
            }
            Ok((answer.status, lines))
        };
        let result = lines().map_err(|error| error.to_string());
        server.join().unwrap();
        result
    }

    #[test]
    fn bodies_end_where_they_say() {
        let lines = |lines: &[&str]| Ok((200, lines.iter().map(|line| (*line).to_owned()).collect()));
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na\nbc"), lines(&["a", "bc"]));
        assert_eq!(read(b"HTTP/1.0 200 OK\r\n\r\na\nb\n"), lines(&["a", "b"]));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n3;x=1\r\nb\nc\r\n1\r\nd\r\n0\r\n\r\n";
        assert_eq!(read(chunked), lines(&["a", "b", "cd"]));
    }

    #[test]
    fn an_answer_that_never_ends_is_given_up() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(b"a: b\r\n").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let request = Request { whole: Some(Duration::from_millis(200)), ..Request::short("GET", "/") };
        let error = ask(port, &request).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn what_is_cut_or_no_http_fails() {
        let cases: [(&[u8], &str); 6] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\na\n", "cut"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na\n", "cut"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no size"),
            (b"SSH-2.0-x\r\n\r\n", "not HTTP"),
            (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "no colon"),
            (b"", "cut"),
        ];
        for (answer, expected) in cases {
            let found = read(answer).unwrap_err();
            assert!(found.contains(expected), "{found}");
        }
    }
}
