//! Classifiers converted from ONNX by onnx2torch and pickled as `torch.fx` GraphModules.
//!
//! Such a file holds the modules and the text of `forward`; the graph itself is not stored. The text is parsed
//! by a grammar that knows nothing but what the writer emits, and each call adds the operators of the module
//! it names. Whatever the graph does to its input (scaling, axis order) is part of the result.

mod code;
mod modules;

use std::collections::HashMap;

use code::{Action, Argument};

use crate::architectures::LayerError;
use crate::architectures::torch_nn::full_class_name;
use crate::checkpoint::Checkpoint;
use crate::network::Head;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::{Kind, View};
use crate::tensor::TensorView;

const CLASS: &str = "torch.fx.GraphModule";

/// The state of a pickled GraphModule: of the root, or of its entry `model`.
pub(crate) fn find(root: View<'_>) -> Option<View<'_>> {
    let module = match root.kind() {
        Kind::Dict => root.attr("model")?,
        _ => root,
    };
    let Kind::Call(function) = module.kind() else { return None };
    if function.last() == "reduce_graph_module" { module.item(0) } else { None }
}

/// Builds the graph of a GraphModule: `input`, an image batch of four axes, to `logits`.
pub(crate) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &'c Checkpoint,
    body: View<'c>,
) -> Result<Head, LayerError> {
    graph.enter("forward", CLASS)?;
    let code = body.attr("_code").and_then(View::text).ok_or_else(|| LayerError::Field {
        field: "_code",
        expected: "the text of forward",
        found: body.describe(),
    })?;
    let program = code::parse(code)?;
    let axes = vec![graph.dims.named("batch"), graph.dims.free(), graph.dims.free(), graph.dims.free()];
    let input = graph.input("input", axes);
    graph.leave();

    let variables = HashMap::from([(program.input, Item::Value(input))]);
    let mut run = Run { graph, checkpoint, body, tables: HashMap::new(), variables };
    for statement in &program.statements {
        if let Some(result) = run.statement(statement.line, &statement.action)? {
            return logits(graph, input, result);
        }
    }
    Err(LayerError::Code { line: program.statements.len(), expected: "a return", text: String::new() })
}

fn logits(graph: &mut Graph<'_>, input: Value, result: Value) -> Result<Head, LayerError> {
    let classes = graph.size(result, 1).filter(|_| graph.shape(result).len() == 2);
    let classes = classes.ok_or_else(|| LayerError::Shape {
        operator: "return",
        expected: "[batch, classes]".into(),
        found: graph.describe(result),
    })?;
    graph.output("logits", result)?;
    let input = graph.shape(input).iter().map(|&dim| graph.dims.size(dim)).collect();
    Ok(Head::Logits { classes, input, features: None, preprocessing: None })
}

/// What a variable holds.
#[derive(Clone, Copy)]
enum Item<'c> {
    Value(Value),
    /// A tensor of the file, made a weight when an operator takes it.
    Tensor(TensorView<'c>),
}

/// The text, being carried out.
struct Run<'g, 'c> {
    graph: &'g mut Graph<'c>,
    checkpoint: &'c Checkpoint,
    body: View<'c>,
    /// Dicts of the file by key, each indexed when first used.
    tables: HashMap<u32, HashMap<&'c str, View<'c>>>,
    variables: HashMap<&'c str, Item<'c>>,
}

impl<'c> Run<'_, 'c> {
    /// Carries out one statement; the value if it was the return.
    fn statement(&mut self, line: usize, action: &Action<'c>) -> Result<Option<Value>, LayerError> {
        // What goes wrong outside a module is put down to the text itself.
        self.graph.enter("forward", CLASS)?;
        match action {
            Action::Get { to, path } => {
                let tensor = self.tensor(line, path)?;
                self.variables.insert(to, Item::Tensor(tensor));
            }
            Action::Call { to, path, args } => {
                let module = self.module(line, path)?;
                let args = self.arguments(line, args)?;
                self.graph.leave();
                self.graph.enter(&path.join("."), &full_class_name(module))?;
                let result = modules::call(self.graph, self.checkpoint, module, &args)?;
                self.variables.insert(to, result);
            }
            Action::Forget(names) => names.iter().for_each(|name| {
                self.variables.remove(name);
            }),
            Action::Return(name) => {
                let result = self.variable(line, name)?;
                return modules::as_value(self.graph, result).map(Some);
            }
        }
        self.graph.leave();
        Ok(None)
    }

    fn variable(&self, line: usize, name: &str) -> Result<Item<'c>, LayerError> {
        self.variables.get(name).copied().ok_or_else(|| LayerError::Code {
            line,
            expected: "a variable that has a value",
            text: name.to_owned(),
        })
    }

    fn arguments(&self, line: usize, args: &[Argument<'_>]) -> Result<Vec<Item<'c>>, LayerError> {
        let positional = |arg: &Argument<'_>| match arg.keyword {
            None => self.variable(line, arg.value),
            Some(keyword) => {
                Err(LayerError::Unsupported { what: "an argument by keyword", found: keyword.to_owned() })
            }
        };
        args.iter().map(positional).collect()
    }

    fn module(&mut self, line: usize, path: &[&str]) -> Result<View<'c>, LayerError> {
        let mut module = self.body;
        for name in path {
            let modules = module.attr("_modules");
            let inner = modules.and_then(|modules| self.entry(modules, name));
            module = inner.ok_or_else(|| LayerError::Code {
                line,
                expected: "a module of the file",
                text: path.join("."),
            })?;
        }
        Ok(module)
    }

    fn tensor(&mut self, line: usize, path: &[&str]) -> Result<TensorView<'c>, LayerError> {
        let (name, owner) = path.split_last().unwrap_or((&"", &[]));
        let owner = self.module(line, owner)?;
        let found = ["_buffers", "_parameters"].into_iter().find_map(|table| {
            let table = owner.attr(table)?;
            self.entry(table, name)?.tensor()
        });
        found.ok_or_else(|| LayerError::Code { line, expected: "a tensor of the file", text: path.join(".") })
    }

    /// Entry `key` of a dict. Texts may ask thousands of times for entries of one large dict.
    fn entry(&mut self, dict: View<'c>, key: &str) -> Option<View<'c>> {
        let index = |dict: View<'c>| {
            dict.entries().filter_map(|(key, value)| Some((key.text()?, value))).collect::<HashMap<_, _>>()
        };
        self.tables.entry(dict.id()).or_insert_with(|| index(dict)).get(key).copied()
    }
}
