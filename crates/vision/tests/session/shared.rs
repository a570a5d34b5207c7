//! What the cases share: graphs, inputs, options.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use biowatch_vision::cancel::Cancel;
use biowatch_vision::session::{EngineChoice, Graph, Input, Libraries, Output, Session, SessionOptions};
use libtest_mimic::Failed;

pub(crate) type Outcome = Result<(), Failed>;

/// Two engines sum in different orders; on these graphs that is worth less than this.
pub(crate) const CLOSE: f32 = 1e-4;

/// The engine a case runs on.
pub(crate) struct On {
    pub(crate) options: SessionOptions,
    /// What `EngineInfo` calls it.
    pub(crate) name: &'static str,
}

impl On {
    pub(crate) fn built_in() -> Self {
        let options = SessionOptions { engine: EngineChoice::BuiltIn, ..SessionOptions::default() };
        Self { options, name: "built-in" }
    }

    pub(crate) fn onnxruntime(library: PathBuf) -> Self {
        let libraries = Libraries { named: Some(library), ..Libraries::default() };
        let options =
            SessionOptions { engine: EngineChoice::OnnxRuntime, libraries, ..SessionOptions::default() };
        Self { options, name: "onnxruntime" }
    }

    pub(crate) fn open(&self, graph: Graph<'_>) -> Result<Session, Failed> {
        Ok(Session::open(graph, &self.options)?)
    }

    pub(crate) fn with_threads(&self, threads: usize) -> SessionOptions {
        SessionOptions { threads: NonZeroUsize::new(threads), ..self.options.clone() }
    }
}

pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/session").join(name)
}

pub(crate) fn bytes(name: &str) -> Vec<u8> {
    fs_err::read(path(name)).unwrap()
}

pub(crate) fn graph(name: &str) -> Graph<'static> {
    Graph::Bytes(bytes(name))
}

/// The values that `golden/session/make.py` uses.
pub(crate) fn values(count: usize) -> Vec<f32> {
    let value = |i| (u32::wrapping_mul(i, 2_654_435_761) >> 8) as f32 / 16_777_216.0;
    (0..count as u32).map(value).collect()
}

pub(crate) fn run(session: &mut Session, shape: &[usize]) -> Result<Vec<Output>, Failed> {
    let data = values(shape.iter().product());
    Ok(session.run(Input { shape, data: &data }, &Cancel::default())?)
}

/// Largest difference between equally shaped outputs; NaN where there is one.
pub(crate) fn distance(one: &[Output], other: &[Output]) -> f32 {
    let shapes = |outputs: &[Output]| -> Vec<_> {
        outputs.iter().map(|output| (output.name.clone(), output.shape.clone())).collect()
    };
    assert_eq!(shapes(one), shapes(other));
    let pairs = one.iter().zip(other).flat_map(|(one, other)| one.data.iter().zip(&other.data));
    pairs.map(|(one, other)| (one - other).abs()).max_by(f32::total_cmp).unwrap_or(f32::INFINITY)
}
