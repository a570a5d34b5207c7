//! The calls that only spell data. Everything else stays a record.

use super::PickleProblem;
use super::arena::{Id, Node};
use super::machine::Machine;

type Result<T> = std::result::Result<T, PickleProblem>;

/// The allow-list.
#[derive(Clone, Copy)]
enum Known {
    Dict,
    Set,
    /// The first argument is the value.
    First,
    Tensor,
    TensorWithType,
    TensorFromType,
    Attribute,
    Encode,
}

fn known(module: &str, name: &str) -> Option<Known> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => Known::Dict,
        ("__builtin__" | "builtins", "set" | "frozenset") => Known::Set,
        ("__builtin__" | "builtins", "getattr") => Known::Attribute,
        ("torch", "Size")
        | ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state")
        | ("torch.nn.parameter", "Parameter")
        | (
            "torch.jit._pickle",
            "build_intlist" | "build_doublelist" | "build_boollist" | "build_tensorlist" | "restore_type_tag",
        ) => Known::First,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Known::Tensor,
        ("torch._utils", "_rebuild_tensor_v3") => Known::TensorWithType,
        ("torch._tensor", "_rebuild_from_type_v2") => Known::TensorFromType,
        ("_codecs", "encode") => Known::Encode,
        _ => return None,
    })
}

impl Machine<'_> {
    /// What `function(*args)` stands for. `args` is a tuple.
    pub(super) fn call(&mut self, function: Id, args: Id) -> Result<Id> {
        match self.known(function) {
            Some(Known::Dict) => self.call_dict(function, args),
            Some(Known::Set) => self.call_set(function, args),
            Some(Known::First) => match self.arena.tuple(args) {
                [first, ..] => Ok(*first),
                [] => Err(self.expected("an argument", args)),
            },
            Some(Known::Tensor) => self.rebuild_tensor(args, false),
            Some(Known::TensorWithType) => self.rebuild_tensor(args, true),
            Some(Known::TensorFromType) => self.call_from_type(function, args),
            Some(Known::Attribute) => self.call_attribute(function, args),
            Some(Known::Encode) => self.call_encode(function, args),
            None => self.inert(function, args),
        }
    }

    fn known(&self, function: Id) -> Option<Known> {
        let Node::Global { module, name } = self.arena.node(function) else { return None };
        known(self.arena.text(*module), self.arena.text(*name))
    }

    fn inert(&mut self, function: Id, args: Id) -> Result<Id> {
        let record = self.record(function, args)?;
        self.node(Node::Call(record))
    }

    /// `OrderedDict()` or `OrderedDict([(key, value), …])`.
    fn call_dict(&mut self, function: Id, args: Id) -> Result<Id> {
        let list = match *self.arena.tuple(args) {
            [] => return self.node(Node::Dict(Vec::new())),
            [list] => list,
            _ => return self.inert(function, args),
        };
        let Node::List(items) = self.arena.node(list) else { return self.inert(function, args) };
        let count = items.len();
        self.charge(count * size_of::<(Id, Id)>())?;
        let Node::List(items) = self.arena.node(list) else { return self.inert(function, args) };
        let pair = |&item: &Id| match self.arena.node(item) {
            Node::Tuple(pair) | Node::List(pair) => <[Id; 2]>::try_from(pair.as_slice()).ok().map(Into::into),
            _ => None,
        };
        match items.iter().map(pair).collect() {
            Some(entries) => self.node(Node::Dict(entries)),
            None => Err(self.expected("a list of pairs", list)),
        }
    }

    /// `set()` or `set([…])`.
    fn call_set(&mut self, function: Id, args: Id) -> Result<Id> {
        let list = match *self.arena.tuple(args) {
            [] => return self.node(Node::Set(Vec::new())),
            [list] => list,
            _ => return self.inert(function, args),
        };
        let count = match self.arena.node(list) {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => items.len(),
            _ => return self.inert(function, args),
        };
        self.charge(count * size_of::<Id>())?;
        let items = match self.arena.node(list) {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => items.clone(),
            _ => Vec::new(),
        };
        self.node(Node::Set(items))
    }

    /// `_rebuild_from_type_v2(function, type, args, state)`: a tensor of a subclass, or with attributes.
    fn call_from_type(&mut self, function: Id, args: Id) -> Result<Id> {
        let [rebuild, _, inner, _] = *self.arena.tuple(args) else { return self.inert(function, args) };
        if !matches!(self.arena.node(inner), Node::Tuple(_)) {
            return Err(self.expected("a tuple of arguments", inner));
        }
        match self.known(rebuild) {
            Some(Known::Tensor) => self.rebuild_tensor(inner, false),
            Some(Known::TensorWithType) => self.rebuild_tensor(inner, true),
            _ => self.inert(function, args),
        }
    }

    /// `getattr(module.Class, "name")` is the name `module.Class.name`; nothing is looked up.
    fn call_attribute(&mut self, function: Id, args: Id) -> Result<Id> {
        let [owner, attribute] = *self.arena.tuple(args) else { return self.inert(function, args) };
        let (&Node::Global { module, name }, &Node::Text(attribute)) =
            (self.arena.node(owner), self.arena.node(attribute))
        else {
            return self.inert(function, args);
        };
        let length = self.arena.text(name).len() + 1 + self.arena.text(attribute).len();
        self.charge(length)?;
        let joined = format!("{}.{}", self.arena.text(name), self.arena.text(attribute));
        let name = self.arena.push_text(&joined);
        self.node(Node::Global { module, name })
    }

    /// `_codecs.encode(text, "latin1")`: how protocol 2 spells bytes.
    fn call_encode(&mut self, function: Id, args: Id) -> Result<Id> {
        let [text, encoding] = *self.arena.tuple(args) else { return self.inert(function, args) };
        let (&Node::Text(text), &Node::Text(encoding)) = (self.arena.node(text), self.arena.node(encoding))
        else {
            return self.inert(function, args);
        };
        if !matches!(self.arena.text(encoding), "latin1" | "latin-1") {
            return self.inert(function, args);
        }
        self.charge(self.arena.text(text).len())?;
        let bytes: Option<Vec<u8>> = self.arena.text(text).chars().map(|c| u8::try_from(c).ok()).collect();
        match bytes {
            Some(bytes) => {
                let span = self.arena.push_bytes(&bytes);
                self.node(Node::Bytes(span))
            }
            None => self.inert(function, args),
        }
    }
}
