//! The server with nothing behind it: every file gets the same row. What is measured here is the server.
//!
//! ```text
//! noop_server --port 8000 [--host 127.0.0.1] [--timeout 30] [--trace FILE] [--setup_ms 0] [--setup_fail]
//!             [--max_payload BYTES] [--queue N] [--refuse_missing] [--quiet]
//! ```
//!
//! `LIT_SHUTDOWN_API_KEY` and `LIT_SERVER_API_KEY` are the keys. An instance may carry switches: `sleep_ms`,
//! `pad` (characters added to the row) and `fault`: `exit` kills the engine, `nan` makes a score that is no
//! number, anything else fails that one file. `--trace` writes `START path` and `DONE path`, which shows from outside
//! whether work goes on after a client has gone.

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use biowatch_contract::info::{CpuName, Device, ModelInfo};
use biowatch_contract::prediction::{Classifications, Detection, ErrorRow, SpeciesNet};
use biowatch_contract::{EngineInfo, Instance, Prediction};
use biowatch_serve::{CancelToken, LoadError, MissingFiles, Model, Outcome, Secret, Server, Settings};

struct Flags {
    settings: Settings,
    setup: Duration,
    setup_fails: bool,
    trace: Option<String>,
    quiet: bool,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let flags = flags(env::args().skip(1))?;
    if !flags.quiet {
        tracing_subscriber::fmt().with_ansi(false).with_target(false).init();
    }
    let server = match Server::bind(flags.settings) {
        Ok(server) => server,
        Err(error) => {
            tracing::error!("{error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let (setup, setup_fails, trace) = (flags.setup, flags.setup_fails, flags.trace);
    let load = Box::new(move || {
        thread::sleep(setup);
        if setup_fails { Err(LoadError::from("setup failed as asked")) } else { Ok(noop(trace)) }
    });
    let outcome = server.run(load, Box::new(|ready| tracing::info!("ready at {}", ready.url)));
    match &outcome {
        Outcome::Stopped => tracing::info!("{outcome}"),
        failure => tracing::error!("{failure}"),
    }
    Ok(ExitCode::from(outcome.exit_code()))
}

fn flags(mut arguments: impl Iterator<Item = String>) -> Result<Flags, Box<dyn Error>> {
    let settings = Settings::default();
    let mut flags = Flags { settings, setup: Duration::ZERO, setup_fails: false, trace: None, quiet: false };
    let settings = &mut flags.settings;
    settings.keys.shutdown = env::var("LIT_SHUTDOWN_API_KEY").ok().map(Secret::new);
    settings.keys.api = env::var("LIT_SERVER_API_KEY").ok().map(Secret::new);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--port" => settings.port = value()?.parse()?,
            "--host" => settings.host = value()?,
            "--timeout" => settings.timeout = Some(Duration::from_secs_f64(value()?.parse()?)),
            "--max_payload" => settings.limits.body_bytes = value()?.parse()?,
            "--queue" => settings.queue = value()?.parse()?,
            "--refuse_missing" => settings.missing_files = MissingFiles::RefuseRequest,
            "--setup_ms" => flags.setup = Duration::from_millis(value()?.parse()?),
            "--setup_fail" => flags.setup_fails = true,
            "--trace" => flags.trace = Some(value()?),
            "--workers_per_device" => drop(value()?),
            "--quiet" => flags.quiet = true,
            other => return Err(format!("unknown flag {other}").into()),
        }
    }
    Ok(flags)
}

fn noop(trace: Option<String>) -> Model {
    Model {
        info: ModelInfo {
            name: Some("noop".to_owned()),
            version: Some("1.0".to_owned()),
            kind: "noop".to_owned(),
            options: vec![],
        },
        engine: EngineInfo {
            name: "none".to_owned(),
            version: "0".to_owned(),
            device: "cpu".to_owned(),
            precision: "f32".to_owned(),
            threads: 1,
            why: "nothing is computed".to_owned(),
        },
        devices: vec![Device::Cpu(CpuName::Cpu)],
        predict: Box::new(move |instances, cancel, emit| {
            for instance in instances {
                note(trace.as_deref(), "START", &instance.filepath);
                if !rested(&instance, cancel) {
                    return;
                }
                let row = row(&instance);
                note(trace.as_deref(), "DONE", &instance.filepath);
                if emit(row) == ControlFlow::Break(()) {
                    return;
                }
            }
        }),
    }
}

/// Sleeps as long as the instance says; false when it was woken because nobody waits any more.
fn rested(instance: &Instance, cancel: &CancelToken) -> bool {
    let Some(milliseconds) = instance.extra.get("sleep_ms").and_then(|value| value.as_u64()) else {
        return !cancel.is_cancelled();
    };
    let (wake, woken) = mpsc::channel();
    cancel.on_cancel(move || {
        let _ = wake.send(());
    });
    woken.recv_timeout(Duration::from_millis(milliseconds)).is_err()
}

fn row(instance: &Instance) -> Prediction {
    let fault = instance.extra.get("fault").and_then(|value| value.as_str());
    assert!(fault != Some("exit"), "the engine dies as asked");
    let failed = match fault {
        Some("nan") | None if Path::new(&instance.filepath).is_file() => None,
        Some(fault) => Some(format!("failed as asked: {fault}")),
        None => Some("cannot read image".to_owned()),
    };
    if let Some(error) = failed {
        let (filepath, model_version) = (instance.filepath.clone(), "1.0".to_owned());
        return Prediction::Error(ErrorRow { filepath, error, reason: None, model_version });
    }
    let pad = instance.extra.get("pad").and_then(|value| value.as_u64()).unwrap_or(0);
    let detection = Detection {
        category: "1".to_owned(),
        label: "animal".to_owned(),
        conf: 0.98,
        bbox: [0.1, 0.2, 0.5, 0.6],
    };
    Prediction::SpeciesNet(SpeciesNet {
        filepath: instance.filepath.clone(),
        classifications: Some(Classifications {
            classes: vec!["species1".to_owned(), "species2".to_owned()],
            scores: vec![0.95, 0.03],
        }),
        detections: Some(vec![detection]),
        prediction: Some("species_name".to_owned() + &"x".repeat(pad as usize)),
        prediction_score: Some(if fault.is_some() { f64::NAN } else { 0.95 }),
        model_version: "1.0".to_owned(),
        ..SpeciesNet::default()
    })
}

fn note(trace: Option<&str>, word: &str, filepath: &str) {
    let Some(mut file) = trace.and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok())
    else {
        return;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let _ = writeln!(file, "{now:.3} {word} {filepath}");
}
