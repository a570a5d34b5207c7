//! Times as other processes understand them.

use std::time::Duration;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, now.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A clock that only moves forward, and what it reads in the calendar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    began_ms: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), began_ms: now_ms() }
    }

    /// Time since the clock was started.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment at which [`Self::now`] is or was `at`, in milliseconds since 1970.
    pub(crate) fn calendar_ms(&self, at: Duration) -> u64 {
        self.began_ms.saturating_add(u64::try_from(at.as_millis()).unwrap_or(u64::MAX))
    }
}
