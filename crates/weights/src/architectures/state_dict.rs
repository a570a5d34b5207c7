//! A flat table of tensors by name. Each is taken once; what is left over at the end belongs to some other network.

use std::collections::HashMap;

use crate::architectures::LayerError;
use crate::pickle::View;
use crate::tensor::{DType, TensorView};

/// The tensors whose names begin with a prefix, without it.
pub(super) struct StateDict<'c> {
    prefix: &'static str,
    tensors: HashMap<&'c str, TensorView<'c>>,
}

impl<'c> StateDict<'c> {
    /// Every tensor of a dict. Names without the prefix are an error.
    pub(super) fn new(dict: View<'c>, prefix: &'static str) -> Result<Self, LayerError> {
        let mut tensors = HashMap::new();
        for (key, value) in dict.entries() {
            let name = key.text().and_then(|name| name.strip_prefix(prefix));
            let (Some(name), Some(tensor)) = (name, value.tensor()) else {
                return Err(LayerError::Field {
                    field: "state_dict",
                    expected: "tensors of one network by name",
                    found: format!("{:?}: {}", key.text().unwrap_or_default(), value.describe()),
                });
            };
            tensors.insert(name, tensor);
        }
        Ok(Self { prefix, tensors })
    }

    /// Takes a tensor that may be absent.
    pub(super) fn optional(&mut self, name: &str) -> Option<TensorView<'c>> {
        self.tensors.remove(name)
    }

    /// Whether a tensor is there and was not taken yet.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A tensor that was not taken yet, left where it is.
    pub(super) fn peek(&self, name: &str) -> Option<TensorView<'c>> {
        self.tensors.get(name).copied()
    }

    /// Takes a tensor of whatever shape.
    pub(super) fn take(&mut self, name: &str) -> Result<TensorView<'c>, LayerError> {
        self.optional(name).ok_or_else(|| LayerError::Tensor {
            name: format!("{}{name}", self.prefix),
            expected: "a tensor".into(),
            found: "nothing".into(),
        })
    }

    /// Takes a tensor of one shape.
    pub(super) fn shaped(&mut self, name: &str, shape: &[usize]) -> Result<TensorView<'c>, LayerError> {
        let tensor = self.take(name)?;
        if tensor.shape() == shape {
            return Ok(tensor);
        }
        Err(LayerError::Tensor {
            name: format!("{}{name}", self.prefix),
            expected: format!("shape {shape:?}"),
            found: format!("shape {:?}", tensor.shape()),
        })
    }

    /// An error if floats are left that no layer took.
    pub(super) fn all_taken(self) -> Result<(), LayerError> {
        let floats = self.tensors.iter().filter(|(_, tensor)| tensor.dtype() != DType::I64);
        let mut left: Vec<&str> = floats.map(|(name, _)| *name).collect();
        left.sort_unstable();
        match left.first() {
            None => Ok(()),
            Some(first) => {
                Err(LayerError::Leftover { count: left.len(), first: format!("{}{first}", self.prefix) })
            }
        }
    }
}
