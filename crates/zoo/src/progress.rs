//! What goes on, as events that any caller can show.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use serde::Serialize;

/// Time between two events about the same phase.
const INTERVAL: Duration = Duration::from_millis(100);
/// The rate is that of about this many last seconds.
const WINDOW_SECONDS: f64 = 5.0;

/// A step of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Bytes come from the network.
    Download,
    /// What an earlier download left is read again, for its digest.
    Rehash,
    /// The archive is unpacked.
    Unpack,
    /// A folder or file of the user's is copied.
    Copy,
    /// The model is opened and tried.
    Check,
    /// It is put in place.
    Publish,
    /// Installed files are read, for their digests.
    Verify,
    /// A file for another machine is written.
    Bundle,
}

/// How far a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Progress {
    /// Bytes so far.
    pub bytes: u64,
    /// All of them, where it is known.
    pub total: Option<u64>,
    /// Bytes a second, lately.
    pub rate: f64,
    /// Seconds to the end at this rate, where the total is known.
    pub seconds_left: Option<f64>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Somebody else works on the same thing.
    Waiting {
        /// Who, and since when, as a sentence.
        reason: String,
    },
    /// A phase has begun.
    Phase {
        /// Which.
        phase: Phase,
        /// On what: an address or a name.
        what: String,
    },
    /// The phase goes on.
    Progress {
        /// Which.
        phase: Phase,
        /// How far.
        #[serde(flatten)]
        progress: Progress,
    },
    /// A download failed and is tried again.
    Retry {
        /// Why.
        reason: String,
        /// After how many seconds.
        seconds: f64,
    },
    /// Something to know.
    Note {
        /// As a sentence.
        text: String,
    },
}

/// Passes events on, and makes rates of byte counts.
pub struct Reporter<'a> {
    tell: &'a dyn Fn(Event),
    meter: RefCell<Option<Meter>>,
}

struct Meter {
    phase: Phase,
    start: u64,
    begun: Instant,
    shown: Option<Instant>,
    last: (Instant, u64),
    rate: Option<f64>,
}

impl<'a> Reporter<'a> {
    /// Events go to `tell`.
    pub fn new(tell: &'a dyn Fn(Event)) -> Self {
        Self { tell, meter: RefCell::new(None) }
    }

    /// Passes one on.
    pub fn tell(&self, event: Event) {
        (self.tell)(event);
    }

    pub(crate) fn note(&self, text: impl Into<String>) {
        self.tell(Event::Note { text: text.into() });
    }

    /// A phase begins, `start` bytes of which are there already.
    pub(crate) fn begin(&self, phase: Phase, what: impl Into<String>, start: u64) {
        let now = Instant::now();
        let meter = Meter { phase, start, begun: now, shown: None, last: (now, start), rate: None };
        *self.meter.borrow_mut() = Some(meter);
        self.tell(Event::Phase { phase, what: what.into() });
    }

    /// The phase that began last has come to `bytes`. Told ten times a second at most, and at the end.
    pub(crate) fn at(&self, bytes: u64, total: Option<u64>) {
        let now = Instant::now();
        let told = self.meter.borrow_mut().as_mut().and_then(|meter| {
            let due = meter.shown.is_none_or(|shown| now.duration_since(shown) >= INTERVAL);
            (due || total == Some(bytes)).then(|| (meter.phase, meter.at(now, bytes, total)))
        });
        if let Some((phase, progress)) = told {
            self.tell(Event::Progress { phase, progress });
        }
    }
}

impl Meter {
    fn at(&mut self, now: Instant, bytes: u64, total: Option<u64>) -> Progress {
        let (then, before) = self.last;
        let seconds = now.duration_since(then).as_secs_f64();
        if seconds > 0.0 {
            let latest = bytes.saturating_sub(before) as f64 / seconds;
            let weight = (seconds / WINDOW_SECONDS).min(1.0);
            self.rate =
                Some(self.rate.map_or_else(|| self.mean(now, bytes), |rate| rate + (latest - rate) * weight));
            self.last = (now, bytes);
        }
        self.shown = Some(now);
        let rate = self.rate.unwrap_or(0.0);
        let left = total.map(|total| total.saturating_sub(bytes) as f64 / rate);
        Progress { bytes, total, rate, seconds_left: left.filter(|left| left.is_finite()) }
    }

    fn mean(&self, now: Instant, bytes: u64) -> f64 {
        let seconds = now.duration_since(self.begun).as_secs_f64();
        bytes.saturating_sub(self.start) as f64 / seconds.max(1e-3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_what_came_lately_and_resumed_bytes_do_not_count() {
        let begun = Instant::now();
        let mut meter = Meter {
            phase: Phase::Download,
            start: 1000,
            begun,
            shown: None,
            last: (begun, 1000),
            rate: None,
        };
        let second = Duration::from_secs(1);
        let first = meter.at(begun + second, 2000, Some(4000));
        assert_eq!((first.rate, first.seconds_left), (1000.0, Some(2.0)));
        let second = meter.at(begun + second * 2, 2000, Some(4000));
        assert_eq!((second.rate, second.seconds_left), (800.0, Some(2.5)));
        assert_eq!(meter.at(begun, 2000, None).seconds_left, None);
    }

    #[test]
    fn events_are_told_seldom_but_the_end_always() {
        let told = RefCell::new(Vec::new());
        let tell = |event| told.borrow_mut().push(event);
        let reporter = Reporter::new(&tell);
        reporter.begin(Phase::Unpack, "x", 0);
        (0..=1000).for_each(|bytes| reporter.at(bytes, Some(1000)));
        let told = told.borrow();
        assert!(told.len() < 50, "{}", told.len());
        assert!(matches!(told.last(), Some(Event::Progress { progress, .. }) if progress.bytes == 1000));
    }
}
