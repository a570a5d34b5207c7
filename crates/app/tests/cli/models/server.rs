//! Serves one archive, as slowly as a test wants it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::goldens;

/// Bytes that are sent at a time.
const CHUNK: usize = 1 << 16;

/// An archive of the golden model, in one top folder.
pub(crate) struct Archive {
    bytes: Arc<Vec<u8>>,
    ranges: Arc<Mutex<Vec<String>>>,
}

impl Archive {
    pub(crate) fn of_golden_model() -> Self {
        let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut tape = tar::Builder::new(packed);
        tape.append_dir_all("4.0.2a-mini", Path::new(&goldens::model())).unwrap();
        let bytes = tape.into_inner().unwrap().finish().unwrap();
        Self { bytes: Arc::new(bytes), ranges: Arc::default() }
    }

    /// Starts a server that waits so many milliseconds between two pieces. Gives the archive's address.
    pub(crate) fn serve(&self, pause: u64) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}/4.0.2a-mini.tar.gz", listener.local_addr().unwrap().port());
        let (bytes, ranges) = (Arc::clone(&self.bytes), Arc::clone(&self.ranges));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (bytes, ranges) = (Arc::clone(&bytes), Arc::clone(&ranges));
                thread::spawn(move || answer(stream.unwrap(), &bytes, &ranges, pause));
            }
        });
        url
    }

    /// The ranges that were asked for.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.ranges.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, bytes: &[u8], ranges: &Mutex<Vec<String>>, pause: u64) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut from = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: ") {
            ranges.lock().unwrap().push(range.to_owned());
            from = range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
        }
    }
    let (length, left) = (bytes.len(), bytes.len().saturating_sub(from));
    let status = match from {
        0 => "200 OK\r\n".to_owned(),
        from if left == 0 => format!("416 No\r\nContent-Range: bytes */{from}\r\n"),
        from => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{length}\r\n", length - 1),
    };
    write!(stream, "HTTP/1.1 {status}ETag: \"a\"\r\nConnection: close\r\nContent-Length: {left}\r\n\r\n")
        .ok()?;
    for piece in bytes.get(from..)?.chunks(CHUNK) {
        stream.write_all(piece).ok()?;
        thread::sleep(Duration::from_millis(pause));
    }
    Some(())
}
