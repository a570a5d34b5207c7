//! A server in this process, and models that do as they are told.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use biowatch_contract::info::{CpuName, Device, ModelInfo};
use biowatch_contract::prediction::{ErrorRow, SpeciesNet};
use biowatch_contract::{EngineInfo, Prediction};
use biowatch_serve::{Keys, Load, Model, Outcome, Predict, Secret, Server, Settings, StopHandle};

/// Longest wait for something that must happen. Never reached by a test that passes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. Dropping it stops it.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    stop: StopHandle,
    thread: Option<JoinHandle<Outcome>>,
}

impl TestServer {
    /// Starts a server that loads its model with `load`; does not wait for it.
    pub(crate) fn loading(settings: Settings, load: Load) -> Self {
        Self::start(settings, load, Box::new(|| {}))
    }

    /// Starts a server and waits until its model is loaded.
    pub(crate) fn ready(settings: Settings, predict: impl FnOnce() -> Predict + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let load: Load = Box::new(move || Ok(model(predict())));
        let server = Self::start(settings, load, Box::new(move || tell.send(()).unwrap()));
        told.recv_timeout(PATIENCE).unwrap();
        server
    }

    fn start(settings: Settings, load: Load, on_ready: Box<dyn FnOnce() + Send>) -> Self {
        let server = Server::bind(settings).unwrap();
        let address = server.addresses()[0];
        let stop = server.stop_handle();
        let thread = thread::spawn(move || {
            server.run(
                load,
                Box::new(move |ready| {
                    assert_eq!((ready.port, ready.biowatch_ready), (address.port(), 1));
                    on_ready();
                }),
            )
        });
        Self { address, stop, thread: Some(thread) }
    }

    /// Asks for a graceful end, as a signal does.
    pub(crate) fn stop(&self) {
        self.stop.stop();
    }

    /// Waits for the end.
    pub(crate) fn outcome(mut self) -> Outcome {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A free port on 127.0.0.1, the key `open sesame` for shutdown, and little patience at the end.
pub(crate) fn settings() -> Settings {
    Settings {
        host: "127.0.0.1".to_owned(),
        port: 0,
        keys: Keys { shutdown: Some(Secret::new("open sesame")), ..Keys::default() },
        ..Settings::default()
    }
}

pub(crate) fn model(predict: Predict) -> Model {
    let text = str::to_owned;
    Model {
        info: ModelInfo {
            name: Some(text("scripted")),
            version: None,
            kind: text("speciesnet"),
            options: vec![],
        },
        engine: EngineInfo {
            name: text("none"),
            version: text("0"),
            device: text("cpu"),
            precision: text("f32"),
            threads: 1,
            why: text("test"),
        },
        devices: vec![Device::Cpu(CpuName::Cpu)],
        predict,
    }
}

/// A row that says nothing but whose it is; an error row for paths that end in `.broken`.
pub(crate) fn row(filepath: &str) -> Prediction {
    if filepath.ends_with(".broken") || filepath.is_empty() {
        return Prediction::Error(ErrorRow {
            filepath: filepath.to_owned(),
            error: "cannot decode image".to_owned(),
            model_version: "1.0".to_owned(),
            reason: None,
        });
    }
    Prediction::SpeciesNet(SpeciesNet {
        filepath: filepath.to_owned(),
        prediction: Some("blank".to_owned()),
        prediction_score: Some(0.95),
        model_version: "1.0".to_owned(),
        ..SpeciesNet::default()
    })
}

/// Answers at once.
pub(crate) fn echo() -> Predict {
    Box::new(|instances, _, emit| {
        for instance in instances {
            if emit(row(&instance.filepath)) == ControlFlow::Break(()) {
                return;
            }
        }
    })
}

/// Answers at once, with rows of 60 kB: more than any socket buffers, if there are enough of them. Tells of each
/// request that was broken off.
pub(crate) fn wide(broken_off: Sender<()>) -> Predict {
    Box::new(move |instances, _, emit| {
        for instance in instances {
            let wide = SpeciesNet {
                filepath: instance.filepath,
                prediction: Some("x".repeat(60_000)),
                model_version: "1.0".to_owned(),
                ..SpeciesNet::default()
            };
            if emit(Prediction::SpeciesNet(wide)) == ControlFlow::Break(()) {
                broken_off.send(()).unwrap();
                return;
            }
        }
    })
}

/// What a scripted model does next.
pub(crate) enum Step {
    /// Emits the row in hand.
    Row,
    /// Panics, as no model should.
    Panic,
    /// Nobody waits any more.
    Cancelled,
}

/// What a scripted model tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Started(String),
    Cancelled(String),
    /// `emit` said that nobody wants the rest.
    BrokenOff(String),
    Finished,
}

/// The test's end of a model that stops before each row until told to go on.
pub(crate) struct Script {
    pub(crate) steps: Sender<Step>,
    pub(crate) events: Receiver<Event>,
}

impl Script {
    /// The next event.
    pub(crate) fn event(&self) -> Event {
        self.events.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits until the model stands before the row of `path`.
    pub(crate) fn started(&self, path: &str) {
        assert_eq!(self.event(), Event::Started(path.to_owned()));
    }

    pub(crate) fn step(&self, step: Step) {
        self.steps.send(step).unwrap();
    }
}

/// A model that does one step at a time.
pub(crate) fn scripted() -> (Script, impl FnOnce() -> Predict + Send + 'static) {
    let (steps, todo) = mpsc::channel();
    let (tell, events) = mpsc::channel();
    let script = Script { steps: steps.clone(), events };
    let make = move || -> Predict {
        Box::new(move |instances, cancel, emit| {
            let wake = steps.clone();
            // The test may have ended: then nobody listens.
            cancel.on_cancel(move || {
                let _ = wake.send(Step::Cancelled);
            });
            let say = |event| {
                let _ = tell.send(event);
            };
            for instance in instances {
                say(Event::Started(instance.filepath.clone()));
                match todo.recv_timeout(PATIENCE).expect("a step") {
                    Step::Row => {
                        if emit(row(&instance.filepath)) == ControlFlow::Break(()) {
                            return say(Event::BrokenOff(instance.filepath));
                        }
                    }
                    Step::Panic => panic!("as told"),
                    Step::Cancelled => return say(Event::Cancelled(instance.filepath)),
                }
            }
            say(Event::Finished);
        })
    };
    (script, make)
}
