//! What servers write: kept in files that are turned over, never in the way of the server that writes.
//!
//! Lines go from the threads that read a server's pipes through a bounded queue to one thread that writes. When the
//! queue is full or too much comes in a second, lines are counted and left out, and the file says so. The last lines
//! are also kept in memory, for the report of a fault.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fs_err::{File, OpenOptions};

/// Lines that wait for the disk.
const QUEUE: usize = 256;
/// Bytes that go to the disk in a second.
const RATE: usize = 1 << 20;
/// Longest line that is kept whole, bytes; the rest is the next line.
pub(crate) const LONGEST_LINE: usize = 4096;
/// Lines that are kept in memory.
const KEPT_LINES: usize = 20;
/// Characters of them.
const KEPT_CHARACTERS: usize = 300;

/// Where a log goes and how large it may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFiles {
    /// The file that is written; older ones are beside it with `.1`, `.2`, … at the end.
    pub file: PathBuf,
    /// Bytes at which the file is turned over.
    pub bytes: u64,
    /// Files that are kept beside the present one.
    pub older: usize,
}

impl LogFiles {
    /// 4 MiB and three older files: 16 MiB at most.
    pub fn at(file: PathBuf) -> Self {
        Self { file, bytes: 4 << 20, older: 3 }
    }

    fn numbered(&self, number: usize) -> PathBuf {
        if number == 0 { self.file.clone() } else { numbered(&self.file, number) }
    }
}

fn numbered(file: &Path, number: usize) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// The log of one server. Clones write to the same.
#[derive(Clone)]
pub(crate) struct Log(Arc<Inner>);

struct Inner {
    queue: SyncSender<Item>,
    /// Whether there is room for words of our own.
    takes_notes: bool,
    kept: Mutex<Kept>,
}

/// What waits for the disk.
enum Item {
    Line(Vec<u8>),
    /// Answered when everything before is written.
    Flush(SyncSender<()>),
}

struct Kept {
    lines: VecDeque<String>,
    second: Instant,
    bytes: usize,
    left_out: u64,
}

impl Log {
    /// A log in files.
    pub(crate) fn files(files: LogFiles) -> io::Result<Self> {
        let file = Turning::open(files)?;
        Self::start(true, move |queue| file.write_all_of(&queue))
    }

    /// A log on our own stderr, of the server's words alone.
    pub(crate) fn stderr() -> io::Result<Self> {
        Self::start(false, |queue| {
            for item in queue {
                let _ = match item {
                    Item::Line(line) => io::stderr().write_all(&line),
                    Item::Flush(done) => done.try_send(()).map_err(io::Error::other),
                };
            }
        })
    }

    fn start(takes_notes: bool, write: impl FnOnce(Receiver<Item>) + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = sync_channel(QUEUE);
        thread::Builder::new().name("server log".to_owned()).spawn(move || write(lines))?;
        let kept = Kept { lines: VecDeque::new(), second: Instant::now(), bytes: 0, left_out: 0 };
        Ok(Self(Arc::new(Inner { queue, takes_notes, kept: Mutex::new(kept) })))
    }

    /// A line of the server's, with or without its end. Never waits.
    pub(crate) fn line(&self, line: &[u8]) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remember(line);
        if kept.second.elapsed() >= Duration::from_secs(1) {
            kept.second = Instant::now();
            kept.bytes = 0;
        }
        kept.bytes = kept.bytes.saturating_add(line.len());
        if kept.bytes > RATE {
            kept.left_out += 1;
            return;
        }
        if kept.left_out > 0 {
            let note = format!("[{} lines left out: they came too fast]\n", kept.left_out);
            if self.0.queue.try_send(Item::Line(note.into_bytes())).is_err() {
                kept.left_out += 1;
                return;
            }
            kept.left_out = 0;
        }
        let mut bytes = line.to_vec();
        if bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        if self.0.queue.try_send(Item::Line(bytes)).is_err() {
            kept.left_out += 1;
        }
    }

    /// A line of ours among the server's; it is not among the server's last lines.
    pub(crate) fn note(&self, text: &str) {
        if !self.0.takes_notes {
            return;
        }
        let _ = self.0.queue.try_send(Item::Line(format!("[biowatch] {text}\n").into_bytes()));
    }

    /// The last lines, oldest first, fit to be shown on a terminal.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.lines.iter().cloned().collect()
    }

    /// Waits until what was said so far is written, but not long.
    pub(crate) fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.0.queue.try_send(Item::Flush(done)).is_ok() {
            let _ = written.recv_timeout(Duration::from_secs(1));
        }
    }

    /// Forgets the last lines: a new process begins.
    pub(crate) fn forget(&self) {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner).lines.clear();
    }
}

impl Kept {
    fn remember(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let shown: String = text
            .trim_end()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(KEPT_CHARACTERS)
            .collect();
        if shown.trim().is_empty() {
            return;
        }
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(shown);
    }
}

/// A file that is turned over when it is full.
struct Turning {
    files: LogFiles,
    file: File,
    written: u64,
}

impl Turning {
    fn open(files: LogFiles) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&files.file)?;
        let written = file.metadata()?.len();
        Ok(Self { files, file, written })
    }

    /// Until nobody writes any more. A disk that takes nothing costs the lines, not the server.
    fn write_all_of(mut self, queue: &Receiver<Item>) {
        for item in queue {
            match item {
                Item::Line(line) if self.write(&line).is_err() => thread::sleep(Duration::from_millis(100)),
                Item::Line(_) => {}
                Item::Flush(done) => drop(done.try_send(())),
            }
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.written > 0 && self.written + line.len() as u64 > self.files.bytes {
            self.turn_over()?;
        }
        self.file.write_all(line)?;
        self.written += line.len() as u64;
        Ok(())
    }

    fn turn_over(&mut self) -> io::Result<()> {
        for number in (0..self.files.older).rev() {
            let (from, to) = (self.files.numbered(number), self.files.numbered(number + 1));
            if from.exists() {
                fs_err::rename(from, to)?;
            }
        }
        if self.files.older == 0 {
            fs_err::remove_file(&self.files.file)?;
        }
        self.file = OpenOptions::new().create(true).append(true).open(&self.files.file)?;
        self.written = self.file.metadata()?.len();
        Ok(())
    }
}

/// The last `count` lines of a log, older files included where they are needed. Reads a mebibyte of each at most.
pub fn last_lines(file: &Path, count: usize) -> io::Result<Vec<String>> {
    const MOST: u64 = 1 << 20;
    let mut lines: Vec<String> = Vec::new();
    for number in 0.. {
        let path = if number == 0 { file.to_owned() } else { numbered(file, number) };
        let mut open = match File::open(&path) {
            Ok(open) => open,
            Err(error) if number == 0 => return Err(error),
            Err(_) => break,
        };
        let length = open.metadata()?.len();
        open.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
        let mut bytes = Vec::new();
        open.take(MOST).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut older: Vec<String> = text.lines().map(str::to_owned).collect();
        older.append(&mut lines);
        lines = older;
        if lines.len() >= count || length > MOST {
            break;
        }
    }
    Ok(lines.split_off(lines.len().saturating_sub(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_for(what: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(30);
        while !what() {
            assert!(Instant::now() < until);
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn files_are_turned_over_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.log");
        let mut turning = Turning::open(LogFiles { file: file.clone(), bytes: 100, older: 2 }).unwrap();
        for number in 0..100 {
            turning.write(format!("line {number:04}\n").as_bytes()).unwrap();
        }
        let mut names: Vec<_> = fs_err::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["server.log", "server.log.1", "server.log.2"]);
        let lines = last_lines(&file, 15).unwrap();
        assert_eq!((lines.len(), lines[0].as_str(), lines[14].as_str()), (15, "line 0085", "line 0099"));
        assert!(last_lines(&folder.path().join("none"), 1).is_err());
    }

    #[test]
    fn a_flood_is_left_out_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.log");
        let log = Log::files(LogFiles::at(file.clone())).unwrap();
        let line = vec![b'x'; 1000];
        for _ in 0..20_000 {
            log.line(&line);
        }
        thread::sleep(Duration::from_millis(1100));
        wait_for(|| {
            log.line(b"after");
            let text = fs_err::read_to_string(&file).unwrap();
            text.contains("lines left out: they came too fast]\nafter")
        });
        assert!(fs_err::metadata(&file).unwrap().len() < 4 << 20);
    }

    #[test]
    fn last_lines_are_fit_for_a_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::files(LogFiles::at(folder.path().join("server.log"))).unwrap();
        for number in 0..100 {
            log.line(format!("{number}\u{1b}[2J{}\r\n\n", "y".repeat(1000)).as_bytes());
            log.line(b" \n");
        }
        let lines = log.last_lines();
        assert_eq!(lines.len(), KEPT_LINES);
        assert!(lines[19].starts_with("99 [2Jyy") && lines[19].chars().count() == KEPT_CHARACTERS);
    }
}
