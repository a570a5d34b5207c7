//! The word "stop" for one request, from the side that waits to the thread that computes.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

type Hook = Box<dyn FnOnce() + Send>;

/// Says whether the answer is still wanted. Clones are the same token.
///
/// Cancelled when the client leaves, when the server is told to stop and the grace is over, or when the
/// engine's thread ends. Never un-cancelled.
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Shared>);

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    hooks: Mutex<Vec<Hook>>,
}

impl CancelToken {
    /// Whether the work is no longer wanted. Cheap: ask between images and between stages.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Calls `hook` once when the token is cancelled, at once if it already is. It runs on the thread that
    /// cancels, which also answers `/health`: it must not block.
    pub fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) {
        let mut hooks = self.0.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_cancelled() {
            drop(hooks);
            hook();
        } else {
            hooks.push(Box::new(hook));
        }
    }

    /// Cancels and runs the hooks. Calling it again does nothing.
    pub fn cancel(&self) {
        let hooks = {
            let mut hooks = self.0.hooks.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.cancelled.store(true, Ordering::Release);
            mem::take(&mut *hooks)
        };
        for hook in hooks {
            hook();
        }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn hooks_run_once_whenever_they_were_added() {
        let token = CancelToken::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = |token: &CancelToken| {
            let runs = Arc::clone(&runs);
            token.on_cancel(move || {
                runs.fetch_add(1, Ordering::Relaxed);
            });
        };
        count(&token);
        assert!(!token.is_cancelled());
        token.clone().cancel();
        token.cancel();
        count(&token);
        assert!(token.is_cancelled());
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }
}
