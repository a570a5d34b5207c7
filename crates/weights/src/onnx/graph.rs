//! A graph under construction: values with shapes, the nodes that make them, the weights they use.

use std::borrow::Cow;

use crate::architectures::LayerError;
use crate::onnx::dims::{Dim, Dims, Shape};
use crate::onnx::weight::Weight;

/// Nodes and layers a graph may have. The largest networks known have under two thousand.
const MAX_NODES: usize = 20_000;
/// Layers inside one another.
const MAX_DEPTH: usize = 32;
/// Layers entered while building, so that one object listed many times cannot keep the builder busy.
const MAX_VISITS: usize = 50_000;
/// Bytes of a layer's path kept as a name.
const MAX_NAME_BYTES: usize = 200;

/// A value of the graph: an input, the output of a node, or a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Value(usize);

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Input,
    Node(usize),
    Weight(usize),
}

/// What the graph knows of a value.
#[derive(Debug)]
pub(crate) struct ValueInfo {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) source: Source,
}

/// An attribute of a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attribute {
    Int(i64),
    Float(f32),
    Ints(Vec<i64>),
    Text(&'static str),
}

/// One operator with its single output.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) operator: &'static str,
    pub(crate) name: String,
    /// `None` where an optional input is left out.
    pub(crate) inputs: Vec<Option<Value>>,
    pub(crate) attributes: Vec<(&'static str, Attribute)>,
    pub(crate) output: Value,
}

impl Node {
    pub(crate) fn input(&self, index: usize) -> Option<Value> {
        self.inputs.get(index).copied().flatten()
    }
}

/// A layer being built: its name inside its parent and its class.
#[derive(Debug)]
struct Layer {
    name: String,
    class: String,
}

/// A network as ONNX operators. Weights are references into the checkpoint until they are written.
#[derive(Debug, Default)]
pub(crate) struct Graph<'c> {
    pub(crate) dims: Dims,
    pub(crate) values: Vec<ValueInfo>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) weights: Vec<Weight<'c>>,
    pub(crate) inputs: Vec<Value>,
    pub(crate) outputs: Vec<Value>,
    layers: Vec<Layer>,
    visits: usize,
}

impl<'c> Graph<'c> {
    /// Steps into layer `name` of the layer being built. Nodes made from now on carry its path, and so does
    /// an error: it leaves the path as it was when things went wrong.
    pub(crate) fn enter(&mut self, name: &str, class: &str) -> Result<(), LayerError> {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err(LayerError::TooLarge { what: "layers", limit: MAX_VISITS });
        }
        if self.layers.len() >= MAX_DEPTH {
            return Err(LayerError::TooLarge { what: "layers inside one another", limit: MAX_DEPTH });
        }
        self.layers.push(Layer { name: clipped(name).to_owned(), class: clipped(class).to_owned() });
        Ok(())
    }

    /// Steps out of the layer entered last.
    pub(crate) fn leave(&mut self) {
        self.layers.pop();
    }

    /// Path of the layer being built, `model.3.cv1`.
    pub(crate) fn path(&self) -> String {
        let names: Vec<&str> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
        names.join(".")
    }

    /// Class of the layer being built.
    pub(crate) fn class(&self) -> &str {
        self.layers.last().map_or("", |layer| layer.class.as_str())
    }

    /// An input of the network.
    pub(crate) fn input(&mut self, name: &str, shape: Shape) -> Value {
        let value = self.value(name.to_owned(), shape, Source::Input);
        self.inputs.push(value);
        value
    }

    /// Makes `value` an output of the network under `name`.
    pub(crate) fn output(&mut self, name: &str, value: Value) -> Result<(), LayerError> {
        let own = self.producer(value).is_some() && !self.outputs.contains(&value);
        let value = if own { value } else { self.unary("Identity", value, vec![])? };
        if let Some(info) = self.values.get_mut(value.0) {
            info.name = name.to_owned();
        }
        self.outputs.push(value);
        Ok(())
    }

    /// A weight named after the layer being built.
    pub(crate) fn weight(&mut self, name: &str, weight: Weight<'c>) -> Result<Value, LayerError> {
        if self.weights.len() >= MAX_NODES {
            return Err(LayerError::TooLarge { what: "weights", limit: MAX_NODES });
        }
        let index = self.weights.len();
        let name = format!("{}.{name}#{index}", clipped(&self.path()));
        let sizes: Cow<'_, [usize]> = weight.shape();
        let shape = sizes.iter().map(|&size| self.dims.fixed(size)).collect();
        self.weights.push(weight);
        Ok(self.value(name, shape, Source::Weight(index)))
    }

    /// Adds an operator of the layer being built. The caller has checked that `shape` follows from the inputs.
    pub(crate) fn node(
        &mut self,
        operator: &'static str,
        inputs: &[Value],
        attributes: Vec<(&'static str, Attribute)>,
        shape: Shape,
    ) -> Result<Value, LayerError> {
        let inputs = inputs.iter().map(|&value| Some(value)).collect();
        self.node_with_gaps(operator, inputs, attributes, shape)
    }

    /// As [`Graph::node`], for operators that leave an optional input out.
    pub(crate) fn node_with_gaps(
        &mut self,
        operator: &'static str,
        inputs: Vec<Option<Value>>,
        attributes: Vec<(&'static str, Attribute)>,
        shape: Shape,
    ) -> Result<Value, LayerError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(LayerError::TooLarge { what: "operators", limit: MAX_NODES });
        }
        let index = self.nodes.len();
        let name = format!("{}/{operator}#{index}", clipped(&self.path()));
        let output = self.value(format!("{name}:0"), shape, Source::Node(index));
        self.nodes.push(Node { operator, name, inputs, attributes, output });
        Ok(output)
    }

    fn value(&mut self, name: String, shape: Shape, source: Source) -> Value {
        self.values.push(ValueInfo { name, shape, source });
        Value(self.values.len() - 1)
    }

    pub(crate) fn info(&self, value: Value) -> Option<&ValueInfo> {
        self.values.get(value.0)
    }

    /// The shape of a value.
    pub(crate) fn shape(&self, value: Value) -> &Shape {
        static SCALAR: Shape = Vec::new();
        self.info(value).map_or(&SCALAR, |info| &info.shape)
    }

    /// Size of an axis, if it is known.
    pub(crate) fn size(&self, value: Value, axis: usize) -> Option<usize> {
        self.shape(value).get(axis).and_then(|&dim: &Dim| self.dims.size(dim))
    }

    /// The shape of a value in words.
    pub(crate) fn describe(&self, value: Value) -> String {
        self.dims.describe(self.shape(value))
    }

    /// The node that makes a value.
    pub(crate) fn producer(&self, value: Value) -> Option<&Node> {
        match self.info(value)?.source {
            Source::Node(index) => self.nodes.get(index),
            Source::Input | Source::Weight(_) => None,
        }
    }

    /// The weight that a value is.
    pub(crate) fn as_weight(&self, value: Value) -> Option<&Weight<'c>> {
        match self.info(value)?.source {
            Source::Weight(index) => self.weights.get(index),
            Source::Input | Source::Node(_) => None,
        }
    }

    /// Which nodes and weights the outputs need. Folding leaves others behind, which are not written.
    pub(crate) fn live(&self) -> Live {
        let mut live =
            Live { nodes: vec![false; self.nodes.len()], weights: vec![false; self.weights.len()] };
        let mut waiting = self.outputs.clone();
        while let Some(value) = waiting.pop() {
            match self.info(value).map(|info| info.source) {
                Some(Source::Weight(index)) => mark(&mut live.weights, index),
                Some(Source::Node(index)) if !live.nodes.get(index).copied().unwrap_or(true) => {
                    mark(&mut live.nodes, index);
                    waiting
                        .extend(self.nodes.get(index).iter().flat_map(|node| node.inputs.iter().flatten()));
                }
                Some(Source::Node(_) | Source::Input) | None => {}
            }
        }
        live
    }
}

/// Nodes and weights that count, by index.
#[derive(Debug)]
pub(crate) struct Live {
    nodes: Vec<bool>,
    weights: Vec<bool>,
}

impl Live {
    pub(crate) fn nodes<'g>(&self, graph: &'g Graph<'_>) -> impl Iterator<Item = &'g Node> {
        graph.nodes.iter().zip(&self.nodes).filter(|(_, live)| **live).map(|(node, _)| node)
    }

    /// Live weights with the names their values have.
    pub(crate) fn weights<'g, 'c>(
        &self,
        graph: &'g Graph<'c>,
    ) -> impl Iterator<Item = (&'g str, &'g Weight<'c>)> {
        graph.values.iter().filter_map(|info| match info.source {
            Source::Weight(index) if self.weights.get(index).copied().unwrap_or(false) => {
                graph.weights.get(index).map(|weight| (info.name.as_str(), weight))
            }
            _ => None,
        })
    }
}

fn mark(flags: &mut [bool], index: usize) {
    if let Some(flag) = flags.get_mut(index) {
        *flag = true;
    }
}

fn clipped(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_output_needs_is_not_live() {
        let mut graph = Graph::default();
        let shape = vec![graph.dims.fixed(2)];
        let x = graph.input("x", shape.clone());
        let used = graph.weight("used", Weight::Floats { shape: vec![2], values: vec![1.0, 2.0] }).unwrap();
        let unused =
            graph.weight("unused", Weight::Floats { shape: vec![2], values: vec![1.0, 2.0] }).unwrap();
        graph.node("Mul", &[x, unused], vec![], shape.clone()).unwrap();
        let y = graph.node("Mul", &[x, used], vec![], shape).unwrap();
        graph.output("y", y).unwrap();
        let live = graph.live();
        let operators: Vec<_> = live.nodes(&graph).map(|node| node.operator).collect();
        assert_eq!(operators, ["Mul"]);
        let weights: Vec<_> = live.weights(&graph).map(|(name, _)| name).collect();
        assert_eq!(weights, [".used#0"]);
    }

    #[test]
    fn layers_are_bounded_in_depth_and_number() {
        let mut graph = Graph::default();
        for _ in 0..MAX_DEPTH {
            graph.enter("m", "Sequential").unwrap();
        }
        assert!(matches!(graph.enter("m", "Sequential"), Err(LayerError::TooLarge { .. })));
        let mut graph = Graph::default();
        for _ in 0..MAX_VISITS {
            graph.enter("m", "Sequential").unwrap();
            graph.leave();
        }
        assert!(matches!(graph.enter("m", "Sequential"), Err(LayerError::TooLarge { .. })));
    }

    #[test]
    fn long_names_are_clipped_between_characters() {
        let mut graph = Graph::default();
        graph.enter(&"é".repeat(1000), "C").unwrap();
        assert_eq!(graph.path().len(), MAX_NAME_BYTES);
    }
}
