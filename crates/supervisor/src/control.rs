//! How commands talk to a keeper: a line of JSON to a loopback port, and lines of JSON back.
//!
//! The port and a random key stand in the keeper's `state.json`, which its owner alone may read. The same on all
//! systems.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::key::Key;
use crate::machine::Why;
use crate::report::Report;
use crate::server::Handle;

/// Bytes of a question.
const LONGEST_QUESTION: u64 = 4096;
/// Bytes of an answer's line.
const LONGEST_ANSWER: u64 = 1 << 18;
/// How long a question may take to arrive, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections at a time.
const MOST_CONNECTIONS: usize = 16;

/// Where a keeper listens, and the key that it wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// On 127.0.0.1.
    pub port: u16,
    /// Its key.
    pub key: Key,
}

/// What a keeper can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// One report.
    Report,
    /// Reports as things change.
    Watch,
    /// An end, and reports until it is there.
    Stop,
    /// An end at once, and reports until it is there.
    Kill,
    /// A new process, and reports as things change.
    Restart,
}

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    key: Key,
    wish: Wish,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Report(Box<Report>),
    Refused(String),
}

/// Why a keeper was not understood.
#[derive(Debug, Error)]
pub enum TalkError {
    /// Nobody listens, or the connection broke.
    #[error("the keeper cannot be reached")]
    Unreachable(#[source] io::Error),
    /// It does not answer in time.
    #[error("the keeper does not answer")]
    Silent,
    /// It has ended.
    #[error("the keeper has ended")]
    Ended,
    /// It does not want to.
    #[error("the keeper refuses: {0}")]
    Refused(String),
    /// It speaks another language.
    #[error("the keeper's answer makes no sense")]
    Nonsense(#[source] serde_json::Error),
}

/// A keeper that is talking.
pub struct Talk {
    stream: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Talk {
    /// Asks.
    pub fn begin(control: &Control, wish: Wish) -> Result<Self, TalkError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, control.port));
        let question = Question { key: control.key.clone(), wish };
        let mut line = serde_json::to_vec(&question).map_err(TalkError::Nonsense)?;
        line.push(b'\n');
        let send = || {
            let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.write_all(&line)?;
            Ok(stream)
        };
        let stream = send().map_err(TalkError::Unreachable)?;
        Ok(Self { stream: BufReader::new(stream), line: Vec::new() })
    }

    /// The next report. [`TalkError::Silent`] after `patience`: ask again, nothing is lost.
    pub fn next(&mut self, patience: Duration) -> Result<Report, TalkError> {
        let set = self.stream.get_ref().set_read_timeout(Some(patience.max(Duration::from_millis(1))));
        set.map_err(TalkError::Unreachable)?;
        loop {
            let left = LONGEST_ANSWER.saturating_sub(self.line.len() as u64);
            match io::Read::take(&mut self.stream, left).read_until(b'\n', &mut self.line) {
                Ok(_) if self.line.last() == Some(&b'\n') => break,
                Ok(_) => return Err(TalkError::Ended),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(match error.kind() {
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => TalkError::Silent,
                        io::ErrorKind::ConnectionReset => TalkError::Ended,
                        _ => TalkError::Unreachable(error),
                    });
                }
            }
        }
        let answer = serde_json::from_slice(&self.line).map_err(TalkError::Nonsense);
        self.line.clear();
        match answer? {
            Answer::Report(report) => Ok(*report),
            Answer::Refused(why) => Err(TalkError::Refused(why)),
        }
    }
}

/// Asks for one report.
pub fn report(control: &Control) -> Result<Report, TalkError> {
    Talk::begin(control, Wish::Report)?.next(PATIENCE)
}

/// The keeper's side.
pub(crate) struct Listener {
    listener: TcpListener,
    control: Control,
}

impl Listener {
    /// Takes a free port and makes a key.
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let control = Control { port: listener.local_addr()?.port(), key: Key::random()? };
        Ok(Self { listener, control })
    }

    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// Answers until `done` says so, and then until those who listen have heard the end, but not long.
    pub(crate) async fn answer(self, server: Handle, mut done: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut talks = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let Ok((stream, _)) = accepted else {
                        // Too many open files, most likely: others need a moment to close theirs.
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    };
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
                    let (key, server) = (self.control.key.clone(), server.clone());
                    talks.spawn(async move {
                        let _ = talk(stream, &key, &server).await;
                        drop(place);
                    });
                }
                Some(_) = talks.join_next() => {}
                () = said(&mut done) => break,
            }
        }
        let _ = timeout(Duration::from_secs(1), async { while talks.join_next().await.is_some() {} }).await;
    }
}

async fn said(done: &mut watch::Receiver<bool>) {
    // A sender that is gone has no more to say either.
    let _ = done.wait_for(|done| *done).await;
}

async fn talk(mut stream: tokio::net::TcpStream, key: &Key, server: &Handle) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut line = Vec::new();
    let mut reader = tokio::io::BufReader::new(reader.take(LONGEST_QUESTION));
    timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await.map_err(io::Error::other)??;
    let wish = match serde_json::from_slice::<Question>(&line) {
        Ok(question) if key.matches(question.key.reveal()) => question.wish,
        Ok(_) => return say(&mut writer, &Answer::Refused("the key is wrong".to_owned())).await,
        Err(_) => return say(&mut writer, &Answer::Refused("the question makes no sense".to_owned())).await,
    };
    let mut reports = server.report();
    match wish {
        Wish::Report | Wish::Watch => {}
        Wish::Stop => server.stop(Why::Asked).await,
        Wish::Kill => server.hurry(Why::Asked).await,
        Wish::Restart => server.restart().await,
    }
    loop {
        let report = reports.borrow_and_update().clone();
        let over = report.phase.is_over();
        say(&mut writer, &Answer::Report(Box::new(report))).await?;
        if over || wish == Wish::Report || reports.changed().await.is_err() {
            return Ok(());
        }
    }
}

async fn say(writer: &mut (impl AsyncWriteExt + Unpin), answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    timeout(PATIENCE, writer.write_all(&line)).await.map_err(io::Error::other)?
}
