//! The stack machine: opcodes in, values out.
//!
//! Every opcode costs constant time, apart from copies, and copies are charged against
//! [`Limits::decoded_bytes`] before they are made.

use super::arena::{Arena, Id, Node, Record};
use super::input::Input;
use super::opcode::{self, *};
use super::{Pickle, PickleError, PickleProblem, Storages};
use crate::limits::Limits;

type Result<T> = std::result::Result<T, PickleProblem>;

/// Longest line of a GLOBAL: a module path or a name.
const NAME_BYTES: usize = 4096;
/// A place in the memo that nothing was put into.
const EMPTY: Id = Id::MAX;

pub(super) struct Machine<'a> {
    pub(super) arena: Arena,
    pub(super) limits: &'a Limits,
    pub(super) storages: Storages,
    input: Input<'a>,
    stack: Vec<Id>,
    /// Heights of the stack at which MARK was seen.
    marks: Vec<usize>,
    memo: Vec<Id>,
    memoized: u32,
    decoded_bytes: usize,
    constants: Constants,
}

/// Values that need to exist only once.
struct Constants {
    none: Id,
    no: Id,
    yes: Id,
    empty_tuple: Id,
}

pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    storages: Storages,
) -> std::result::Result<Pickle, PickleError> {
    let mut machine = Machine::new(bytes, limits, storages);
    let mut opcodes = 0;
    loop {
        let offset = machine.input.offset();
        let byte = bytes.get(offset).copied();
        let fail = |problem| PickleError { opcode: byte.map_or("the end", opcode::name), offset, problem };
        opcodes += 1;
        if opcodes > limits.opcodes {
            return Err(fail(PickleProblem::TooMany { what: "opcodes", limit: limits.opcodes }));
        }
        if opcodes == 1 && byte.is_some_and(|byte| byte != PROTO) {
            return Err(fail(PickleProblem::NoProtocol));
        }
        if let Some(root) = machine.step().map_err(fail)? {
            return Ok(Pickle { arena: machine.arena, root, opcodes });
        }
    }
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits, storages: Storages) -> Self {
        let mut arena = Arena::default();
        let constants = Constants {
            none: arena.push(Node::None),
            no: arena.push(Node::Bool(false)),
            yes: arena.push(Node::Bool(true)),
            empty_tuple: arena.push(Node::Tuple(Vec::new())),
        };
        Self {
            arena,
            limits,
            storages,
            input: Input::new(bytes),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            memoized: 0,
            decoded_bytes: 0,
            constants,
        }
    }

    /// Runs one opcode; the result of the pickle at STOP.
    fn step(&mut self) -> Result<Option<Id>> {
        let byte = self.input.u8()?;
        match byte {
            PROTO => self.protocol()?,
            FRAME => self.frame()?,
            STOP => return self.stop().map(Some),
            MARK => self.mark()?,
            POP => self.discard()?,
            POP_MARK => drop(self.pop_to_mark()?),
            DUP => self.duplicate()?,
            NONE => self.push(self.constants.none)?,
            NEWFALSE => self.push(self.constants.no)?,
            NEWTRUE => self.push(self.constants.yes)?,
            EMPTY_TUPLE => self.push(self.constants.empty_tuple)?,
            BININT | BININT1 | BININT2 | LONG1 | LONG4 => self.integer(byte)?,
            BINFLOAT => self.float()?,
            BINUNICODE | SHORT_BINUNICODE | BINUNICODE8 => self.text(byte)?,
            BINSTRING | SHORT_BINSTRING => self.old_string(byte)?,
            BINBYTES | SHORT_BINBYTES | BINBYTES8 | BYTEARRAY8 => self.bytes(byte)?,
            TUPLE1 => self.small_tuple(1)?,
            TUPLE2 => self.small_tuple(2)?,
            TUPLE3 => self.small_tuple(3)?,
            TUPLE => self.marked(Node::Tuple)?,
            EMPTY_LIST => self.add(Node::List(Vec::new()))?,
            LIST => self.marked(Node::List)?,
            EMPTY_SET => self.add(Node::Set(Vec::new()))?,
            FROZENSET => self.marked(Node::Set)?,
            EMPTY_DICT => self.add(Node::Dict(Vec::new()))?,
            DICT => self.dict()?,
            APPEND => self.append_one()?,
            APPENDS => self.append_many()?,
            ADDITEMS => self.add_items()?,
            SETITEM => self.set_one()?,
            SETITEMS => self.set_many()?,
            BINPUT | LONG_BINPUT => self.put(byte)?,
            MEMOIZE => self.memoize(self.memoized)?,
            BINGET | LONG_BINGET => self.get(byte)?,
            GLOBAL => self.global()?,
            STACK_GLOBAL => self.stack_global()?,
            REDUCE => self.reduce()?,
            NEWOBJ => self.new_object(1)?,
            NEWOBJ_EX => self.new_object(2)?,
            BUILD => self.build()?,
            BINPERSID => self.storage_reference()?,
            _ => return Err(refusal(byte)),
        }
        Ok(None)
    }

    // Framing.

    fn protocol(&mut self) -> Result<()> {
        match self.input.u8()? {
            2..=5 => Ok(()),
            found => Err(PickleProblem::Protocol { found }),
        }
    }

    /// Frames only help readers of streams; this one must merely not lie.
    fn frame(&mut self) -> Result<()> {
        let declared = self.input.u64()?;
        let left = self.input.left();
        if declared > left as u64 {
            return Err(PickleProblem::Frame { declared, left });
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<Id> {
        let root = self.pop()?;
        if !self.stack.is_empty() || !self.marks.is_empty() {
            return Err(PickleProblem::Leftover { values: self.stack.len() + self.marks.len() });
        }
        match self.input.left() {
            0 => Ok(root),
            bytes => Err(PickleProblem::Trailing { bytes }),
        }
    }

    // Stack.

    pub(super) fn push(&mut self, id: Id) -> Result<()> {
        if self.stack.len() >= self.limits.stack {
            return Err(PickleProblem::TooMany { what: "values on the stack", limit: self.limits.stack });
        }
        self.stack.push(id);
        Ok(())
    }

    /// The top value; those below the last MARK are out of reach.
    pub(super) fn pop(&mut self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(PickleProblem::StackEmpty);
        }
        self.stack.pop().ok_or(PickleProblem::StackEmpty)
    }

    fn top(&self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack.get(floor..).and_then(|reach| reach.last()).copied().ok_or(PickleProblem::StackEmpty)
    }

    fn mark(&mut self) -> Result<()> {
        if self.marks.len() >= self.limits.nesting {
            return Err(PickleProblem::TooMany { what: "open MARKs", limit: self.limits.nesting });
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>> {
        let floor = self.marks.pop().ok_or(PickleProblem::NoMark)?;
        Ok(self.stack.split_off(floor.min(self.stack.len())))
    }

    /// POP: the top value, or the MARK itself when nothing lies above it.
    fn discard(&mut self) -> Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn duplicate(&mut self) -> Result<()> {
        let top = self.top()?;
        self.push(top)
    }

    // Values.

    /// Accounts for memory about to be taken.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<()> {
        // Spans count in 32 bits.
        let limit = self.limits.decoded_bytes.min(u32::MAX as usize);
        self.decoded_bytes = self.decoded_bytes.saturating_add(bytes);
        if self.decoded_bytes > limit {
            return Err(PickleProblem::TooMany { what: "bytes of decoded values", limit });
        }
        Ok(())
    }

    /// Adds a value without putting it on the stack. What it holds beyond its own size is charged by the caller.
    pub(super) fn node(&mut self, node: Node) -> Result<Id> {
        self.charge(size_of::<Node>())?;
        Ok(self.arena.push(node))
    }

    pub(super) fn add(&mut self, node: Node) -> Result<()> {
        let id = self.node(node)?;
        self.push(id)
    }

    fn integer(&mut self, byte: u8) -> Result<()> {
        let node = match byte {
            BININT => Node::Int(self.input.array().map(i32::from_le_bytes)?.into()),
            BININT1 => Node::Int(self.input.u8()?.into()),
            BININT2 => Node::Int(self.input.u16()?.into()),
            _ => {
                let length = if byte == LONG1 { self.input.u8()?.into() } else { self.input.u32()? };
                long(self.input.take(length.into())?)
            }
        };
        self.add(node)
    }

    fn float(&mut self) -> Result<()> {
        let value = self.input.array().map(f64::from_be_bytes)?;
        self.add(Node::Float(value))
    }

    /// The length that follows the opcode, and as many bytes.
    fn string(&mut self, byte: u8) -> Result<&'a [u8]> {
        let length: u64 = match byte {
            SHORT_BINUNICODE | SHORT_BINSTRING | SHORT_BINBYTES => self.input.u8()?.into(),
            BINUNICODE8 | BINBYTES8 | BYTEARRAY8 => self.input.u64()?,
            _ => self.input.u32()?.into(),
        };
        if length > self.limits.string_bytes as u64 {
            return Err(PickleProblem::TooMany {
                what: "bytes in a string",
                limit: self.limits.string_bytes,
            });
        }
        let bytes = self.input.take(length)?;
        self.charge(bytes.len())?;
        Ok(bytes)
    }

    fn text(&mut self, byte: u8) -> Result<()> {
        let bytes = self.string(byte)?;
        let text = std::str::from_utf8(bytes).map_err(|_| PickleProblem::NotUtf8)?;
        let span = self.arena.push_text(text);
        self.add(Node::Text(span))
    }

    /// A Python 2 `str`: a text if it can be one.
    fn old_string(&mut self, byte: u8) -> Result<()> {
        let bytes = self.string(byte)?;
        let node = match std::str::from_utf8(bytes) {
            Ok(text) => Node::Text(self.arena.push_text(text)),
            Err(_) => Node::Bytes(self.arena.push_bytes(bytes)),
        };
        self.add(node)
    }

    fn bytes(&mut self, byte: u8) -> Result<()> {
        let bytes = self.string(byte)?;
        let span = self.arena.push_bytes(bytes);
        self.add(Node::Bytes(span))
    }

    // Containers.

    fn small_tuple(&mut self, size: usize) -> Result<()> {
        let mut items = Vec::with_capacity(size);
        for _ in 0..size {
            items.push(self.pop()?);
        }
        items.reverse();
        self.charge(size * size_of::<Id>())?;
        self.add(Node::Tuple(items))
    }

    fn marked(&mut self, build: fn(Vec<Id>) -> Node) -> Result<()> {
        let items = self.pop_to_mark()?;
        self.charge(items.len() * size_of::<Id>())?;
        self.add(build(items))
    }

    fn dict(&mut self) -> Result<()> {
        let entries = pairs(self.pop_to_mark()?)?;
        self.charge(entries.len() * size_of::<(Id, Id)>())?;
        self.add(Node::Dict(entries))
    }

    fn append_one(&mut self) -> Result<()> {
        let item = self.pop()?;
        self.extend(vec![item])
    }

    fn append_many(&mut self) -> Result<()> {
        let items = self.pop_to_mark()?;
        self.extend(items)
    }

    fn extend(&mut self, items: Vec<Id>) -> Result<()> {
        self.charge(items.len() * size_of::<Id>())?;
        let target = self.top()?;
        match self.arena.node_mut(target) {
            Some(Node::List(list)) => list.extend(items),
            Some(Node::Object(record) | Node::Call(record)) => record.items.extend(items),
            _ => return Err(self.expected("a list", target)),
        }
        Ok(())
    }

    fn add_items(&mut self) -> Result<()> {
        let items = self.pop_to_mark()?;
        self.charge(items.len() * size_of::<Id>())?;
        let target = self.top()?;
        match self.arena.node_mut(target) {
            Some(Node::Set(set)) => set.extend(items),
            _ => return Err(self.expected("a set", target)),
        }
        Ok(())
    }

    fn set_one(&mut self) -> Result<()> {
        let value = self.pop()?;
        let key = self.pop()?;
        self.set(vec![(key, value)])
    }

    fn set_many(&mut self) -> Result<()> {
        let entries = pairs(self.pop_to_mark()?)?;
        self.set(entries)
    }

    fn set(&mut self, new: Vec<(Id, Id)>) -> Result<()> {
        self.charge(new.len() * size_of::<(Id, Id)>())?;
        let target = self.top()?;
        match self.arena.node_mut(target) {
            Some(Node::Dict(entries)) => entries.extend(new),
            Some(Node::Object(record) | Node::Call(record)) => record.entries.extend(new),
            _ => return Err(self.expected("a dict", target)),
        }
        Ok(())
    }

    // Memo.

    fn put(&mut self, byte: u8) -> Result<()> {
        let index = if byte == BINPUT { self.input.u8()?.into() } else { self.input.u32()? };
        self.memoize(index)
    }

    fn memoize(&mut self, index: u32) -> Result<()> {
        let top = self.top()?;
        let place = index as usize;
        if place >= self.limits.memo {
            return Err(PickleProblem::TooMany { what: "numbers in the memo", limit: self.limits.memo });
        }
        if place >= self.memo.len() {
            self.charge((place + 1 - self.memo.len()) * size_of::<Id>())?;
            self.memo.resize(place + 1, EMPTY);
        }
        if let Some(slot) = self.memo.get_mut(place) {
            // MEMOIZE counts what is in the memo, as Python's unpickler does.
            self.memoized += u32::from(*slot == EMPTY);
            *slot = top;
        }
        Ok(())
    }

    fn get(&mut self, byte: u8) -> Result<()> {
        let index = if byte == BINGET { self.input.u8()?.into() } else { self.input.u32()? };
        let id = self.memo.get(index as usize).copied().filter(|&id| id != EMPTY);
        self.push(id.ok_or(PickleProblem::NotInMemo { index })?)
    }

    // Names, calls, objects.

    fn global(&mut self) -> Result<()> {
        let module = self.name_line()?;
        let name = self.name_line()?;
        self.add_global(module, name)
    }

    fn name_line(&mut self) -> Result<&'a str> {
        let line = self.input.line(NAME_BYTES)?;
        std::str::from_utf8(line).map_err(|_| PickleProblem::NotUtf8)
    }

    fn add_global(&mut self, module: &str, name: &str) -> Result<()> {
        self.charge(module.len() + name.len())?;
        let module = self.arena.push_text(module);
        let name = self.arena.push_text(name);
        self.add(Node::Global { module, name })
    }

    fn stack_global(&mut self) -> Result<()> {
        let [name, module] = [self.pop()?, self.pop()?];
        match (self.arena.node(module), self.arena.node(name)) {
            (&Node::Text(module), &Node::Text(name)) => self.add(Node::Global { module, name }),
            (Node::Text(_), _) => Err(self.expected("a class name", name)),
            _ => Err(self.expected("a module name", module)),
        }
    }

    fn reduce(&mut self) -> Result<()> {
        let args = self.pop()?;
        let function = self.pop()?;
        if !matches!(self.arena.node(args), Node::Tuple(_)) {
            return Err(self.expected("a tuple of arguments", args));
        }
        let result = self.call(function, args)?;
        self.push(result)
    }

    /// NEWOBJ, or NEWOBJ_EX whose keyword arguments become the second element of `args`.
    fn new_object(&mut self, arguments: usize) -> Result<()> {
        let last = self.pop()?;
        let args = if arguments == 2 {
            let positional = self.pop()?;
            self.charge(2 * size_of::<Id>())?;
            self.node(Node::Tuple(vec![positional, last]))?
        } else {
            last
        };
        if !matches!(self.arena.node(args), Node::Tuple(_)) {
            return Err(self.expected("a tuple of arguments", args));
        }
        let class = self.pop()?;
        if !matches!(self.arena.node(class), Node::Global { .. }) {
            return Err(self.expected("a class", class));
        }
        let record = self.record(class, args)?;
        self.add(Node::Object(record))
    }

    pub(super) fn record(&mut self, class: Id, args: Id) -> Result<Box<Record>> {
        self.charge(size_of::<Record>())?;
        Ok(Box::new(Record { class, args, state: None, items: Vec::new(), entries: Vec::new() }))
    }

    fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let target = self.top()?;
        match self.arena.node_mut(target) {
            Some(Node::Object(record) | Node::Call(record)) => match record.state {
                None => record.state = Some(state),
                Some(_) => return Err(PickleProblem::SecondState),
            },
            // An OrderedDict's own attributes, such as the `_metadata` of a state dict: nothing reads them.
            Some(Node::Dict(_)) => {}
            _ => return Err(self.expected("an object", target)),
        }
        Ok(())
    }

    pub(super) fn expected(&self, expected: &'static str, found: Id) -> PickleProblem {
        PickleProblem::Operand { expected, found: self.arena.describe(found) }
    }
}

fn refusal(byte: u8) -> PickleProblem {
    match opcode::refused(byte) {
        Some((_, why)) => PickleProblem::Refused { why },
        None => PickleProblem::UnknownOpcode { found: byte },
    }
}

/// A little-endian two's complement integer of any length.
fn long(bytes: &[u8]) -> Node {
    let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    let fill = if negative { 0xff } else { 0 };
    let (head, tail) = bytes.split_at(bytes.len().min(8));
    let mut wide = [fill; 8];
    for (to, &from) in wide.iter_mut().zip(head) {
        *to = from;
    }
    let value = i64::from_le_bytes(wide);
    if tail.iter().any(|&byte| byte != fill) || (value < 0) != negative {
        return Node::BigInt;
    }
    Node::Int(value)
}

fn pairs(flat: Vec<Id>) -> Result<Vec<(Id, Id)>> {
    let (pairs, odd) = flat.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(PickleProblem::StackEmpty);
    }
    Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
}
