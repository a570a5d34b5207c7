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
