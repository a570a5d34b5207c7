//! Storages and tensors: the arguments that PyTorch gives, checked.

use super::arena::{Id, Node, Storage, Tensor};
use super::machine::Machine;
use super::{PickleProblem, Storages};
use crate::tensor::{DType, check_shape};

type Result<T> = std::result::Result<T, PickleProblem>;

impl Machine<'_> {
    /// BINPERSID: `("storage", torch.FloatStorage, key, location, number of elements)`.
    pub(super) fn storage_reference(&mut self) -> Result<()> {
        let id = self.pop()?;
        if self.storages == Storages::None {
            return Err(PickleProblem::Refused { why: "a pickle on its own has no storages to refer to" });
        }
        let &[tag, class, key, _location, len] = self.arena.tuple(id) else {
            return Err(self.expected("a tuple of 5 that names a storage", id));
        };
        let &Node::Text(tag_text) = self.arena.node(tag) else {
            return Err(self.expected("the text \"storage\"", tag));
        };
        if self.arena.text(tag_text) != "storage" {
            return Err(self.expected("the text \"storage\"", tag));
        }
        let &Node::Text(key) = self.arena.node(key) else {
            return Err(self.expected("a storage's key", key));
        };
        let dtype = self.storage_class(class)?;
        let len = self.size(len)?;
        self.charge(size_of::<Storage>())?;
        self.arena.storages.push(Storage { dtype, key, len });
        self.add(Node::Storage(self.arena.storages.len() - 1))
    }

    /// Element type of a storage class; `None` for the untyped one.
    fn storage_class(&self, class: Id) -> Result<Option<DType>> {
        let Node::Global { module, name } = self.arena.node(class) else {
            return Err(self.expected("a storage class", class));
        };
        let typed = |dtype| Ok(Some(dtype));
        match (self.arena.text(*module), self.arena.text(*name)) {
            ("torch", "HalfStorage") => typed(DType::F16),
            ("torch", "BFloat16Storage") => typed(DType::BF16),
            ("torch", "FloatStorage") => typed(DType::F32),
            ("torch", "DoubleStorage") => typed(DType::F64),
            ("torch", "CharStorage") => typed(DType::I8),
            ("torch", "ByteStorage") => typed(DType::U8),
            ("torch", "ShortStorage") => typed(DType::I16),
            ("torch", "IntStorage") => typed(DType::I32),
            ("torch", "LongStorage") => typed(DType::I64),
            ("torch", "BoolStorage") => typed(DType::Bool),
            ("torch" | "torch.storage", "UntypedStorage") => Ok(None),
            _ => Err(PickleProblem::StorageClass { found: self.arena.describe(class) }),
        }
    }

    /// `(storage, offset, size, stride, …)`; in version 3 the element type is argument 6.
    pub(super) fn rebuild_tensor(&mut self, args: Id, with_type: bool) -> Result<Id> {
        let &[storage, offset, size, stride, ref rest @ ..] = self.arena.tuple(args) else {
            return Err(self.expected("a storage, an offset, sizes and strides", args));
        };
        let declared = if with_type { rest.get(2).copied() } else { None };
        let &Node::Storage(index) = self.arena.node(storage) else {
            return Err(self.expected("a storage", storage));
        };
        let (dtype, storage_len) = self.element_type(storage, index, declared)?;
        let offset = self.size(offset)?;
        let shape = self.sizes(size)?;
        let strides = self.sizes(stride)?;
        check_shape(&shape, &strides, offset, storage_len, self.limits)?;
        self.charge(size_of::<Tensor>() + 2 * shape.len() * size_of::<usize>())?;
        self.arena.tensors.push(Tensor { dtype, storage: index, storage_len, offset, shape, strides });
        self.node(Node::Tensor(self.arena.tensors.len() - 1))
    }

    /// Element type of a tensor, and how many of them its storage holds.
    fn element_type(&self, storage: Id, index: usize, declared: Option<Id>) -> Result<(DType, usize)> {
        let found = self.arena.storages.get(index);
        let found = found.ok_or_else(|| self.expected("a storage", storage))?;
        match (found.dtype, declared) {
            (Some(dtype), _) => Ok((dtype, found.len)),
            (None, None) => Err(self.expected("a storage with an element type", storage)),
            (None, Some(declared)) => {
                let dtype = self.named_type(declared)?;
                Ok((dtype, found.len / dtype.bytes()))
            }
        }
    }

    fn named_type(&self, declared: Id) -> Result<DType> {
        let Node::Global { module, name } = self.arena.node(declared) else {
            return Err(self.expected("an element type", declared));
        };
        Ok(match (self.arena.text(*module), self.arena.text(*name)) {
            ("torch", "float16") => DType::F16,
            ("torch", "bfloat16") => DType::BF16,
            ("torch", "float32") => DType::F32,
            ("torch", "float64") => DType::F64,
            ("torch", "int8") => DType::I8,
            ("torch", "uint8") => DType::U8,
            ("torch", "int16") => DType::I16,
            ("torch", "int32") => DType::I32,
            ("torch", "int64") => DType::I64,
            ("torch", "bool") => DType::Bool,
            _ => return Err(PickleProblem::ElementType { found: self.arena.describe(declared) }),
        })
    }

    fn sizes(&self, id: Id) -> Result<Box<[usize]>> {
        let (Node::Tuple(items) | Node::List(items)) = self.arena.node(id) else {
            return Err(self.expected("a tuple of sizes", id));
        };
        if items.len() > self.limits.rank {
            return Err(crate::tensor::ShapeError::Rank { rank: items.len(), limit: self.limits.rank }.into());
        }
        items.iter().map(|&item| self.size(item)).collect()
    }

    fn size(&self, id: Id) -> Result<usize> {
        match self.arena.node(id) {
            Node::Int(value) => {
                usize::try_from(*value).map_err(|_| self.expected("an integer from 0 up", id))
            }
            _ => Err(self.expected("an integer from 0 up", id)),
        }
    }
}
