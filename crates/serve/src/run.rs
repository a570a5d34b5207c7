//! The life of a server: bind, load, serve, stop.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use biowatch_contract::ready::Ready;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::connection::{accept, listen};
use crate::engine::{Engine, EngineSettings, EngineState, Loaded, chain};
use crate::metrics::Metrics;
use crate::model::{Load, LoadError};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::stop::{Phase, Signals, StopHandle};

/// How long connections get once their answers were cut, and the engine once its work was cancelled.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How often a free port is looked for that both loopback addresses have.
const PORT_TRIES: usize = 16;

/// A server that listens and does not answer yet.
pub struct Server {
    settings: Settings,
    runtime: Runtime,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    stop: StopHandle,
}

/// Why the server could not listen. Nothing was loaded yet.
#[derive(Debug, Error)]
pub enum BindError {
    /// Somebody listens there.
    #[error(
        "port {port} of {host} is in use; stop the program that has it, or choose another port (0 takes a free one)"
    )]
    PortInUse {
        /// As given.
        host: String,
        /// As given.
        port: u16,
    },
    /// The system does not let us.
    #[error("cannot listen on port {port} of {host}")]
    Listen {
        /// As given.
        host: String,
        /// As given.
        port: u16,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A host name that needs a network to be understood.
    #[error("`{0}` is not an address: use `localhost`, an address of this machine, or `0.0.0.0` for all")]
    NotAnAddress(String),
    /// The predict path is not a path.
    #[error("the predict path `{0}` must begin with a slash and not end with one")]
    NotAPath(String),
    /// No event loop.
    #[error("the system refuses an event loop")]
    Runtime(#[source] io::Error),
}

/// How a server ended.
#[derive(Debug)]
pub enum Outcome {
    /// It was asked to, by request or signal.
    Stopped,
    /// The model could not be loaded.
    LoadFailed(LoadError),
    /// The engine's thread is gone; requests in hand were cut.
    EngineDied,
    /// A second signal came before the graceful end. Nothing was waited for: leave the process at once.
    Killed,
    /// The system refused a thread or a signal handler.
    NotStarted(io::Error),
}

impl Outcome {
    /// What the process should exit with: 0 asked to stop, 1 start failed, 3 engine died, 130 killed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Stopped => 0,
            Self::LoadFailed(_) | Self::NotStarted(_) => 1,
            Self::EngineDied => 3,
            Self::Killed => 130,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => out.write_str("stopped"),
            Self::LoadFailed(error) => write!(out, "the model could not be loaded: {}", chain(error)),
            Self::EngineDied => out.write_str("the engine died"),
            Self::Killed => out.write_str("killed by a second signal"),
            Self::NotStarted(error) => write!(out, "the server could not start: {error}"),
        }
    }
}

/// Called once, when the server listens and its model is loaded.
pub type OnReady = Box<dyn FnOnce(&Ready)>;

impl Server {
    /// Takes the port, so that a clash is told before a model is loaded.
    pub fn bind(settings: Settings) -> Result<Self, BindError> {
        let path = &settings.api_path;
        if !path.starts_with('/') || (path.ends_with('/') && path != "/") {
            return Err(BindError::NotAPath(path.clone()));
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BindError::Runtime)?;
        let listeners = {
            let _context = runtime.enter();
            listeners(&settings.host, settings.port)?
        };
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        Ok(Self { settings, runtime, listeners, addresses, stop: StopHandle::new() })
    }

    /// Where the server listens: with port 0, the port that was taken.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// A handle that stops the server from another thread.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Loads the model on its own thread, answers until told to stop, and returns how it ended. Blocks.
    ///
    /// Stopping: the port closes, waiting requests get 503, the image in hand has `grace` to finish, then what is
    /// left is cut without a last chunk and the engine has a moment to let go. Should it not, its thread is left
    /// behind: leave the process.
    pub fn run(self, load: Load, on_ready: OnReady) -> Outcome {
        let Self { settings, runtime, listeners, addresses, stop } = self;
        runtime.block_on(async move {
            let metrics = Arc::new(Metrics::new());
            let engine_settings =
                EngineSettings { seats: settings.queue, missing_files: settings.missing_files };
            let signals = match Signals::listen() {
                Ok(signals) => signals,
                Err(error) => return Outcome::NotStarted(error),
            };
            let engine = match Engine::start(&engine_settings, load, Arc::clone(&metrics)) {
                Ok(engine) => engine,
                Err(error) => return Outcome::NotStarted(error),
            };
            let shared = Arc::new(Shared { settings, engine, metrics, stop, addresses });
            live(shared, listeners, signals, on_ready).await
        })
    }
}

async fn live(
    shared: Arc<Shared>,
    listeners: Vec<TcpListener>,
    mut signals: Signals,
    on_ready: OnReady,
) -> Outcome {
    let (alive, mut all_gone) = mpsc::channel(1);
    let places = Arc::new(Semaphore::new(shared.settings.limits.connections));
    for listener in listeners {
        tokio::spawn(accept(listener, Arc::clone(&shared), Arc::clone(&places), alive.clone()));
    }
    drop(alive);
    announce(&shared);
    let outcome = serve(&shared, &mut signals, on_ready).await;
    tokio::select! {
        () = wind_down(&shared, &mut all_gone) => outcome,
        name = signals.next() => {
            tracing::warn!("{name} again: ending at once");
            Outcome::Killed
        }
    }
}

fn announce(shared: &Shared) {
    for address in &shared.addresses {
        tracing::info!("listening on http://{address}");
    }
    if shared.settings.keys.shutdown.is_none() {
        tracing::info!("no shutdown key was given: POST /shutdown is closed, stop the server by signal");
    }
    if !shared.on_loopback() && shared.settings.keys.api.is_none() {
        tracing::warn!("other machines can reach this server and no API key protects it");
    }
}

/// Until something ends it: a request, a signal, or the engine.
async fn serve(shared: &Arc<Shared>, signals: &mut Signals, on_ready: OnReady) -> Outcome {
    let engine = async {
        let mut state = shared.engine.state().clone();
        let mut on_ready = Some(on_ready);
        loop {
            let now = state.borrow_and_update().clone();
            match now {
                EngineState::Loading | EngineState::Ended => {}
                EngineState::Ready(loaded) => {
                    if let (Some(tell), Some(ready)) = (on_ready.take(), ready(shared, &loaded)) {
                        tell(&ready);
                    }
                }
                EngineState::Failed => return load_failed(shared),
                EngineState::Died => return Outcome::EngineDied,
            }
            if state.changed().await.is_err() {
                return Outcome::EngineDied;
            }
        }
    };
    tokio::select! {
        outcome = engine => outcome,
        () = shared.stop.reached(Phase::Draining) => Outcome::Stopped,
        name = signals.next() => {
            tracing::info!("{name}: stopping");
            Outcome::Stopped
        }
    }
}

fn load_failed(shared: &Shared) -> Outcome {
    match shared.engine.load_error() {
        Some(error) => Outcome::LoadFailed(error),
        None => Outcome::EngineDied,
    }
}

fn ready(shared: &Shared, loaded: &Loaded) -> Option<Ready> {
    let address = shared.addresses.first()?;
    Some(Ready {
        biowatch_ready: 1,
        url: format!("http://{address}"),
        port: address.port(),
        pid: process::id(),
        model: loaded.info.kind.clone(),
    })
}

/// Ends what is in hand, first kindly, then not.
async fn wind_down(shared: &Shared, all_gone: &mut mpsc::Receiver<()>) {
    shared.engine.stop();
    shared.stop.reach(Phase::Draining);
    // Nothing is ever sent: the channel only closes, when the last connection has ended.
    if timeout(shared.settings.grace, all_gone.recv()).await.is_err() {
        tracing::warn!("the image in hand took too long: cut");
        shared.stop.reach(Phase::Closing);
        let _ = timeout(LAST_WORDS, all_gone.recv()).await;
    }
    if timeout(LAST_WORDS, shared.engine.ended()).await.is_err() {
        tracing::warn!("the engine does not let go: left behind");
    }
}

/// The sockets that `host` and `port` stand for.
fn listeners(host: &str, port: u16) -> Result<Vec<TcpListener>, BindError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AddrInUse => BindError::PortInUse { host: host.to_owned(), port },
        _ => BindError::Listen { host: host.to_owned(), port, cause },
    };
    if host.eq_ignore_ascii_case("localhost") {
        return both_loopbacks(port).map_err(failed);
    }
    let address: IpAddr =
        host.trim_matches(['[', ']']).parse().map_err(|_| BindError::NotAnAddress(host.to_owned()))?;
    listen(SocketAddr::new(address, port)).map(|listener| vec![listener]).map_err(failed)
}

/// Clients say `localhost`, and some systems turn that into ::1 first. A system without IPv6 is served on
/// 127.0.0.1 alone; a port that somebody else has on ::1 is in use, or clients would reach him.
fn both_loopbacks(port: u16) -> io::Result<Vec<TcpListener>> {
    let tries = if port == 0 { PORT_TRIES } else { 1 };
    let mut clash = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..tries {
        let first = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let port = first.local_addr()?.port();
        match listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => clash = error,
            Err(_) => return Ok(vec![first]),
        }
    }
    Err(clash)
}
