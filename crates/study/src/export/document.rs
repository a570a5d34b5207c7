//! A JSON object written as it comes, so that its lists may be longer than memory.

use std::io::{self, Write};

use serde::Serialize;

/// Writes one object. Keys are the caller's care.
#[derive(Debug)]
pub(crate) struct Document<W: Write> {
    out: W,
    keys: usize,
    items: usize,
}

impl<W: Write> Document<W> {
    /// Opens the object.
    pub(crate) fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self { out, keys: 0, items: 0 })
    }

    fn key(&mut self, key: &str) -> io::Result<()> {
        self.out.write_all(if self.keys == 0 { b"\n" } else { b",\n" })?;
        self.keys += 1;
        serde_json::to_writer(&mut self.out, key)?;
        self.out.write_all(b": ")
    }

    /// A whole value.
    pub(crate) fn field(&mut self, key: &str, value: &impl Serialize) -> io::Result<()> {
        self.key(key)?;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }

    /// Opens a list; close it with [`Document::end_list`].
    pub(crate) fn list(&mut self, key: &str) -> io::Result<()> {
        self.key(key)?;
        self.items = 0;
        self.out.write_all(b"[")
    }

    /// An item of the open list, on a line of its own.
    pub(crate) fn item(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if self.items == 0 { b"\n" } else { b",\n" })?;
        self.items += 1;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }

    /// Closes the open list.
    pub(crate) fn end_list(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n]")
    }

    /// Closes the object.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}
