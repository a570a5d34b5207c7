//! A wish to stop that reaches an inference while it runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Hook = Arc<dyn Fn() + Send + Sync>;

/// A flag that many threads may hold; clones share it. It is raised once and never lowered: each request
/// gets its own.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    hooks: Mutex<Hooks>,
}

#[derive(Default)]
struct Hooks {
    next: u64,
    live: Vec<(u64, Hook)>,
}

impl Cancel {
    /// Raises the flag and calls every registered hook on this thread. Calling it again does nothing.
    pub fn cancel(&self) {
        if self.0.cancelled.swap(true, Ordering::SeqCst) {
            return;
        }
        let hooks = std::mem::take(&mut self.hooks().live);
        for (_, hook) in hooks {
            hook();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Calls `hook` once when the flag is raised, at once if it is up already. Dropping the answer takes
    /// the hook back. The hook runs on the cancelling thread and must be short.
    pub fn on_cancel(&self, hook: impl Fn() + Send + Sync + 'static) -> Registration {
        let hook: Hook = Arc::new(hook);
        let id = {
            let mut hooks = self.hooks();
            hooks.next += 1;
            let id = hooks.next;
            hooks.live.push((id, Arc::clone(&hook)));
            id
        };
        // `cancel` may have emptied the list just before the push: then nobody else will call this hook.
        if self.is_cancelled() && self.forget(id) {
            hook();
        }
        Registration { cancel: self.clone(), id }
    }

    fn forget(&self, id: u64) -> bool {
        let mut hooks = self.hooks();
        let before = hooks.live.len();
        hooks.live.retain(|(other, _)| *other != id);
        hooks.live.len() < before
    }

    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        self.0.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Cancel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Cancel").field(&self.is_cancelled()).finish()
    }
}

/// A hook in place; dropping it takes the hook back.
#[must_use = "the hook is taken back when this is dropped"]
#[derive(Debug)]
pub struct Registration {
    cancel: Cancel,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.cancel.forget(self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn hooks_run_once_and_only_while_registered() {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = || {
            let calls = Arc::clone(&calls);
            move || {
                calls.fetch_add(1, Ordering::SeqCst);
            }
        };
        let cancel = Cancel::default();
        drop(cancel.on_cancel(count()));
        let _kept = cancel.on_cancel(count());
        assert!(!cancel.is_cancelled());

        cancel.clone().cancel();
        cancel.cancel();
        assert!(cancel.is_cancelled());
        assert_eq!(calls.load(Ordering::SeqCst), 1);

        let _late = cancel.on_cancel(count());
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
