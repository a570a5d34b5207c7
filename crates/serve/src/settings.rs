//! What the server is told at start. A plain value: this crate reads no file and no environment.

use std::time::Duration;

use crate::Secret;

/// How to serve. [`Settings::default`] is a server on this machine only, on the reference's port.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address or `localhost`, which means 127.0.0.1 and, where the system has it, ::1. Default `localhost`.
    pub host: String,
    /// TCP port; 0 takes a free one. Default 8000.
    pub port: u16,
    /// Where predictions are asked for. Default `/predict`.
    pub api_path: String,
    /// Longest wait in the queue, then 504; `None` waits for ever. Running work is never limited. Default 30 s.
    pub timeout: Option<Duration>,
    /// Requests that may wait behind the running one, then 503. Default 128.
    pub queue: usize,
    /// Bounds on what clients may send and hold.
    pub limits: Limits,
    /// Who may do what.
    pub keys: Keys,
    /// Names, beside loopback ones, that a request's `Host` may carry. Default none.
    pub allowed_hosts: Vec<String>,
    /// Web origins, for instance `http://localhost:3000`, that may call beside this server's own. Default none.
    pub allowed_origins: Vec<String>,
    /// What a path that does not exist means for a request. Default [`MissingFiles::ErrorRow`].
    pub missing_files: MissingFiles,
    /// How long the image in hand may go on after the server is told to stop. Default 1 s.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 8000,
            api_path: "/predict".to_owned(),
            timeout: Some(Duration::from_secs(30)),
            queue: 128,
            limits: Limits::default(),
            keys: Keys::default(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            missing_files: MissingFiles::ErrorRow,
            grace: Duration::from_secs(1),
        }
    }
}

/// What to do with an instance whose file does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFiles {
    /// Leave it to the model: one error row, the other instances as usual.
    ErrorRow,
    /// Refuse the whole request with 400 before anything runs.
    RefuseRequest,
}

/// Keys. None is ever shown.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Bearer key of `POST /shutdown`. `None`: nobody can use it. Default `None`.
    pub shutdown: Option<Secret>,
    /// Key wanted in `X-API-Key` or as Bearer. `None`: everybody on this machine may predict. Default `None`.
    pub api: Option<Secret>,
    /// Whether `/health` and `/` want the API key too, as the reference does. Default true.
    pub health_needs_key: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self { shutdown: None, api: None, health_needs_key: true }
    }
}

/// Bounds on what a client may send and hold. Each has its own refusal.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Request line and headers, bytes; beyond it 431. Default 64 KiB.
    pub head_bytes: usize,
    /// Number of headers; beyond it 431. At most 100, the default.
    pub headers: usize,
    /// Request target, bytes; beyond it 414. Default 8 KiB.
    pub target_bytes: usize,
    /// Request body, bytes; beyond it 413. Default 4 MiB.
    pub body_bytes: usize,
    /// Time for a whole body to arrive, then 408. Default 60 s.
    pub body_time: Duration,
    /// Time for the next head on an open connection, idle time included, then closed. Must be above the 4 s for
    /// which Node reuses a socket. Default 10 s.
    pub head_time: Duration,
    /// Time a client may leave sent bytes unread before its connection is cut: until then it holds up the
    /// queue. Default 60 s.
    pub stall_time: Duration,
    /// Open connections; beyond it 503 and close. Default 512.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 * 1024,
            headers: 100,
            target_bytes: 8 * 1024,
            body_bytes: 4 * 1024 * 1024,
            body_time: Duration::from_secs(60),
            head_time: Duration::from_secs(10),
            stall_time: Duration::from_secs(60),
            connections: 512,
        }
    }
}
