//! Modules of a TorchScript archive: their fields in the pickle, and the constants in the text of their class.
//!
//! A traced or scripted module keeps its tensors in the pickle, and strides, borders and epsilons only in the Python text
//! of its class. The text is not run: a few numbers are looked for at the places where the writer puts them.

use crate::architectures::LayerError;
use crate::checkpoint::Checkpoint;
use crate::onnx::ops::Pads;
use crate::pickle::{Kind, View};
use crate::tensor::TensorView;

/// Fields a module may have; with more it is treated as having none.
const MAX_FIELDS: usize = 1_000;
/// Bytes of the text of one class.
const MAX_TEXT: usize = 256 << 10;
/// Largest stride, border, dilation or number of groups that is believed.
const MAX_EXTENT: usize = 1 << 16;

/// One module.
#[derive(Clone, Copy)]
pub(super) struct ScriptModule<'c> {
    checkpoint: &'c Checkpoint,
    view: View<'c>,
}

/// The numbers that a convolution's class holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConvConstants {
    pub(super) stride: [usize; 2],
    pub(super) padding: [usize; 2],
    pub(super) dilation: [usize; 2],
    pub(super) groups: usize,
}

impl ConvConstants {
    pub(super) fn pads(self) -> Pads {
        let [vertical, horizontal] = self.padding;
        Pads::even(vertical, horizontal)
    }
}

impl<'c> ScriptModule<'c> {
    pub(super) fn new(checkpoint: &'c Checkpoint, view: View<'c>) -> Self {
        Self { checkpoint, view }
    }

    /// Last part of the name of the class.
    pub(super) fn class(self) -> &'c str {
        self.view.class().map_or("", |class| class.last())
    }

    /// Full name of the class, for messages.
    pub(super) fn full_class(self) -> String {
        self.view.class().map_or_else(|| self.view.describe(), |class| class.to_string())
    }

    fn get(self, name: &str) -> Option<View<'c>> {
        let crowded = self.view.entries().nth(MAX_FIELDS).is_some();
        self.view.attr(name).filter(|value| !crowded && !value.is_none())
    }

    /// A module inside that may be absent.
    pub(super) fn optional_child(self, name: &str) -> Option<Self> {
        let view = self.get(name).filter(|value| matches!(value.kind(), Kind::Object(_)))?;
        Some(Self { view, ..self })
    }

    /// A module inside.
    pub(super) fn child(self, name: &'static str) -> Result<Self, LayerError> {
        self.optional_child(name).ok_or_else(|| self.lacks(name, "a module"))
    }

    /// Modules named "0", "1", ... without gap.
    pub(super) fn numbered(self) -> Vec<Self> {
        (0..MAX_FIELDS).map_while(|index| self.optional_child(&index.to_string())).collect()
    }

    /// A tensor that may be absent.
    pub(super) fn optional_tensor(self, name: &str) -> Option<TensorView<'c>> {
        self.get(name).and_then(View::tensor)
    }

    /// A tensor.
    pub(super) fn tensor(self, name: &'static str) -> Result<TensorView<'c>, LayerError> {
        self.optional_tensor(name).ok_or_else(|| self.lacks(name, "a tensor"))
    }

    /// A truth that scripted modules keep beside their tensors.
    pub(super) fn flag(self, name: &str) -> Option<bool> {
        self.get(name).and_then(View::bool)
    }

    fn lacks(self, field: &'static str, expected: &'static str) -> LayerError {
        let found = self.view.attr(field).map_or_else(|| "nothing".to_owned(), View::describe);
        LayerError::Field { field, expected, found }
    }

    /// Stride, border, dilation and groups of a convolution.
    pub(super) fn conv_constants(self) -> Result<ConvConstants, LayerError> {
        let text = self.text()?;
        scripted_conv(&text).or_else(|| traced_conv(&text)).ok_or_else(|| LayerError::Field {
            field: "stride",
            expected: "stride, padding, dilation and groups in the text of the class",
            found: self.full_class(),
        })
    }

    /// What a norm adds to the variance.
    pub(super) fn epsilon(self) -> Result<f64, LayerError> {
        let text = self.text()?;
        let found = constant(&text, "eps").map(str::to_owned).or_else(|| {
            let arguments = arguments(&text, "torch.batch_norm(")?;
            arguments.get(7).map(|&epsilon| epsilon.to_owned())
        });
        let epsilon =
            found.and_then(|found| found.parse().ok()).filter(|epsilon| (0.0..1.0).contains(epsilon));
        epsilon.ok_or_else(|| LayerError::Field {
            field: "eps",
            expected: "a number from 0 to 1 in the text of the class",
            found: self.full_class(),
        })
    }

    /// Whether the class adds two values of its own, as a block with a shortcut does.
    pub(super) fn adds(self) -> Result<bool, LayerError> {
        let text = self.text()?;
        Ok(text.contains("torch.add(") || text.contains("torch.add_("))
    }

    /// The text of the class.
    fn text(self) -> Result<String, LayerError> {
        let class = self.view.class().ok_or_else(|| self.lacks("class", "a class"))?;
        let name = format!("{}/code/{}.py", self.checkpoint.folder(), class.module.replace('.', "/"));
        let archive = self.checkpoint.archive();
        let bytes = archive.entry(&name).map(|entry| archive.unpacked(entry, MAX_TEXT));
        let bytes = bytes.ok_or_else(|| LayerError::Text { entry: name.clone(), source: None })?;
        let bytes =
            bytes.map_err(|source| LayerError::Text { entry: name.clone(), source: Some(source.into()) })?;
        let text = String::from_utf8_lossy(&bytes);
        let start = text
            .split("class ")
            .find(|part| part.strip_prefix(class.last()).is_some_and(|rest| rest.starts_with('(')));
        start.map(str::to_owned).ok_or(LayerError::Text { entry: name, source: None })
    }
}

/// What follows `name : <type> = ` on a line of its own: a constant of a scripted class.
fn constant<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix(name)?.strip_prefix(" : Final[")?;
        rest.split_once("] = ").map(|(_, value)| value.trim())
    })
}

fn scripted_conv(text: &str) -> Option<ConvConstants> {
    let pair = |name| pair(constant(text, name)?);
    let groups = extent(constant(text, "groups")?)?;
    Some(ConvConstants {
        stride: pair("stride")?,
        padding: pair("padding")?,
        dilation: pair("dilation")?,
        groups,
    })
}

/// `torch._convolution(x, weight, bias, [2, 2], [1, 1], [1, 1], False, [0, 0], 1, …)`: stride, border, dilation, whether
/// it is transposed, the border of a transposed one, groups.
fn traced_conv(text: &str) -> Option<ConvConstants> {
    let arguments = arguments(text, "torch._convolution(")?;
    let at = |index: usize| arguments.get(index).copied();
    if at(6) != Some("False") {
        return None;
    }
    Some(ConvConstants {
        stride: pair(at(3)?)?,
        padding: pair(at(4)?)?,
        dilation: pair(at(5)?)?,
        groups: extent(at(8)?)?,
    })
}

/// Arguments of the only call of `function`, a list in brackets as one.
fn arguments<'t>(text: &'t str, function: &str) -> Option<Vec<&'t str>> {
    let (_, rest) = text.split_once(function)?;
    let line = rest.lines().next()?;
    if rest.contains(function) {
        return None;
    }
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (place, character) in line.char_indices() {
        match character {
            '[' | '(' => depth += 1,
            ']' | ')' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                found.push(line.get(start..place)?.trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    Some(found)
}

/// `(2, 2)` or `[2, 2]`.
fn pair(text: &str) -> Option<[usize; 2]> {
    let inside = text.trim().strip_prefix(['(', '['])?.strip_suffix([')', ']'])?;
    let (first, second) = inside.split_once(',')?;
    Some([extent(first)?, extent(second)?])
}

fn extent(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|&extent| extent <= MAX_EXTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDED: ConvConstants =
        ConvConstants { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 8 };

    #[test]
    fn constants_of_scripted_and_traced_classes_are_found() {
        let scripted = "Conv2d(Module):\n  groups : Final[int] = 8\n  stride : Final[Tuple[int, int]] = (2, 2)\n  \
                        padding : Final[Tuple[int, int]] = (1, 1)\n  dilation : Final[Tuple[int, int]] = (1, 1)\n";
        assert_eq!(scripted_conv(scripted), Some(STRIDED));
        let traced = "    input = torch._convolution(x, weight, None, [2, 2], [1, 1], [1, 1], False, [0, 0], 8, False, \
                      False, True, True)\n";
        assert_eq!(traced_conv(traced), Some(STRIDED));
        assert_eq!(traced_conv(&traced.repeat(2)), None);
        assert_eq!(traced_conv(&traced.replace("False, [0", "True, [0")), None);
        assert_eq!(traced_conv(&traced.replace("[2, 2]", "[2, 99999999]")), None);
        assert_eq!(traced_conv("torch._convolution("), None);
        assert_eq!(constant("  eps : Final[float] = 0.001", "eps"), Some("0.001"));
    }
}
