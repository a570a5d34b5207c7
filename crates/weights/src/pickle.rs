//! A pickle, decoded without running anything.
//!
//! The machine knows the opcodes of protocols 2 to 5 and builds plain records. A class is two strings; a call is a
//! name with its arguments. The few calls that only spell data (ordered dicts, sets, tensors, parameters) are
//! interpreted, by an allow-list of names; every other call stays a record that does nothing.

use std::path::Path;

use thiserror::Error;

use crate::limits::Limits;
use crate::tensor::DType;

mod arena;
mod calls;
mod input;
mod machine;
mod opcode;
mod tensors;
mod view;

pub(crate) use arena::Storage;
pub use view::{Global, Kind, View};

/// A decoded pickle. Values refer to each other by number, so shared and circular ones cost nothing.
#[derive(Debug)]
pub struct Pickle {
    arena: arena::Arena,
    root: arena::Id,
    opcodes: usize,
}

/// Whether a pickle may refer to storages outside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storages {
    /// The pickle of a checkpoint.
    Beside,
    /// A pickle on its own.
    None,
}

impl Pickle {
    /// Reads a pickle file of its own, such as a list of class names.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, OpenPickleError> {
        let size = fs_err::metadata(path)?.len();
        if size > limits.entry_bytes as u64 {
            return Err(OpenPickleError::TooLarge { size, limit: limits.entry_bytes });
        }
        Ok(Self::from_bytes(&fs_err::read(path)?, limits)?)
    }

    /// Decodes a pickle that refers to nothing outside itself.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self, PickleError> {
        machine::decode(bytes, limits, Storages::None)
    }

    /// Decodes the `data.pkl` of a checkpoint by itself. Whether its storages exist is for
    /// [`Checkpoint`](crate::Checkpoint) to see.
    pub fn with_storages(bytes: &[u8], limits: &Limits) -> Result<Self, PickleError> {
        machine::decode(bytes, limits, Storages::Beside)
    }

    /// The value the pickle stands for.
    pub fn root(&self) -> View<'_> {
        View::new(&self.arena, self.root)
    }

    /// How many opcodes it took.
    pub fn opcodes(&self) -> usize {
        self.opcodes
    }

    /// Name and bytes of every storage outside the pickle that its tensors refer to.
    pub fn storage_sizes(&self) -> impl Iterator<Item = (&str, u64)> {
        self.storages().map(|(storage, key)| {
            let element = storage.dtype.map_or(1, DType::bytes);
            (key, (storage.len as u64).saturating_mul(element as u64))
        })
    }

    pub(crate) fn storages(&self) -> impl Iterator<Item = (&Storage, &str)> {
        self.arena.storages.iter().map(|storage| (storage, self.arena.text(storage.key)))
    }
}

/// Why a pickle file could not be read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum OpenPickleError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the file has {size} bytes, more than the limit of {limit}")]
    TooLarge { size: u64, limit: usize },
    #[error(transparent)]
    Pickle(#[from] PickleError),
}

/// Where decoding stopped, and why.
#[derive(Debug, Error)]
#[error("{opcode} at byte {offset} of the pickle")]
pub struct PickleError {
    /// Name of the opcode, as Python's `pickletools` spells it.
    pub opcode: &'static str,
    /// Where the opcode lies.
    pub offset: usize,
    /// What was wrong.
    #[source]
    pub problem: PickleProblem,
}

/// What can be wrong with an opcode.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum PickleProblem {
    #[error("cut short: {needed} bytes expected, {left} left")]
    Truncated { needed: u64, left: usize },
    #[error("byte {found:#04x} is no opcode")]
    UnknownOpcode { found: u8 },
    #[error("refused: {why}")]
    Refused { why: &'static str },
    #[error("expected a protocol from 2 to 5, found {found}")]
    Protocol { found: u8 },
    #[error("expected the opcode PROTO first: not a pickle of protocol 2 to 5")]
    NoProtocol,
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("the stack has too few values")]
    StackEmpty,
    #[error("no MARK to go back to")]
    NoMark,
    #[error("number {index} is not in the memo")]
    NotInMemo { index: u32 },
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("expected {expected}, found {found}")]
    Operand { expected: &'static str, found: String },
    #[error("the value has its state already")]
    SecondState,
    #[error("the frame declares {declared} bytes, {left} are left")]
    Frame { declared: u64, left: usize },
    #[error("{values} values besides the result are left on the stack")]
    Leftover { values: usize },
    #[error("{bytes} bytes follow the end")]
    Trailing { bytes: usize },
    #[error(
        "storage class {found} is not supported, expected Half, BFloat16, Float, Double, Char, Byte, Short, Int, Long or Bool"
    )]
    StorageClass { found: String },
    #[error("element type {found} is not supported")]
    ElementType { found: String },
    #[error(transparent)]
    Shape(#[from] crate::tensor::ShapeError),
}
