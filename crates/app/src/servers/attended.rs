//! A server that is looked after in this process, on a thread of its own, and ends with it.

use std::io;
use std::thread::{self, JoinHandle};

use biowatch_supervisor::machine::Why;
use biowatch_supervisor::{Handle, Report, Server, Spec};
use tokio::sync::{oneshot, watch};

/// A server and who looks after it. Dropped, it is stopped, and its end is waited for.
pub(crate) struct Attended {
    server: Handle,
    report: watch::Receiver<Report>,
    thread: Option<JoinHandle<()>>,
}

impl Attended {
    /// Starts it. Ready it is later, see [`Attended::report`].
    pub(crate) fn start(spec: Spec) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (tell, started) = oneshot::channel();
        let live = move || {
            runtime.block_on(async {
                let server = Server::start(spec);
                let handle = server.as_ref().ok().cloned();
                let _ = tell.send(server);
                if let Some(handle) = handle {
                    handle.over().await;
                }
            });
        };
        let thread = thread::Builder::new().name("supervisor".to_owned()).spawn(live)?;
        let server = started.blocking_recv().map_err(io::Error::other)??;
        let report = server.report();
        Ok(Self { server, report, thread: Some(thread) })
    }

    /// To stop or restart it, and to watch it from elsewhere.
    pub(crate) fn handle(&self) -> &Handle {
        &self.server
    }

    /// What it is doing at this moment.
    pub(crate) fn report(&self) -> Report {
        self.report.borrow().clone()
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.server.stop_blocking(Why::Asked);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
