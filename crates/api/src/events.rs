//! What goes on, for pages that look on: one numbered stream, kept for a while so that a page can go on where it was cut off.
//!
//! An event is the whole thing as it is now, so only the latest of each thing is worth keeping. Who has missed nothing else
//! has missed nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tokio::sync::watch;

/// Things of which the latest event is kept.
const MOST: usize = 512;

/// Kinds of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A run.
    Run,
    /// A model that is being installed.
    Install,
    /// A server.
    Server,
    /// A study.
    Study,
    /// An export.
    Export,
    /// What was kept does not reach back far enough: everything is to be fetched again.
    Reset,
}

impl Kind {
    /// As the stream calls it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Install => "install",
            Self::Server => "server",
            Self::Study => "study",
            Self::Export => "export",
            Self::Reset => "reset",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    /// The thing's own id.
    pub(crate) about: String,
    /// JSON.
    pub(crate) data: String,
}

/// Takes events in and hands them out.
#[derive(Debug)]
pub(crate) struct Hub {
    kept: Mutex<Kept>,
    /// The latest number; ends the streams when it goes away.
    latest: Mutex<Option<watch::Sender<u64>>>,
}

#[derive(Debug)]
struct Kept {
    next: u64,
    /// Who has not seen this one may have missed something.
    floor: u64,
    events: VecDeque<Arc<Event>>,
}

impl Default for Hub {
    /// Numbers go on from those of any earlier start, so that none of them is taken for one of ours.
    fn default() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let first = u64::try_from(now).unwrap_or_default().saturating_mul(1000);
        let kept = Kept { next: first + 1, floor: first, events: VecDeque::new() };
        Self { kept: Mutex::new(kept), latest: Mutex::new(Some(watch::channel(first).0)) }
    }
}

impl Hub {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody how `about` is now.
    pub(crate) fn tell(&self, kind: Kind, about: &str, thing: &impl Serialize) {
        let Ok(data) = serde_json::to_string(thing) else { return };
        let id = self.kept().keep(kind, about, data);
        if let Some(latest) = &*self.latest.lock().unwrap_or_else(PoisonError::into_inner) {
            latest.send_replace(id);
        }
    }

    /// What came after `seen`, or one [`Kind::Reset`] where that cannot be said.
    pub(crate) fn since(&self, seen: u64) -> Vec<Arc<Event>> {
        let kept = self.kept();
        if seen < kept.floor || seen >= kept.next {
            let id = kept.next - 1;
            let reset = Event { id, kind: Kind::Reset, about: String::new(), data: "{}".to_owned() };
            return vec![Arc::new(reset)];
        }
        kept.events.iter().filter(|event| event.id > seen).cloned().collect()
    }

    /// The number of the latest event.
    pub(crate) fn now(&self) -> u64 {
        self.kept().next - 1
    }

    /// Whether somebody looks on.
    pub(crate) fn is_watched(&self) -> bool {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().is_some_and(|latest| latest.receiver_count() > 0)
    }

    /// Changes when there is something new; `None` when there will be nothing more.
    pub(crate) fn watch(&self) -> Option<watch::Receiver<u64>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(watch::Sender::subscribe)
    }

    /// Ends every stream.
    pub(crate) fn close(&self) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Kept {
    fn keep(&mut self, kind: Kind, about: &str, data: String) -> u64 {
        let id = self.next;
        self.next += 1;
        self.events.retain(|event| (event.kind, event.about.as_str()) != (kind, about));
        if self.events.len() >= MOST
            && let Some(oldest) = self.events.pop_front()
        {
            self.floor = oldest.id;
        }
        self.events.push_back(Arc::new(Event { id, kind, about: about.to_owned(), data }));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_away_hears_the_latest_of_each_thing() {
        let hub = Hub::default();
        let seen = hub.now();
        for number in 0..3 {
            hub.tell(Kind::Run, "a", &number);
        }
        hub.tell(Kind::Run, "b", &9);
        let told: Vec<_> =
            hub.since(seen).iter().map(|event| (event.about.clone(), event.data.clone())).collect();
        assert_eq!(told, [("a".to_owned(), "2".to_owned()), ("b".to_owned(), "9".to_owned())]);
        assert!(hub.since(hub.now()).is_empty());
    }

    #[test]
    fn who_was_away_too_long_or_under_another_start_begins_anew() {
        let hub = Hub::default();
        let seen = hub.now();
        for number in 0..=MOST {
            hub.tell(Kind::Run, &number.to_string(), &number);
        }
        for strange in [seen, 0, u64::MAX] {
            assert_eq!(hub.since(strange).first().unwrap().kind, Kind::Reset);
            assert_eq!(hub.since(strange).len(), 1);
        }
        assert_eq!(hub.since(hub.now() - 2).len(), 2);
    }
}
