//! ONNX Runtime, through the crate `ort`.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session};
use ort::value::{Outlet, TensorElementType, TensorRef};

use super::cache::{self, DATA_FILE, Source, Staging};
use super::device::{DEVICES, Device};
use super::library::Runtime;
use super::{Graph, GraphWriter, Input, OpenSessionError, Output, RunError, SessionOptions};
use crate::cancel::Cancel;

/// What errors call this engine.
const NAME: &str = "ONNX Runtime";

/// Weights smaller than this stay inside a cached graph.
const MIN_DATA_BYTES: &str = "1024";

/// Starts the library at `path`, which must have been asked for its version. The reason for a failure is
/// in words.
pub(super) fn start(path: &Path, version: String) -> Result<Runtime, String> {
    // `ort` panics where a library does not keep its word.
    let started = catch_unwind(AssertUnwindSafe(|| {
        let builder = ort::init_from(path).map_err(|error| error.to_string())?;
        let environment = builder.with_name("biowatch").with_telemetry(false).build();
        let environment = environment.map_err(|error| error.to_string())?;
        let devices = DEVICES.into_iter().filter(|device| is_offered(*device)).collect();
        Ok(Runtime { path: path.to_owned(), version, devices, environment })
    }));
    started.unwrap_or_else(|_| Err("it does not work with this program".to_owned()))
}

fn is_offered(device: Device) -> bool {
    let offered = match device {
        Device::Auto => Ok(false),
        Device::Cpu => Ok(true),
        Device::Cuda => ep::CUDA::is_available(),
        Device::TensorRt => ep::TensorRT::is_available(),
        Device::CoreMl => ep::CoreML::is_available(),
        Device::DirectMl => ep::DirectML::is_available(),
        Device::OpenVino => ep::OpenVINO::is_available(),
    };
    offered.unwrap_or(false)
}

/// The provider for a device, set to compute in full `f32`.
fn provider(device: Device, threads: usize) -> Option<ExecutionProviderDispatch> {
    let provider = match device {
        Device::Auto | Device::Cpu => return None,
        // TF32 keeps ten bits of the mantissa; it is on unless forbidden.
        Device::Cuda => ep::CUDA::default().with_tf32(false).build(),
        Device::TensorRt => ep::TensorRT::default().with_fp16(false).build(),
        Device::CoreMl => ep::CoreML::default().build(),
        Device::DirectMl => ep::DirectML::default().build(),
        Device::OpenVino => ep::OpenVINO::default()
            .with_device_type("CPU")
            .with_num_threads(threads)
            .with_precision("FP32")
            .build(),
    };
    Some(provider.error_on_failure())
}

/// The name of a device in `EngineInfo`: GPUs are numbered.
fn device_name(device: Device) -> String {
    match device {
        Device::Cuda | Device::TensorRt | Device::DirectMl => format!("{device}:0"),
        Device::Auto | Device::Cpu | Device::CoreMl | Device::OpenVino => device.to_string(),
    }
}

pub(super) struct OnnxRuntime {
    session: Session,
}

impl OnnxRuntime {
    /// Opens `graph`. Answers with the device in use and why it is that one.
    pub(super) fn open(
        runtime: &Runtime,
        graph: Graph<'_>,
        options: &SessionOptions,
    ) -> Result<(Self, String, String), OpenSessionError> {
        let (device, why) = choose(runtime, options)?;
        let opening = Opening { runtime, device, threads: options.thread_count() };
        let session = opening.open(graph, options)?;
        check_signature(&session)?;
        Ok((Self { session }, device_name(device), why))
    }

    pub(super) fn input_shape(&self) -> Vec<Option<usize>> {
        let shape = self.session.inputs().first().and_then(|input| input.dtype().tensor_shape());
        shape.into_iter().flat_map(|shape| shape.iter()).map(|extent| usize::try_from(*extent).ok()).collect()
    }

    pub(super) fn run(&mut self, input: Input<'_>, cancel: &Cancel) -> Result<Vec<Output>, RunError> {
        self.compute(input, cancel).map_err(|error| {
            if cancel.is_cancelled() {
                RunError::Cancelled
            } else {
                RunError::Engine { engine: NAME, reason: error.to_string() }
            }
        })
    }

    fn compute(&mut self, input: Input<'_>, cancel: &Cancel) -> ort::Result<Vec<Output>> {
        let stop = Arc::new(RunOptions::new()?);
        let _terminate_on_cancel = cancel.on_cancel({
            let stop = Arc::clone(&stop);
            move || {
                let _ = stop.terminate();
            }
        });
        let tensor = TensorRef::from_array_view((input.shape, input.data))?;
        let outputs = self.session.run_with_options(ort::inputs![tensor], &*stop)?;
        let own = |(name, value): (&str, ort::value::ValueRef<'_>)| {
            let (shape, data) = value.try_extract_tensor::<f32>()?;
            let shape = shape.iter().map(|extent| usize::try_from(*extent).unwrap_or(0)).collect();
            Ok(Output { name: name.to_owned(), shape, data: data.to_vec() })
        };
        outputs.iter().map(own).collect()
    }
}

/// The device to use. [`Device::Auto`] takes only devices that keep full `f32` and start in seconds.
fn choose(runtime: &Runtime, options: &SessionOptions) -> Result<(Device, String), OpenSessionError> {
    let offers = |device: &Device| runtime.devices.contains(device);
    let names = || runtime.devices.iter().map(|device| device.name()).collect::<Vec<_>>().join(", ");
    match options.device {
        Device::Auto => {
            let gpus = [Device::Cuda, Device::DirectMl].into_iter().filter(offers);
            for gpu in gpus {
                match builder(runtime, gpu, options.thread_count()) {
                    Ok(_) => {
                        return Ok((gpu, format!("the library offers {}; {gpu} is the fastest", names())));
                    }
                    Err(reason) => tracing::warn!(%gpu, %reason, "the GPU cannot be used"),
                }
            }
            Ok((Device::Cpu, format!("the library offers {}", names())))
        }
        device if offers(&device) => Ok((device, "asked for by name".to_owned())),
        wanted => Err(OpenSessionError::Device {
            wanted,
            engine: format!("{NAME} {} ({})", runtime.version, runtime.path.display()),
            offered: names(),
        }),
    }
}

/// A session builder with everything set but the graph.
fn builder(runtime: &Runtime, device: Device, threads: usize) -> Result<SessionBuilder, String> {
    let set = || -> Result<SessionBuilder, ort::Error> {
        let builder = Session::builder(&runtime.environment)?
            .with_intra_threads(threads)?
            .with_inter_threads(1)?
            // Spinning threads burn a core between operators for nothing on a machine with other work.
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?
            // A plan for each shape of letterboxed photo would keep the largest of all for ever.
            .with_memory_pattern(false)?;
        match provider(device, threads) {
            Some(provider) => Ok(builder.with_execution_providers([provider])?),
            None => Ok(builder),
        }
    };
    set().map_err(|error| error.to_string())
}

/// Preparing a network takes and frees several times its size, and glibc keeps what is freed: half a gigabyte
/// for the largest.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "the system's C library is told so by a call")
)]
fn give_back_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call takes no pointer and may be made at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

struct Opening<'a> {
    runtime: &'a Runtime,
    device: Device,
    threads: usize,
}

impl Opening<'_> {
    fn open(&self, graph: Graph<'_>, options: &SessionOptions) -> Result<Session, OpenSessionError> {
        // Other devices prepare graphs in their own way and cannot save them.
        let cache = options.cache.as_ref().filter(|_| self.device == Device::Cpu);
        let Some(cache) = cache else {
            let source = cache::source(graph, None, "", "").map_err(OpenSessionError::Write)?;
            return self.commit(&source, GraphOptimizationLevel::All, None);
        };
        let slot = || cache.slot("onnxruntime", &self.runtime.version, self.device.name());
        if let Some(path) = slot().find() {
            match self.commit(&Source::Entry(path), GraphOptimizationLevel::Disable, None) {
                Ok(session) => return Ok(session),
                Err(error) => drop(slot().discard(&error)),
            }
        }
        match slot().stage() {
            Ok(staging) => self.prepare(graph, staging),
            Err(error) => {
                cache::warn_without(&error);
                let source = cache::source(graph, None, "", "").map_err(OpenSessionError::Write)?;
                self.commit(&source, GraphOptimizationLevel::All, None)
            }
        }
    }
    /// Has the engine optimise `graph`, keeps the result in the cache and opens it from there: mapped, it
    /// takes half the memory of a graph that was optimised in place.
    fn prepare(&self, graph: Graph<'_>, staging: Staging) -> Result<Session, OpenSessionError> {
        let (source, write) = match graph {
            Graph::Bytes(graph) => (Source::Memory { graph, data: Vec::new() }, None),
            Graph::File(path) => (Source::File(path), None),
            Graph::Lazy(write) => (scratch_or_memory(&write, &staging)?, Some(write)),
        };
        match self.commit(&source, GraphOptimizationLevel::All, Some(&staging)) {
            Ok(session) => {
                drop(session);
                give_back_freed_memory();
            }
            Err(error) => {
                // Either the graph is bad, and then this fails with the same words, or the disk is full.
                let session = self.commit(&source, GraphOptimizationLevel::All, None)?;
                cache::warn_without(&io::Error::other(error));
                return Ok(session);
            }
        }
        match staging.publish() {
            Ok(path) => self.commit(&Source::Entry(path), GraphOptimizationLevel::Disable, None),
            Err(error) => {
                cache::warn_without(&error);
                let source = write.map_or(Ok(source), |write| cache::in_memory(&write));
                self.commit(&source.map_err(OpenSessionError::Write)?, GraphOptimizationLevel::All, None)
            }
        }
    }

    fn commit(
        &self,
        source: &Source,
        level: GraphOptimizationLevel,
        save: Option<&Staging>,
    ) -> Result<Session, OpenSessionError> {
        let builder = builder(self.runtime, self.device, self.threads)
            .map_err(|reason| OpenSessionError::StartDevice { device: self.device, reason })?;
        let commit = || -> Result<Session, ort::Error> {
            let mut builder = builder.with_optimization_level(level)?;
            if let Some(staging) = save {
                builder = builder
                    .with_optimized_model_path(staging.graph())?
                    .with_config_entry("session.optimized_model_external_initializers_file_name", DATA_FILE)?
                    .with_config_entry(
                        "session.optimized_model_external_initializers_min_size_in_bytes",
                        MIN_DATA_BYTES,
                    )?;
            }
            match source {
                Source::File(path) | Source::Entry(path) => builder.commit_from_file(path),
                Source::Memory { graph, data } if data.is_empty() => builder.commit_from_memory(graph),
                Source::Memory { graph, data } => builder
                    .with_external_initializer_file_in_memory(DATA_FILE, data.as_slice().into())?
                    .commit_from_memory(graph),
            }
        };
        commit().map_err(|error| OpenSessionError::Graph { engine: NAME, reason: error.to_string() })
    }
}

fn scratch_or_memory(write: &GraphWriter<'_>, staging: &Staging) -> Result<Source, OpenSessionError> {
    let written = staging.write_scratch(write).map(Source::File).or_else(|error| {
        cache::warn_without(&error);
        cache::in_memory(write)
    });
    written.map_err(OpenSessionError::Write)
}

fn check_signature(session: &Session) -> Result<(), OpenSessionError> {
    let refuse = |text: String| Err(OpenSessionError::Signature(text));
    if session.inputs().len() != 1 {
        return refuse(format!("{} inputs", session.inputs().len()));
    }
    let is_f32 = |value: &&Outlet| value.dtype().tensor_type() == Some(TensorElementType::Float32);
    match session.inputs().iter().chain(session.outputs()).find(|value| !is_f32(value)) {
        Some(value) => refuse(format!("`{}` of type {}", value.name(), value.dtype())),
        None => Ok(()),
    }
}
