//! Being told to stop: by a request, a signal or the program around us.

use std::sync::Arc;

use tokio::sync::watch;

/// How far the end has come. Only ever moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Requests are answered.
    Serving,
    /// No new work; answers in hand may end.
    Draining,
    /// Every connection is to be dropped now.
    Closing,
}

/// Tells a running server to stop, as `POST /shutdown` and SIGTERM do. Clones tell the same server.
#[derive(Clone)]
pub struct StopHandle(Arc<watch::Sender<Phase>>);

impl StopHandle {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Serving)))
    }

    /// Asks for a graceful end. Calling it again changes nothing.
    pub fn stop(&self) {
        self.reach(Phase::Draining);
    }

    pub(crate) fn reach(&self, phase: Phase) {
        self.0.send_if_modified(|now| {
            let forward = *now < phase;
            *now = (*now).max(phase);
            forward
        });
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Phase> {
        self.0.subscribe()
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Waits for `phase` or a later one.
    pub(crate) async fn reached(&self, phase: Phase) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.subscribe().wait_for(|now| *now >= phase).await;
    }
}

/// Signals that ask the process to end, one after the other.
pub(crate) struct Signals(Kinds);

#[cfg(unix)]
struct Kinds {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(windows)]
struct Kinds {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
}

impl Signals {
    /// Starts to listen; from here on the signals no longer end the process by themselves.
    #[cfg(unix)]
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(Kinds {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        }))
    }

    /// Starts to listen; from here on the signals no longer end the process by themselves.
    #[cfg(windows)]
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Self(Kinds { ctrl_c: ctrl_c()?, ctrl_break: ctrl_break()?, close: ctrl_close()? }))
    }

    /// The next signal's name.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.0.terminate.recv() => "SIGTERM",
            _ = self.0.interrupt.recv() => "SIGINT",
            _ = self.0.hang_up.recv() => "SIGHUP",
        }
    }

    /// The next signal's name.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.0.ctrl_c.recv() => "Ctrl-C",
            _ = self.0.ctrl_break.recv() => "Ctrl-Break",
            _ = self.0.close.recv() => "console close",
        }
    }
}
