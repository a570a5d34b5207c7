//! A reader that stops where one part of a file is larger than any honest one, before it is held.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes of one part, at most. The answer to an hour of video, frame by frame, has half of it.
const MOST_BYTES: u64 = 64 << 20;

/// Counts what was read of the part in hand.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

/// Says that a part is done and the next one begins.
#[derive(Debug, Clone)]
pub(crate) struct Next(Rc<Cell<u64>>);

impl Next {
    pub(crate) fn part(&self) {
        self.0.set(0);
    }
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(inner: R) -> (Self, Next) {
        let read = Rc::new(Cell::new(0));
        (Self { inner, read: Rc::clone(&read) }, Next(read))
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get() + count as u64);
        if self.read.get() > MOST_BYTES {
            return Err(io::Error::other(format!("one part of it is larger than {} MiB", MOST_BYTES >> 20)));
        }
        Ok(count)
    }
}
