//! The engine inside the program: rten.
//!
//! rten has no way to stop a run. A network is therefore computed in about twenty pieces, cut where few
//! values are alive, and the wish to stop is looked at between them.

use std::sync::Arc;

use rten::{
    DataType, Dimension, Model, ModelOptions, NodeId, RunErrorKind, RunOptions, ThreadPool, Value,
    ValueOrView, ValueType,
};
use rten_tensor::prelude::*;

use super::cache::{self, Source};
use super::{Graph, Input, OpenSessionError, Output, RunError, SessionOptions, cuts};
use crate::cancel::Cancel;

/// The engine and its version, as `Cargo.toml` pins it.
pub(super) const VERSION: &str = "rten 0.27";

/// What errors call this engine.
const NAME: &str = "the built-in engine";

/// How many pieces a network is cut into, at most.
const PIECES: usize = 20;

pub(super) struct BuiltIn {
    model: Model,
    pool: Arc<ThreadPool>,
    input: NodeId,
    outputs: Vec<(String, NodeId)>,
    /// Values alive at each cut, in the order of computation.
    cuts: Vec<Vec<NodeId>>,
}

impl BuiltIn {
    pub(super) fn open(graph: Graph<'_>, options: &SessionOptions) -> Result<Self, OpenSessionError> {
        let source = cache::source(graph, options.cache.as_ref(), "built-in", VERSION);
        let source = source.map_err(OpenSessionError::Write)?;
        let points = cuts::read(&source).unwrap_or_default();
        let model = load(source)?;
        let input = match model.input_ids() {
            [input] => *input,
            inputs => return Err(OpenSessionError::Signature(format!("{} inputs", inputs.len()))),
        };
        let kind = |id: &NodeId| model.node_info(*id).and_then(|node| node.dtype());
        let other = |kind: &ValueType| *kind != ValueType::Tensor(DataType::Float);
        if let Some(kind) = model.output_ids().iter().chain([&input]).filter_map(kind).find(other) {
            return Err(OpenSessionError::Signature(format!("a value of type {kind}")));
        }
        let name = |id| model.node_info(id).and_then(|node| node.name()).unwrap_or_default().to_owned();
        let outputs = model.output_ids().iter().map(|id| (name(*id), *id)).collect();
        let find = |name: &str| model.find_node(name);
        let cuts = cuts::choose(&points, PIECES, find);
        let pool = Arc::new(ThreadPool::with_num_threads(options.thread_count()));
        Ok(Self { pool, input, outputs, cuts, model })
    }

    pub(super) fn input_shape(&self) -> Vec<Option<usize>> {
        let shape = self.model.node_info(self.input).and_then(|node| node.shape()).unwrap_or_default();
        let extent = |extent| match extent {
            Dimension::Fixed(extent) => Some(extent),
            Dimension::Symbolic(_) => None,
        };
        shape.into_iter().map(extent).collect()
    }

    pub(super) fn run(&mut self, input: Input<'_>, cancel: &Cancel) -> Result<Vec<Output>, RunError> {
        match self.run_in_pieces(input, cancel) {
            // The engine's optimiser may have removed a value that a cut needs.
            Err(Stop::Plan(reason)) if !self.cuts.is_empty() => {
                tracing::debug!(reason, "the network cannot be cut, computing it in one piece");
                self.cuts.clear();
                self.run_in_pieces(input, cancel)
            }
            done => done,
        }
        .map_err(|stop| match stop {
            Stop::Cancelled => RunError::Cancelled,
            Stop::Plan(reason) | Stop::Failed(reason) => RunError::Engine { engine: NAME, reason },
        })
    }

    fn run_in_pieces(&self, input: Input<'_>, cancel: &Cancel) -> Result<Vec<Output>, Stop> {
        let view = rten::ValueView::from_shape(input.shape, input.data);
        let view = view.map_err(|error| Stop::Failed(error.to_string()))?;
        let mut first = Some((self.input, ValueOrView::View(view)));
        let mut alive: Vec<(NodeId, Value)> = Vec::new();
        let last = self.outputs.iter().map(|(_, id)| *id).collect::<Vec<_>>();
        for wanted in self.cuts.iter().chain([&last]) {
            if cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let (keep, spent): (Vec<_>, Vec<_>) = alive.into_iter().partition(|(id, _)| wanted.contains(id));
            let missing: Vec<_> =
                wanted.iter().filter(|id| !keep.iter().any(|(kept, _)| kept == *id)).copied().collect();
            let values = keep.iter().map(|(id, value)| (*id, ValueOrView::View(value.as_view())));
            let spent = spent.into_iter().map(|(id, value)| (id, ValueOrView::Value(value)));
            let inputs = first.take().into_iter().chain(values).chain(spent).collect();
            let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
            let made = self.model.run(inputs, &missing, Some(options)).map_err(stop)?;
            alive = keep.into_iter().chain(missing.into_iter().zip(made)).collect();
        }
        self.outputs.iter().map(|(name, id)| output(name, *id, &mut alive)).collect()
    }
}

enum Stop {
    Cancelled,
    Plan(String),
    Failed(String),
}

fn stop(error: rten::RunError) -> Stop {
    match error.kind() {
        RunErrorKind::PlanningError => Stop::Plan(error.to_string()),
        _ => Stop::Failed(error.to_string()),
    }
}

fn output(name: &str, id: NodeId, alive: &mut Vec<(NodeId, Value)>) -> Result<Output, Stop> {
    let found = alive.iter().position(|(other, _)| *other == id).map(|at| alive.swap_remove(at).1);
    let tensor = found
        .and_then(Value::into_tensor::<f32>)
        .ok_or_else(|| Stop::Failed(format!("the output `{name}` is not an f32 tensor")))?;
    Ok(Output { name: name.to_owned(), shape: tensor.shape().to_vec(), data: tensor.into_data() })
}

fn load(source: Source) -> Result<Model, OpenSessionError> {
    // Packed copies of the weights cost half as much memory again and save nothing measurable.
    let mut options = ModelOptions::with_all_ops();
    let loaded = match source {
        Source::Memory { graph, data } => options.external_data(cache::DATA_FILE, data).load(graph),
        Source::File(path) => options.load_file(path),
        Source::Entry(path) => load_mapped(&options, &path),
    };
    loaded.map_err(|error| OpenSessionError::Graph { engine: NAME, reason: error.to_string() })
}

#[expect(unsafe_code, reason = "mapping keeps half a gigabyte of weights out of private memory")]
fn load_mapped(options: &ModelOptions, path: &std::path::Path) -> Result<Model, rten::LoadError> {
    // SAFETY: the file is an entry of the graph cache. Entries are written aside, published by a rename
    // and never changed in place, only removed; a removed file stays readable while it is mapped.
    unsafe { options.load_mmap(path) }
}
