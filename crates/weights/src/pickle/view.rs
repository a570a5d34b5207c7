//! Looking at a decoded value.

use std::fmt;

use super::arena::{Arena, Id, Node, Record};
use crate::tensor::TensorView;

/// A cursor on one decoded value. Copying it is free.
///
/// Values may contain themselves. No method here recurses, but code that walks down must remember where it has
/// been ([`View::id`]) or bound its depth.
#[derive(Clone, Copy)]
pub struct View<'a> {
    arena: &'a Arena,
    id: Id,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind<'a> {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A `str`.
    Text(&'a str),
    /// `bytes` or a `bytearray`.
    Bytes(&'a [u8]),
    /// A list; see [`View::items`].
    List,
    /// A tuple (`torch.Size` too); see [`View::items`].
    Tuple,
    /// A set or a frozenset; see [`View::items`].
    Set,
    /// A dict, ordered dict or default dict; see [`View::entries`].
    Dict,
    /// A class or function, by name only.
    Global(Global<'a>),
    /// An object of a class; its state is read with [`View::attr`] and [`View::entries`].
    Object(Global<'a>),
    /// A call that is not interpreted; its arguments are [`View::items`].
    Call(Global<'a>),
    /// A tensor or parameter.
    Tensor(TensorView<'a>),
    /// A bare storage, an integer beyond 64 bits, or an object whose class is not a name.
    Opaque,
}

/// The name of a class or function. It was never imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Global<'a> {
    /// Dotted module path, such as `torch.nn.modules.conv`.
    pub module: &'a str,
    /// Name within the module; dotted for nested names.
    pub name: &'a str,
}

impl<'a> Global<'a> {
    /// The last part of the name: what architectures are matched on, since module paths move between versions.
    pub fn last(self) -> &'a str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

impl fmt::Display for Global<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({})", self.describe())
    }
}

impl<'a> View<'a> {
    pub(super) fn new(arena: &'a Arena, id: Id) -> Self {
        Self { arena, id }
    }

    fn node(self) -> &'a Node {
        self.arena.node(self.id)
    }

    fn at(self, id: Id) -> Self {
        Self { arena: self.arena, id }
    }

    /// The value's number: equal for two views of the same value of one pickle.
    pub fn id(self) -> u32 {
        self.id
    }

    /// What the value is.
    pub fn kind(self) -> Kind<'a> {
        match self.node() {
            Node::None => Kind::None,
            Node::Bool(value) => Kind::Bool(*value),
            Node::Int(value) => Kind::Int(*value),
            Node::Float(value) => Kind::Float(*value),
            Node::Text(span) => Kind::Text(self.arena.text(*span)),
            Node::Bytes(span) => Kind::Bytes(self.arena.bytes(*span)),
            Node::List(_) => Kind::List,
            Node::Tuple(_) => Kind::Tuple,
            Node::Set(_) => Kind::Set,
            Node::Dict(_) => Kind::Dict,
            Node::Global { .. } => self.global().map_or(Kind::Opaque, Kind::Global),
            Node::Object(record) => self.at(record.class).global().map_or(Kind::Opaque, Kind::Object),
            Node::Call(record) => self.at(record.class).global().map_or(Kind::Opaque, Kind::Call),
            Node::Tensor(_) => self.tensor().map_or(Kind::Opaque, Kind::Tensor),
            Node::Storage(_) | Node::BigInt => Kind::Opaque,
        }
    }

    /// What the value is, in words for a message: `a list of 3`, `an object of models.common.Conv`.
    pub fn describe(self) -> String {
        self.arena.describe(self.id)
    }

    /// Entry `name` of a dict, or of an object's state. Of equal keys the last wins, as in Python.
    pub fn attr(self, name: &str) -> Option<View<'a>> {
        let last = |entries: &[(Id, Id)]| {
            let found = entries.iter().rev().find(|(key, _)| self.at(*key).text() == Some(name));
            found.map(|&(_, value)| self.at(value))
        };
        let [state, slots, own] = self.entry_lists();
        last(own).or_else(|| last(slots)).or_else(|| last(state))
    }

    /// Elements of a list, tuple or set; arguments of a call; what was appended to an object.
    pub fn items(self) -> impl ExactSizeIterator<Item = View<'a>> + DoubleEndedIterator {
        let items: &'a [Id] = match self.node() {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => items,
            Node::Call(record) => self.arena.tuple(record.args),
            Node::Object(record) => &record.items,
            _ => &[],
        };
        items.iter().map(move |&id| self.at(id))
    }

    /// Element `index` of [`View::items`].
    pub fn item(self, index: usize) -> Option<View<'a>> {
        self.items().nth(index)
    }

    /// Keys and values of a dict, or of an object's state, in the order of the file. Keys may repeat.
    pub fn entries(self) -> impl Iterator<Item = (View<'a>, View<'a>)> {
        let entries = self.entry_lists().into_iter().flatten();
        entries.map(move |&(key, value)| (self.at(key), self.at(value)))
    }

    /// Class of an object, or function of a call.
    pub fn class(self) -> Option<Global<'a>> {
        match self.kind() {
            Kind::Object(global) | Kind::Call(global) => Some(global),
            _ => None,
        }
    }

    /// What an object was made with besides its state: the arguments of its constructor, always a tuple.
    pub fn args(self) -> Option<View<'a>> {
        self.record().map(|record| self.at(record.args))
    }

    /// The state of an object as it was given: a dict for nearly every class.
    pub fn state(self) -> Option<View<'a>> {
        self.record()?.state.map(|id| self.at(id))
    }

    /// Whether it is `None`.
    pub fn is_none(self) -> bool {
        matches!(self.node(), Node::None)
    }

    /// A text.
    pub fn text(self) -> Option<&'a str> {
        match self.node() {
            Node::Text(span) => Some(self.arena.text(*span)),
            _ => None,
        }
    }

    /// A boolean.
    pub fn bool(self) -> Option<bool> {
        match self.node() {
            Node::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// An integer; not a boolean.
    pub fn int(self) -> Option<i64> {
        match self.node() {
            Node::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A float, or an integer as a float.
    pub fn float(self) -> Option<f64> {
        match self.node() {
            Node::Float(value) => Some(*value),
            Node::Int(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// A tensor or parameter.
    pub fn tensor(self) -> Option<TensorView<'a>> {
        let Node::Tensor(index) = self.node() else { return None };
        let tensor = self.arena.tensors.get(*index)?;
        let storage = self.arena.storages.get(tensor.storage)?;
        Some(TensorView {
            dtype: tensor.dtype,
            shape: &tensor.shape,
            strides: &tensor.strides,
            offset: tensor.offset,
            storage: self.arena.text(storage.key),
            storage_len: tensor.storage_len,
        })
    }

    fn global(self) -> Option<Global<'a>> {
        match self.node() {
            Node::Global { module, name } => {
                Some(Global { module: self.arena.text(*module), name: self.arena.text(*name) })
            }
            _ => None,
        }
    }

    fn record(self) -> Option<&'a Record> {
        match self.node() {
            Node::Object(record) | Node::Call(record) => Some(record),
            _ => None,
        }
    }

    /// State, slot state and own entries. A state that is a pair is (state, slot state), as Python has it.
    fn entry_lists(self) -> [&'a [(Id, Id)]; 3] {
        let dict = |id: Option<Id>| match id.map(|id| self.arena.node(id)) {
            Some(Node::Dict(entries)) => entries.as_slice(),
            _ => &[],
        };
        let Some(record) = self.record() else { return [dict(Some(self.id)), &[], &[]] };
        let pair = record.state.map_or(&[][..], |state| self.arena.tuple(state));
        match *pair {
            [state, slots] => [dict(Some(state)), dict(Some(slots)), &record.entries],
            _ => [dict(record.state), &[], &record.entries],
        }
    }
}
