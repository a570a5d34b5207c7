//! The wish that an import ends before its end.

use std::sync::{Arc, Mutex, PoisonError};

/// Why it is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Ctrl-C, or the program ends: to be gone on with by anybody.
    Interrupted,
    /// Somebody wants a pause: to be gone on with when somebody says so.
    Paused,
    /// Somebody does not want the rest.
    Cancelled,
}

/// Ends imports from elsewhere. Clones end the same ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Mutex<Option<Why>>>);

impl Stop {
    /// Asks for an end after the file in hand. The first reason counts.
    pub(crate) fn ask(&self, why: Why) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// Why an end was asked for, if it was.
    pub(crate) fn why(&self) -> Option<Why> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
