//! Decoded values, side by side. They name each other by number, so nothing here is recursive: not building, not
//! dropping, not cycles.

use crate::tensor::DType;

/// Number of a value.
pub(super) type Id = u32;

/// A stretch of the arena's text or bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug)]
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// An integer beyond i64: nothing needs one.
    BigInt,
    Float(f64),
    Text(Span),
    Bytes(Span),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global {
        module: Span,
        name: Span,
    },
    /// NEWOBJ, with what BUILD and friends gave it.
    Object(Box<Record>),
    /// A REDUCE that is not interpreted.
    Call(Box<Record>),
    /// Index into `storages`.
    Storage(usize),
    /// Index into `tensors`.
    Tensor(usize),
}

/// What is known of an object or an uninterpreted call.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) class: Id,
    /// A tuple.
    pub(super) args: Id,
    pub(super) state: Option<Id>,
    /// From APPEND: the object is a list of some kind.
    pub(super) items: Vec<Id>,
    /// From SETITEM: the object is a dict of some kind.
    pub(super) entries: Vec<(Id, Id)>,
}

#[derive(Debug)]
pub(crate) struct Storage {
    /// `None` for an untyped one, counted in bytes.
    pub(crate) dtype: Option<DType>,
    pub(crate) key: Span,
    /// In elements.
    pub(crate) len: usize,
}

#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) dtype: DType,
    pub(super) storage: usize,
    pub(super) storage_len: usize,
    pub(super) offset: usize,
    pub(super) shape: Box<[usize]>,
    pub(super) strides: Box<[usize]>,
}

#[derive(Debug, Default)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
    text: String,
    bytes: Vec<u8>,
    pub(super) storages: Vec<Storage>,
    pub(super) tensors: Vec<Tensor>,
}

const NONE: Node = Node::None;

impl Arena {
    /// Adds a value. The machine's limit on decoded bytes keeps the number far below 2^32.
    pub(super) fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        (self.nodes.len() - 1) as Id
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        self.nodes.get(id as usize).unwrap_or(&NONE)
    }

    pub(super) fn node_mut(&mut self, id: Id) -> Option<&mut Node> {
        self.nodes.get_mut(id as usize)
    }

    pub(super) fn push_text(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span { start, end: self.text.len() as u32 }
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) -> Span {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        Span { start, end: self.bytes.len() as u32 }
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The elements of a tuple; empty for anything else.
    pub(super) fn tuple(&self, id: Id) -> &[Id] {
        match self.node(id) {
            Node::Tuple(items) => items,
            _ => &[],
        }
    }

    /// `module.name` of a global; for anything else, what it is.
    pub(super) fn describe(&self, id: Id) -> String {
        match self.node(id) {
            Node::None => "None".to_owned(),
            Node::Bool(value) => format!("the boolean {value}"),
            Node::Int(value) => format!("the integer {value}"),
            Node::BigInt => "an integer beyond 64 bits".to_owned(),
            Node::Float(value) => format!("the number {value}"),
            Node::Text(_) => "a text".to_owned(),
            Node::Bytes(_) => "bytes".to_owned(),
            Node::List(items) => format!("a list of {}", items.len()),
            Node::Tuple(items) => format!("a tuple of {}", items.len()),
            Node::Set(items) => format!("a set of {}", items.len()),
            Node::Dict(entries) => format!("a dict of {}", entries.len()),
            Node::Global { module, name } => format!("{}.{}", self.text(*module), self.text(*name)),
            Node::Object(record) => format!("an object of {}", self.global_name(record.class)),
            Node::Call(record) => format!("a call of {}", self.global_name(record.class)),
            Node::Storage(_) => "a storage".to_owned(),
            Node::Tensor(_) => "a tensor".to_owned(),
        }
    }

    fn global_name(&self, id: Id) -> String {
        match self.node(id) {
            Node::Global { module, name } => format!("{}.{}", self.text(*module), self.text(*name)),
            _ => "something that is no class".to_owned(),
        }
    }
}
