//! Model servers as child processes: started, watched, restarted, stopped, and never left behind.
//!
//! A server is anything that answers `GET /health` on this machine: this program's own `serve`, or the program of a
//! model. This room knows its process, its port and what it says, and not what a prediction means.
//!
//! Never here: an image, a model's files, a print, an environment variable that decides something.
//!
//! Two actors look after a server and share nothing but messages. `child` owns the process: it reads what the process
//! writes and waits for its end. `server` owns the [`machine::Machine`], which decides, and talks to everybody else;
//! whatever it waits for, it also waits for requests, so that it can always say what it is doing, since when and until
//! when. Processes that outlive a command have a [`keeper`], which has a folder in the [`registry`].
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use biowatch_supervisor::machine::{Budget, Why};
//! use biowatch_supervisor::{Deadlines, Key, LogFiles, LogTo, Phase, PortFrom, Server, Spec, Word};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start(Spec {
//!     program: std::env::current_exe()?,
//!     arguments: vec!["serve".into(), "my-model".into(), "--port".into(), Word::Port, "--lifeline".into(), Word::Parent],
//!     environment: vec![],
//!     folder: None,
//!     port: 0,
//!     port_from: PortFrom::ReadyLine,
//!     guarded: false,
//!     shutdown_key: Key::random()?,
//!     api_key: None,
//!     deadlines: Deadlines::with_ready(Duration::from_secs(300)),
//!     budget: Budget::default(),
//!     final_codes: vec![],
//!     idle: Some(Duration::from_secs(3600)),
//!     log: LogTo::Files(LogFiles::at("server.log".into())),
//!     alone: false,
//! })?;
//! let report = server.report().wait_for(|report| matches!(report.phase, Phase::Ready { .. })).await?.clone();
//! assert!(report.port.is_some());
//! server.stop(Why::Asked).await;
//! server.over().await;
//! # Ok(())
//! # }
//! ```
//!
//! Read first: [`machine`], all that can happen to a server; then [`Server`].

mod child;
pub mod control;
pub mod fault;
pub mod guard;
pub mod http;
pub mod keeper;
mod key;
pub mod lifeline;
mod log;
pub mod machine;
mod memory_kills;
pub mod port_holder;
mod probe;
pub mod processes;
pub mod registry;
mod report;
mod server;
mod spec;
mod wall_clock;

pub use key::Key;
pub use log::{LogFiles, last_lines};
pub use report::{Numbers, Phase, Report, Trouble};
pub use server::{Handle, Server};
pub use spec::{Deadlines, LogTo, PortFrom, Spec, Word, free_port};
