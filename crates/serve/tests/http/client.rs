//! A client that shows what came over the socket, byte for byte.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for bytes that must come. Never reached by a test that passes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open connection and what was read from it beyond the answers taken so far.
pub(crate) struct Client {
    socket: TcpStream,
    buffer: Vec<u8>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `HTTP/1.1 200 OK`.
    pub(crate) status: String,
    /// In order, names as sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The chunks of a chunked body.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// Whether the body ended as its framing says it must.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn code(&self) -> u16 {
        self.status.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, buffer: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// Sends a body that the server may refuse before all of it is sent.
    pub(crate) fn send_while_wanted(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes);
    }

    pub(crate) fn stop_sending(&mut self) {
        self.socket.shutdown(Shutdown::Write).unwrap();
    }

    /// Ends the sending side, unless the server has closed the connection already.
    pub(crate) fn stop_sending_if_open(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// All that comes until the connection ends.
    pub(crate) fn everything(mut self) -> Vec<u8> {
        while self.read_more() {}
        self.buffer
    }

    /// The next answer to a request with `method`, with any `100 Continue` skipped.
    pub(crate) fn answer(&mut self, method: &str) -> Answer {
        let mut answer = self.head();
        if answer.code() == 100 {
            answer = self.head();
        }
        if method == "HEAD" || answer.code() == 204 {
            answer.whole = true;
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                if chunk.is_empty() {
                    answer.whole = true;
                    break;
                }
                answer.body.extend(&chunk);
                answer.chunks.push(chunk);
            }
        } else if let Some(length) = answer.header("content-length") {
            let length: usize = length.parse().unwrap();
            answer.whole = self.fill(length);
            answer.body = self.buffer.drain(..length.min(self.buffer.len())).collect();
        } else {
            while self.read_more() {}
            answer.body = std::mem::take(&mut self.buffer);
            answer.whole = true;
        }
        answer
    }

    /// The next head, body not read.
    pub(crate) fn head(&mut self) -> Answer {
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            assert!(
                self.read_more(),
                "closed without a head; got {:?}",
                String::from_utf8_lossy(&self.buffer)
            );
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap())
            .collect();
        Answer { status, headers, body: Vec::new(), chunks: Vec::new(), whole: false }
    }

    /// The next chunk, empty for the last; `None` when the connection ends before it is complete.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = loop {
            if let Some(at) = find(&self.buffer, b"\r\n") {
                break at;
            }
            if !self.read_more() {
                return None;
            }
        };
        let size = std::str::from_utf8(&self.buffer[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if !self.fill(line + 2 + size + 2) {
            return None;
        }
        let chunk = self.buffer[line + 2..line + 2 + size].to_vec();
        self.buffer.drain(..line + 2 + size + 2);
        Some(chunk)
    }

    /// One `read` of the socket: what came in one go.
    pub(crate) fn one_read(&mut self) -> Vec<u8> {
        assert!(self.buffer.is_empty());
        assert!(self.read_more(), "closed");
        std::mem::take(&mut self.buffer)
    }

    /// Whether the server has closed the connection, with nothing more to say. Waits for either.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && !self.read_more()
    }

    /// Whether the connection still answers.
    pub(crate) fn still_answers(&mut self) -> bool {
        self.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.answer("GET").code() == 200
    }

    fn fill(&mut self, length: usize) -> bool {
        while self.buffer.len() < length {
            if !self.read_more() {
                return false;
            }
        }
        true
    }

    fn read_more(&mut self) -> bool {
        let mut bytes = [0; 65536];
        match self.socket.read(&mut bytes) {
            Ok(count) => {
                self.buffer.extend(&bytes[..count]);
                count > 0
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}; so far {:?}", String::from_utf8_lossy(&self.buffer)),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// `GET path` on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    let mut client = Client::connect(address);
    client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
    client.answer("GET")
}

/// A prediction request as Biowatch sends it.
pub(crate) fn predict_request(body: &str) -> Vec<u8> {
    format!(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The body that asks for `paths`.
pub(crate) fn instances(paths: &[&str]) -> String {
    let instances: Vec<_> = paths.iter().map(|path| serde_json::json!({"filepath": path})).collect();
    serde_json::json!({"instances": instances}).to_string()
}

/// Asks for `paths` on a connection of its own and does not wait.
pub(crate) fn ask(address: SocketAddr, paths: &[&str]) -> Client {
    let mut client = Client::connect(address);
    client.send(&predict_request(&instances(paths)));
    client
}

/// The `filepath` of a line.
pub(crate) fn filepath(line: &[u8]) -> String {
    let line: serde_json::Value = serde_json::from_slice(line).unwrap();
    line["output"]["predictions"][0]["filepath"].as_str().unwrap().to_owned()
}
