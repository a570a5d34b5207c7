//! An HTTP server that does what a test tells it to, good or bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// How many requests came before it.
    pub(crate) nth: usize,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `N` of `Range: bytes=N-`.
    pub(crate) fn from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// A running server. It ends with the process.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers each connection once, with `answer`.
    pub(crate) fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::wrapped(move |stream, asked| {
            let mut stream = stream;
            if let Some(asked) = asked(&mut stream) {
                answer(&asked, &mut stream);
            }
        })
    }

    /// The same for connections that are wrapped, as in TLS.
    pub(crate) fn wrapped(
        serve: impl Fn(TcpStream, &dyn Fn(&mut dyn Read) -> Option<Asked>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let list = Arc::new(Mutex::new(Vec::new()));
        let (serve, asked) = (Arc::new(serve), Arc::clone(&list));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (serve, asked) = (Arc::clone(&serve), Arc::clone(&asked));
                thread::spawn(move || {
                    let note = |stream: &mut dyn Read| read(stream, &asked);
                    serve(stream.unwrap(), &note);
                });
            }
        });
        Self { port, asked: list }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &mut dyn Read, list: &Mutex<Vec<Asked>>) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut list = list.lock().unwrap();
    let asked = Asked { nth: list.len(), path, headers };
    list.push(asked.clone());
    Some(asked)
}

/// Sends bytes, and does not mind when nobody wants them any more.
pub(crate) fn send(stream: &mut dyn Write, bytes: impl AsRef<[u8]>) -> bool {
    stream.write_all(bytes.as_ref()).and_then(|()| stream.flush()).is_ok()
}

/// Sends a whole answer.
pub(crate) fn answer(stream: &mut dyn Write, status: &str, headers: &str, body: &[u8]) {
    let length = body.len();
    send(
        stream,
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"),
    );
    send(stream, body);
}

/// Serves `body` as a good server does, under this tag; `most` bytes of it at a time, then the connection breaks.
pub(crate) fn serve(asked: &Asked, stream: &mut dyn Write, body: &[u8], tag: &str, most: usize) {
    let same = asked.header("if-range").is_none_or(|wanted| wanted == tag);
    let length = body.len();
    let head = format!("ETag: {tag}\r\nConnection: close\r\n");
    let part = match asked.from().filter(|_| same) {
        Some(from) if from >= length => {
            send(
                stream,
                format!(
                    "HTTP/1.1 416 Range Not Satisfiable\r\n{head}Content-Range: bytes */{length}\r\nContent-Length: 0\r\n\r\n"
                ),
            );
            return;
        }
        Some(from) => {
            let (left, last) = (length - from, length - 1);
            send(
                stream,
                format!(
                    "HTTP/1.1 206 Partial Content\r\n{head}Content-Range: bytes {from}-{last}/{length}\r\nContent-Length: {left}\r\n\r\n"
                ),
            );
            &body[from..]
        }
        None => {
            send(stream, format!("HTTP/1.1 200 OK\r\n{head}Content-Length: {length}\r\n\r\n"));
            body
        }
    };
    send(stream, &part[..part.len().min(most)]);
}

/// Holds a connection open without a word.
pub(crate) fn fall_silent() {
    thread::sleep(Duration::from_secs(60));
}
