//! The byte stream between a socket and hyper: judges each request head before hyper parses it.
//!
//! hyper answers what it cannot parse with an empty body, accepts a request that states its length in two ways,
//! and tells nobody. So the doorway reads the head first, whole, and lets hyper have it only when it is in
//! order. Otherwise it gives hyper a small harmless request in its place and leaves the refusal in a slot, where
//! the service finds it: the refusal then goes out in its turn, after the answers to requests before it, and
//! is logged and counted like any other. To know where the next head begins it follows the length of each body.
//!
//! It also ends a connection whose client has stopped reading: see `Limits::stall_time`.

mod framing;
mod head;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use self::framing::Framing;
use self::head::Judgement;
use crate::Limits;
use crate::refusal::Refusal;

/// What hyper gets in place of a head that is refused.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";

/// Most that is read at once.
const READ_BYTES: usize = 16 * 1024;

/// After a refusal, how much of what the client still sends is read and dropped. Closing a socket with unread
/// bytes resets it, and a reset can destroy the answer before the client reads it.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Where the doorway leaves a refusal for the service.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Refusal>>>);

impl Slot {
    /// The refusal of the request the service was just called with, if it is one.
    pub(crate) fn take(&self) -> Option<Refusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, refusal: Refusal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }
}

/// See the module.
pub(crate) struct Doorway {
    socket: TcpStream,
    limits: Limits,
    slot: Slot,
    /// Read from the socket and not yet handed to hyper.
    buffer: BytesMut,
    place: Place,
    stalled: Option<Pin<Box<Sleep>>>,
}

/// Where in the stream of requests the first byte of the buffer stands.
enum Place {
    /// At or in a head, of which the first `judged` bytes are known to be incomplete.
    Head { judged: usize },
    /// In a head that is in order: so many bytes of it are left to hand over, then the body.
    Granted { left: usize, body: Framing },
    /// In a body.
    Body(Framing),
    /// After a refused head. Nothing more is handed over.
    Refused,
}

impl Doorway {
    /// Stands before `socket` and leaves refusals in `slot`.
    pub(crate) fn new(socket: TcpStream, limits: Limits, slot: Slot) -> Self {
        let place = Place::Head { judged: 0 };
        Self { socket, limits, slot, buffer: BytesMut::new(), place, stalled: None }
    }

    /// Says goodbye in a way that lets the last answer arrive.
    pub(crate) async fn close(mut self) {
        if std::future::poll_fn(|cx| Pin::new(&mut self.socket).poll_shutdown(cx)).await.is_err() {
            return;
        }
        let between_requests = matches!(self.place, Place::Head { .. }) && self.buffer.is_empty();
        if !between_requests {
            let _ = tokio::time::timeout(DRAIN_TIME, self.drain()).await;
        }
    }

    async fn drain(&mut self) {
        let mut drained = 0;
        while drained < DRAIN_BYTES {
            self.buffer.clear();
            match std::future::poll_fn(|cx| self.poll_fill(cx)).await {
                Ok(count) if count > 0 => drained += count,
                _ => return,
            }
        }
    }

    /// Reads once into the buffer; 0 is the end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut bytes = [0; READ_BYTES];
        loop {
            ready!(self.socket.poll_read_ready(cx))?;
            match self.socket.try_read(&mut bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    self.buffer.extend_from_slice(bytes.get(..count).unwrap_or_default());
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }

    /// Judges the head at the start of the buffer if there is news of it. Parsing at each read would be
    /// quadratic for a head that comes byte by byte, so after the first look it waits for the empty line.
    fn judge_head(&mut self, judged: usize) {
        let news = self.buffer.len() > judged;
        let worth_it = judged == 0
            || self.buffer.len() >= self.limits.head_bytes
            || self.buffer.get(judged.saturating_sub(3)..).is_some_and(has_empty_line);
        if !news || !worth_it {
            return;
        }
        self.place = match head::judge(&self.buffer, &self.limits) {
            Judgement::Incomplete => Place::Head { judged: self.buffer.len() },
            Judgement::InOrder { length, body } => Place::Granted { left: length, body },
            Judgement::Refused(refusal) => {
                self.slot.put(refusal);
                Place::Refused
            }
        };
    }

    fn hand_over(&mut self, count: usize, cursor: &mut ReadBufCursor<'_>) {
        cursor.put_slice(self.buffer.get(..count).unwrap_or_default());
        self.buffer.advance(count);
    }

    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.limits.stall_time;
        let sleep =
            self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + limit)));
        sleep
            .as_mut()
            .poll(cx)
            .map(|()| io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading"))
    }

    fn watched(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            return self.poll_stall(cx).map(Err);
        }
        self.stalled = None;
        written
    }
}

/// Whether a line break is followed by another, with or without carriage returns.
fn has_empty_line(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}

impl Read for Doorway {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let room = cursor.remaining().min(this.buffer.len());
            match &mut this.place {
                Place::Head { judged } => {
                    let judged = *judged;
                    this.judge_head(judged);
                    match this.place {
                        Place::Head { .. } => {}
                        Place::Refused => {
                            cursor.put_slice(STAND_IN);
                            return Poll::Ready(Ok(()));
                        }
                        Place::Granted { .. } | Place::Body(_) => continue,
                    }
                }
                Place::Granted { left: 0, body } => {
                    let body = std::mem::replace(body, Framing::Empty);
                    this.place = if body.is_over() { Place::Head { judged: 0 } } else { Place::Body(body) };
                    continue;
                }
                Place::Granted { left, .. } => {
                    let count = room.min(*left);
                    *left -= count;
                    this.hand_over(count, &mut cursor);
                    return Poll::Ready(Ok(()));
                }
                Place::Body(body) if room > 0 => {
                    let count = body.advance(this.buffer.get(..room).unwrap_or_default());
                    if body.is_over() {
                        this.place = Place::Head { judged: 0 };
                    }
                    this.hand_over(count, &mut cursor);
                    return Poll::Ready(Ok(()));
                }
                Place::Body(_) => {}
                Place::Refused => return Poll::Pending,
            }
            if ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl Write for Doorway {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write(cx, bytes);
        this.watched(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write_vectored(cx, slices);
        this.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}
