//! What a guard can do on systems without groups and signals.

use std::io;
use std::process::Child;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The guarded program.
pub(super) struct Program(Mutex<Child>);

impl Program {
    pub(super) fn new(child: Child) -> Self {
        Self(Mutex::new(child))
    }

    /// Asks again and again whether it has ended.
    pub(super) fn wait(&self) -> u8 {
        loop {
            match self.0.lock().unwrap_or_else(PoisonError::into_inner).try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    return status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
                }
                Err(_) => return 1,
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the program. What it has started ends with this process, where the system has such a thing.
    pub(super) fn end(&self) {
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

/// There are no signals.
pub(super) fn turn_deaf() -> io::Result<()> {
    Ok(())
}

/// Nobody is handed orphans, but on Windows they end with this process.
pub(crate) fn adopt_orphans() {
    if let Err(error) = crate::lifeline::take_children_along() {
        tracing::warn!("{error}: what this process starts may outlive it");
    }
}
