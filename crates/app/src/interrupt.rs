//! Ctrl-C: the first asks for an end after what is in hand, the second ends at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use biowatch_zoo::cancel::Cancel;

use crate::exit::Exit;
use crate::printer::Printer;

/// Whether the user wants an end. Clones look at the same wish.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    asked: Cancel,
    working: AtomicBool,
    /// What is said at the first signal.
    words: &'static str,
}

impl Interrupt {
    /// Starts to listen for Ctrl-C and, where there is one, SIGTERM. `words`: what is said then.
    pub(crate) fn listen(printer: Printer, words: &'static str) -> io::Result<Self> {
        let interrupt = Self(Arc::new(State { words, ..State::default() }));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let state = Arc::clone(&interrupt.0);
        let listen = move || {
            while runtime.block_on(signal()).is_ok() {
                state.signalled(printer);
            }
        };
        thread::Builder::new().name("interrupt".to_owned()).spawn(listen)?;
        Ok(interrupt)
    }

    /// From now on there is a row in hand to be finished; before, a signal ends the process at once.
    pub(crate) fn work_begins(&self) {
        self.0.working.store(true, Ordering::Relaxed);
    }

    /// Whether the user asked for an end.
    pub(crate) fn asked(&self) -> bool {
        self.0.asked.asked()
    }

    /// The same wish, for those who look at it themselves.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.0.asked
    }
}

impl State {
    fn signalled(&self, printer: Printer) {
        let again = self.asked.asked();
        self.asked.cancel();
        if again || !self.working.load(Ordering::Relaxed) {
            leave();
        }
        printer.say(&format!("\n{}; Ctrl-C again stops at once", self.words));
    }
}

/// Ends the process at once.
#[expect(clippy::exit, reason = "the user asked twice, or nothing is in hand: no row can be lost")]
pub(crate) fn leave() {
    std::process::exit(Exit::Interrupted.code().into());
}

/// Waits for Ctrl-C or SIGTERM.
#[cfg(unix)]
pub(crate) async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
