//! The queue in front of the model: bounded, first come first served, left at will.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum EnterError {
    /// As many wait as may wait.
    #[error("the queue is full")]
    Full,
    /// Nothing is taken out any more.
    #[error("the queue is closed")]
    Closed,
}

/// Requests that wait for the model. The one it works on is not among them.
pub(crate) struct WaitingRoom<T> {
    seats: usize,
    inside: Mutex<Inside<T>>,
    changed: Condvar,
}

struct Inside<T> {
    waiting: VecDeque<(u64, T)>,
    next_number: u64,
    open: bool,
}

impl<T> WaitingRoom<T> {
    /// An empty, open room where `seats` may wait.
    pub(crate) fn new(seats: usize) -> Self {
        let inside = Inside { waiting: VecDeque::new(), next_number: 0, open: true };
        Self { seats, inside: Mutex::new(inside), changed: Condvar::new() }
    }

    /// Takes a seat at the end of the queue, or says at once why not. Dropping the ticket gives it back.
    pub(crate) fn enter(self: &Arc<Self>, guest: T) -> Result<Ticket<T>, EnterError> {
        let mut inside = self.lock();
        if !inside.open {
            return Err(EnterError::Closed);
        }
        if inside.waiting.len() >= self.seats {
            return Err(EnterError::Full);
        }
        let number = inside.next_number;
        inside.next_number += 1;
        inside.waiting.push_back((number, guest));
        drop(inside);
        self.changed.notify_one();
        Ok(Ticket { room: Arc::clone(self), number })
    }

    /// Blocks for the guest who came first; `None` once the room is closed.
    pub(crate) fn next(&self) -> Option<T> {
        let mut inside = self.lock();
        loop {
            if !inside.open {
                return None;
            }
            if let Some((_, guest)) = inside.waiting.pop_front() {
                return Some(guest);
            }
            inside = self.changed.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends everybody away and lets nobody in.
    pub(crate) fn close(&self) {
        let mut inside = self.lock();
        inside.open = false;
        let sent_away = std::mem::take(&mut inside.waiting);
        drop(inside);
        drop(sent_away);
        self.changed.notify_all();
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inside<T>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue.
pub(crate) struct Ticket<T> {
    room: Arc<WaitingRoom<T>>,
    number: u64,
}

impl<T> Ticket<T> {
    /// Leaves the queue. False when the guest was called already, or sent away.
    pub(crate) fn withdraw(&self) -> bool {
        let mut inside = self.room.lock();
        let place = inside.waiting.binary_search_by_key(&self.number, |(number, _)| *number);
        let guest = place.ok().and_then(|index| inside.waiting.remove(index));
        drop(inside);
        guest.is_some()
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn room(seats: usize) -> Arc<WaitingRoom<&'static str>> {
        Arc::new(WaitingRoom::new(seats))
    }

    #[test]
    fn serves_in_order_and_refuses_when_full() {
        let room = room(2);
        let _a = room.enter("a").unwrap();
        let _b = room.enter("b").unwrap();
        assert_eq!(room.enter("c").err(), Some(EnterError::Full));
        assert_eq!(room.next(), Some("a"));
        let _c = room.enter("c").unwrap();
        assert_eq!((room.next(), room.next(), room.len()), (Some("b"), Some("c"), 0));
    }

    #[test]
    fn a_ticket_leaves_once_and_frees_its_seat() {
        let room = room(2);
        let a = room.enter("a").unwrap();
        let b = room.enter("b").unwrap();
        assert!(a.withdraw());
        assert!(!a.withdraw());
        let c = room.enter("c").unwrap();
        drop(b);
        assert_eq!(room.next(), Some("c"));
        assert!(!c.withdraw(), "called already");
    }

    #[test]
    fn closing_wakes_the_server_and_sends_guests_away() {
        let room = room(1);
        let server = thread::spawn({
            let room = Arc::clone(&room);
            move || std::iter::from_fn(|| room.next()).count()
        });
        room.close();
        assert!(server.join().unwrap() <= 1);
        assert_eq!(room.enter("late").err(), Some(EnterError::Closed));
    }
}
